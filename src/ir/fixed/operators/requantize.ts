import {
  type FixedType,
  fractionBits,
  type Interval,
  OVERFLOWS,
  ROUNDINGS,
  requantize as requantizeInteger,
  roundRatio,
  typeRange,
} from "../../fixed-point.js";
import { atElement, finest, type Granular, granularLength } from "../../granular.js";
import { sizeOf } from "../../tensor.js";
import type { FixedRequantize, FixedValue } from "../fixed.js";
import type { FixedOperator } from "../operator.js";

/** k · 2^−from rounded to `to` fractional bits, before overflow. */
function round(k: bigint, from: number, node: FixedRequantize, type: FixedType): bigint {
  const drop = from - fractionBits(type);
  return drop > 0 ? roundRatio(k, 1n << BigInt(drop), node.rounding) : k << BigInt(-drop);
}

/** Rounding is monotonic, so the bounds round to bounds; where they overflow, the type's range decides. */
function bound(range: Interval, from: FixedType, type: FixedType, node: FixedRequantize): Interval {
  const lo = round(range.lo, fractionBits(from), node, type);
  const hi = round(range.hi, fractionBits(from), node, type);
  const limits = typeRange(type);
  const symmetric = node.overflow === "SAT_SYM" && type.signed ? { lo: -limits.hi, hi: limits.hi } : limits;
  if (lo >= symmetric.lo && hi <= symmetric.hi) return { lo, hi };
  const clip = (k: bigint) => (k < symmetric.lo ? symmetric.lo : k > symmetric.hi ? symmetric.hi : k);
  switch (node.overflow) {
    case "WRAP":
      return limits;
    case "SAT_ZERO": {
      const low = clip(lo);
      const high = clip(hi);
      return { lo: low > 0n ? 0n : low, hi: high < 0n ? 0n : high };
    }
    default:
      return { lo: clip(lo), hi: clip(hi) };
  }
}

export const requantize: FixedOperator<"requantize"> = {
  arity: 1,
  shape: (_, [input]) => (input as FixedValue).shape,
  ranges: (node, [input]) => {
    const { ranges, types, shape } = input as FixedValue;
    const per = finest(ranges, types, node.types);
    const channels = shape.at(-1) ?? 1;
    const items = Array.from({ length: granularLength(per, shape) }, (_, i) =>
      bound(
        atElement(ranges, i, channels),
        atElement(types, i, channels),
        atElement(node.types, i, channels),
        node,
      ),
    );
    return { per, items } satisfies Granular<Interval>;
  },
  types: (node) => node.types,
  evaluate: (node, [input], [values]) => {
    const { types, shape } = input as FixedValue;
    const channels = shape.at(-1) ?? 1;
    return Array.from({ length: sizeOf(shape) }, (_, i) => {
      const from = fractionBits(atElement(types, i, channels));
      const type = atElement(node.types, i, channels);
      return requantizeInteger(values?.[i] as bigint, from, type, node.rounding, node.overflow);
    });
  },
  write: (node) => ({ rounding: node.rounding, overflow: node.overflow }),
  read: (reader) => ({
    rounding: reader.oneOf("rounding", ROUNDINGS),
    overflow: reader.oneOf("overflow", OVERFLOWS),
  }),
};
