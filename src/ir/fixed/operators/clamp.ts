import { UserError } from "../../errors.js";
import { typeLike } from "../../fixed-point.js";
import { atElement, zipGranular } from "../../granular.js";
import { clip, clipped } from "../../interval.js";
import { write } from "../../text/write.js";
import { verifyLength } from "../check.js";
import type { FixedValue } from "../fixed.js";
import type { FixedOperator } from "../operator.js";

export const clamp: FixedOperator<"clamp"> = {
  arity: 1,
  shape: (node, [input]) => {
    const where = `node '${node.name}': limits`;
    const { shape } = input as FixedValue;
    verifyLength(node.limits, shape, where);
    const empty = node.limits.items.find(({ lo, hi }) => lo > hi);
    if (empty !== undefined) throw new UserError(`${empty.lo}..${empty.hi} is empty`, { where });
    return shape;
  },
  ranges: (node, [input]) => {
    const { shape, ranges } = input as FixedValue;
    return zipGranular(shape, [ranges, node.limits], clipped);
  },
  types: (_, [input], ranges) => {
    const { shape, types } = input as FixedValue;
    return zipGranular(shape, [ranges, types], typeLike);
  },
  evaluate: (node, _inputs, [values]) => {
    const channels = node.shape.at(-1) ?? 1;
    return (values as readonly bigint[]).map((k, i) => clip(k, atElement(node.limits, i, channels)));
  },
  write: (node) => ({ limits: write.intervals(node.limits) }),
  read: (reader) => ({ limits: reader.intervals("limits") }),
};
