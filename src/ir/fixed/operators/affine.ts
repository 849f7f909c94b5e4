import { typeLike } from "../../fixed-point.js";
import { atElement, zipGranular } from "../../granular.js";
import { point, scaled, sum } from "../../interval.js";
import { write } from "../../text/write.js";
import { verifyLength } from "../check.js";
import type { FixedValue } from "../fixed.js";
import type { FixedOperator } from "../operator.js";

export const affine: FixedOperator<"affine"> = {
  arity: 1,
  shape: (node, [input]) => {
    const { shape } = input as FixedValue;
    verifyLength(node.multiplier, shape, `node '${node.name}': multiplier`);
    verifyLength(node.offset, shape, `node '${node.name}': offset`);
    return shape;
  },
  ranges: (node, [input]) => {
    const { shape, ranges } = input as FixedValue;
    return zipGranular(shape, [ranges, node.multiplier, node.offset], (range, multiplier, offset) =>
      sum(scaled(range, multiplier), point(offset)),
    );
  },
  types: (node, _inputs, ranges) => zipGranular(node.shape, [ranges, node.types], typeLike),
  evaluate: (node, _inputs, [values]) => {
    const channels = node.shape.at(-1) ?? 1;
    return (values as readonly bigint[]).map(
      (k, i) => atElement(node.multiplier, i, channels) * k + atElement(node.offset, i, channels),
    );
  },
  write: (node) => ({ multiplier: write.integers(node.multiplier), offset: write.integers(node.offset) }),
  read: (reader) => ({
    multiplier: reader.granularIntegers("multiplier"),
    offset: reader.granularIntegers("offset"),
  }),
};
