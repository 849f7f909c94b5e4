import { UserError } from "../../errors.js";
import type { FixedType, Interval } from "../../fixed-point.js";
import { collapse, type Granular, perTensor, zipGranular } from "../../granular.js";
import { sameInterval } from "../../interval.js";
import type { FixedThreshold, FixedValue } from "../fixed.js";
import type { FixedOperator } from "../operator.js";

const BIT: FixedType = { signed: false, width: 1, integer: 1 };

export const threshold: FixedOperator<"threshold"> = {
  arity: 1,
  shape: (node, [input]) => {
    const { shape } = input as FixedValue;
    if (node.levels.length !== (shape.at(-1) ?? 1)) {
      throw new UserError(`${node.levels.length} levels for ${shape.at(-1) ?? 1} channels`, {
        where: `node '${node.name}'`,
      });
    }
    return shape;
  },
  ranges: (node, [input]) => {
    const { ranges, shape } = input as FixedValue;
    const levels: Granular<bigint> = { per: "channel", items: node.levels };
    const bits = zipGranular(
      shape,
      [ranges, levels],
      (range, level): Interval => ({
        lo: range.lo >= level ? 1n : 0n,
        hi: range.hi >= level ? 1n : 0n,
      }),
    );
    return bits.per === "element" ? collapse(bits, shape, sameInterval) : bits;
  },
  types: () => perTensor(BIT),
  evaluate: (node: FixedThreshold, _inputs, [values]) =>
    (values as readonly bigint[]).map((k, i) =>
      k >= (node.levels[i % node.levels.length] as bigint) ? 1n : 0n,
    ),
  write: (node) => ({ levels: node.levels }),
  read: (reader) => ({ levels: reader.integers("levels") }),
};
