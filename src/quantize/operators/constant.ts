import { type Granular, granularLength } from "../../ir/granular.js";
import { exactQuotient, type Ratio } from "../../ir/ratio.js";
import type { Converter } from "../builder.js";
import { type Constant, exactConstants, unitOfTerms } from "../constants.js";
import { typesOfUnits, unitOfAll } from "../units.js";

/** A constant becomes integers at the largest unit that all values of the tensor, or of a type of its quantizer, allow. */
export const constant: Converter<"constant"> = (node, _, builder) => {
  const { name, value, quantizer } = node;
  const values = exactConstants(value, quantizer);
  const per: Granular<unknown>["per"] = quantizer?.types.per ?? "tensor";
  const count = granularLength(per, value.shape);
  const groups = Array.from({ length: count }, (): Constant[] => []);
  for (const [i, x] of values.entries()) groups[i % count]?.push(x);
  const units = groups.map((group) =>
    quantizer === undefined ? unitOfAll(group.map(({ value }) => value)) : unitOfTerms(group),
  );
  const integer = (x: Ratio, i: number) => (x.n === 0n ? 0n : exactQuotient(x, units[i % count] as Ratio));
  builder.add({
    op: "constant",
    name,
    inputs: [],
    value: { shape: value.shape, data: values.map((x, i) => integer(x.value, i)) },
    types: typesOfUnits({ per, items: units }),
  });
};
