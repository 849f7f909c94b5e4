import { UserError } from "../../../ir/errors.js";
import { checkShape, type Value } from "./handler.js";
import type { Nodes } from "./nodes.js";

/** A value whose axes have names. */
export interface Named {
  readonly value: Value;
  readonly axes: readonly string[];
}

/** An einsum of values that depend on the event: each spread over all axes, multiplied, summed over those not in `out`. */
export function contract(
  nodes: Nodes,
  suffix: string,
  operands: readonly Named[],
  out: readonly string[],
  where: string,
): Value {
  const sizes = new Map<string, number>();
  for (const { value, axes } of operands) {
    for (const [i, axis] of axes.entries()) {
      const size = value.shape[i] as number;
      if ((sizes.get(axis) ?? size) !== size) {
        throw new UserError(`its axis '${axis}' has sizes ${sizes.get(axis)} and ${size}`, { where });
      }
      sizes.set(axis, size);
    }
  }
  const all = [...out, ...[...sizes.keys()].filter((axis) => !out.includes(axis))];
  const shape = checkShape(
    all.map((axis) => sizes.get(axis) as number),
    where,
  );
  const spread = operands.map(({ value, axes }) => {
    const own = all.filter((axis) => axes.includes(axis));
    const moved = nodes.transpose(
      value,
      own.map((axis) => axes.indexOf(axis)),
    );
    const aligned = nodes.reshape(
      moved,
      all.map((axis) => (axes.includes(axis) ? (sizes.get(axis) as number) : 1)),
      "align",
    );
    return nodes.expand(aligned, shape);
  });
  const summed = all.length > out.length;
  const product = spread.reduce((a, b) => nodes.binary(summed ? "product" : suffix, "multiply", a, b));
  const axes = all.map((_, axis) => axis).slice(out.length);
  return summed ? nodes.reduce(suffix, "sum", product, axes, false) : product;
}
