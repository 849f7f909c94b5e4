import { UserError } from "../../ir/errors.js";
import type { FixedNode } from "../../ir/fixed/fixed.js";
import { roundRatio, typeOfUnit } from "../../ir/fixed-point.js";
import { perTensor } from "../../ir/granular.js";
import { hull, hullOf, ZERO } from "../../ir/interval.js";
import type { ModelScatter } from "../../ir/model/model.js";
import { ONE } from "../../ir/ratio.js";
import { alignAxes } from "../align.js";
import type { Converter, FixedBuilder } from "../builder.js";
import { binaryUnit } from "../softmax-plan.js";

/** A mean of more rows needs a larger table of reciprocals. */
const MOST_MEAN = 4096;
/** A mean is at most one step of its operand divided by this number off. */
const PART_OF_STEP = 16n;

/** Any row may come to any place, so all of them get one unit for each of their elements. */
export const indexSelect: Converter<"index_select"> = ({ op, name }, [values, index], builder) => {
  const aligned = alignAxes(builder, values, [0], name);
  builder.add({ op, name, inputs: [aligned.name, index.name] });
};

export const scatter: Converter<"scatter"> = (node, [values, index], builder) => {
  const { op, kind, name, rows } = node;
  const aligned = alignAxes(builder, values, [0], name);
  if (kind === "mean") scatterMean(node, aligned, index, builder);
  else builder.add({ op, kind, name, rows, inputs: [aligned.name, index.name] });
};

/**
 * A mean is the sum times the reciprocal of how many rows there are, 1 where there is none. The reciprocal of c has
 * f fractional bits, so that it is at most 2^−(f + 1) off and the product with a sum of c operands of at most m steps at
 * most c · m · 2^−(f + 1) steps: under a part of a step of the operand for the largest c. The product is exact.
 */
function scatterMean(
  { name, rows, shape }: ModelScatter,
  values: FixedNode,
  index: FixedNode,
  builder: FixedBuilder,
): void {
  const most = values.shape[0] as number;
  if (most > MOST_MEAN) {
    throw new UserError(`the mean of up to ${most} rows is not supported: at most ${MOST_MEAN}`, {
      where: `node '${name}'`,
    });
  }
  const part = (suffix: string) => builder.fresh(`${name}.${suffix}`);
  const inputs = [index.name];
  const sum = builder.add({
    op: "scatter",
    kind: "sum",
    name: part("sum"),
    rows,
    inputs: [values.name, ...inputs],
  });
  const ones = builder.add({
    op: "constant",
    name: part("ones"),
    inputs: [],
    value: { shape: [most], data: new Array<bigint>(most).fill(1n) },
    types: perTensor(typeOfUnit({ lo: 0n, hi: 1n }, ONE)),
  });
  const count = builder.add({
    op: "scatter",
    kind: "sum",
    name: part("count"),
    rows,
    inputs: [ones.name, ...inputs],
  });
  const limits = { lo: 1n, hi: BigInt(most) };
  const divisor = builder.add({
    op: "clamp",
    name: part("divisor"),
    inputs: [count.name],
    limits: perTensor(limits),
  });
  const fraction = reciprocalBits(values, most);
  const entries = Array.from({ length: most }, (_, n) =>
    roundRatio(1n << BigInt(fraction), BigInt(n + 1), "RND"),
  );
  const reciprocal = builder.add({
    op: "table",
    name: part("reciprocal"),
    inputs: [divisor.name],
    tables: perTensor({ low: 1n, entries }),
    types: perTensor(typeOfUnit({ lo: 0n, hi: 1n << BigInt(fraction) }, binaryUnit(fraction))),
  });
  const column = builder.add({
    op: "reshape",
    name: part("row"),
    inputs: [reciprocal.name],
    shape: [rows, ...shape.slice(1).map(() => 1)],
  });
  const all = builder.add({ op: "expand", name: part("all"), inputs: [column.name], shape });
  builder.add({ op: "multiply", name, inputs: [sum.name, all.name] });
  builder.note(
    name,
    `the mean of up to ${most} rows takes reciprocals with ${fraction} fractional bits: it is at most a ${PART_OF_STEP}th of a step of its operand off before a quantizer rounds it`,
  );
}

/** The fewest fractional bits f with c · m · 2^−(f + 1) ≤ 1 / PART_OF_STEP. */
function reciprocalBits(values: FixedNode, most: number): number {
  const { lo, hi } = hull(hullOf(values.ranges), ZERO);
  const size = -lo > hi ? -lo : hi;
  const needed = BigInt(most) * size * PART_OF_STEP;
  let fraction = 0;
  while (1n << BigInt(fraction + 1) < needed) fraction++;
  return fraction;
}
