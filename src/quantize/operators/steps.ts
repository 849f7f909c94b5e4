import { collapse, perTensor, zipGranular } from "../../ir/granular.js";
import { exactQuotient, exactRatio, type Ratio } from "../../ir/ratio.js";
import type { Tensor } from "../../ir/tensor.js";
import type { Converter } from "../builder.js";
import { integerLevel } from "../levels.js";
import { sameRatio, typesOfUnits, unitOfAll, unitsOf } from "../units.js";

/** Levels on the grid of the input, values at the largest unit that all values of a channel allow. */
export const steps: Converter<"steps"> = (node, [input], builder) => {
  const levels = rows(node.levels);
  const values = rows(node.values).map((row) => row.map((x) => exactRatio(x)));
  const granular = <T>(items: readonly T[]) =>
    items.length === 1 ? perTensor(items[0] as T) : { per: "channel" as const, items };
  const tables = zipGranular(
    input.shape,
    [unitsOf(input), granular(levels), granular(values)],
    (unit: Ratio, row: readonly number[], results: readonly Ratio[]) => {
      const result = unitOfAll(results);
      const step = {
        levels: row.map((level) => integerLevel(level, unit)),
        values: results.map((x) => exactQuotient(x, result)),
      };
      return { step, unit: result };
    },
  );
  builder.add({
    op: "steps",
    name: node.name,
    inputs: [input.name],
    steps: { per: tables.per, items: tables.items.map(({ step }) => step) },
    types: typesOfUnits(
      collapse({ per: tables.per, items: tables.items.map(({ unit }) => unit) }, input.shape, sameRatio),
    ),
  });
};

/** One row for all channels, or one per channel. */
function rows(tensor: Tensor<number>): readonly (readonly number[])[] {
  if (tensor.shape.length < 2) return [tensor.data];
  const [count, width] = tensor.shape as readonly [number, number];
  return Array.from({ length: count }, (_, row) => tensor.data.slice(row * width, (row + 1) * width));
}
