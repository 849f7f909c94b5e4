import { UserError } from "../../errors.js";
import { floorDivide, type Interval, typeLike } from "../../fixed-point.js";
import { mapGranular, zipGranular } from "../../granular.js";
import { hull, point } from "../../interval.js";
import type { FixedInterpolate, FixedValue } from "../fixed.js";
import type { FixedOperator } from "../operator.js";
import { remembered } from "../operator.js";

/** The line through the two nodes around k, rounded to nearest, halves up. */
export function interpolated(node: FixedInterpolate, k: bigint): bigint {
  const step = BigInt(node.step);
  const i = Number((k - node.low) >> step);
  const rest = k - node.low - (BigInt(i) << step);
  const [from, to] = [node.entries[i] as bigint, node.entries[i + 1] as bigint];
  const bits = BigInt(node.step + node.drop);
  const half = bits > 0n ? 1n << (bits - 1n) : 0n;
  return floorDivide((from << step) + (to - from) * rest + half, 1n << bits);
}

/** Between two nodes the line only rises or only falls, and so do its rounded values. */
function lineRange(node: FixedInterpolate, range: Interval): Interval {
  const step = BigInt(node.step);
  const end = node.low + (BigInt(node.entries.length - 1) << step) - 1n;
  if (range.lo < node.low || range.hi > end) {
    throw new UserError(`its nodes span ${node.low}..${end}, its input takes ${range.lo}..${range.hi}`, {
      where: `node '${node.name}'`,
    });
  }
  const result = [interpolated(node, range.lo), interpolated(node, range.hi)];
  for (let i = ((range.lo - node.low) >> step) + 1n; node.low + (i << step) <= range.hi; i++) {
    result.push(interpolated(node, node.low + (i << step)));
  }
  return result.map(point).reduce(hull);
}

export const interpolate: FixedOperator<"interpolate"> = {
  arity: 1,
  shape: (node, [input]) => {
    const counts = [node.step, node.drop];
    if (!counts.every((n) => Number.isInteger(n) && n >= 0) || node.entries.length < 2) {
      throw new UserError("step and drop are counts from 0 on, and there are at least two entries", {
        where: `node '${node.name}'`,
      });
    }
    return (input as FixedValue).shape;
  },
  ranges: (node, [input]) => {
    const rangeOf = remembered((_: FixedInterpolate, range) => lineRange(node, range));
    return mapGranular((input as FixedValue).ranges, (range) => rangeOf(node, range));
  },
  types: (node, _inputs, ranges) => zipGranular(node.shape, [ranges, node.types], typeLike),
  evaluate: (node, _inputs, [values]) => (values as readonly bigint[]).map((k) => interpolated(node, k)),
  write: (node) => ({
    low: node.low,
    step: BigInt(node.step),
    drop: BigInt(node.drop),
    entries: node.entries,
  }),
  read: (reader) => ({
    low: reader.integer("low"),
    step: reader.count("step"),
    drop: reader.count("drop"),
    entries: reader.integers("entries"),
  }),
};
