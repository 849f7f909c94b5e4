import type { FixedType, Interval } from "../../ir/fixed-point.js";
import { type Ratio, ratio } from "../../ir/ratio.js";
import type { RealFunction } from "./real-function.js";
import { roundedInteger } from "./round.js";

/** The bits of a result whose type neither the model nor the configuration fixes. */
export const DEFAULT_WIDTH = 16;
/** More than any useful result: e^1000. */
const MOST_INTEGER_BITS = 1024;

/** The bounds of a function's values over the integers of an interval, in steps of `unit`. */
export function valueRange(f: RealFunction, unit: Ratio, range: Interval, step: Ratio): Interval {
  const at = (k: bigint) => ratio(k * unit.n, unit.d);
  // Besides the ends: 0, where some functions bend, and the two integers next to a minimum.
  const arguments_ =
    range.lo < 0n && range.hi > 0n && f.known(at(0n)) !== undefined
      ? [range.lo, range.hi, 0n]
      : [range.lo, range.hi];
  if (f.minimum !== undefined) {
    const low = BigInt(Math.floor((f.minimum * Number(unit.d)) / Number(unit.n)));
    for (const k of [low, low + 1n]) if (k > range.lo && k < range.hi) arguments_.push(k);
  }
  const lows = arguments_.map((k) => roundedInteger(f, at(k), step, "TRN"));
  const highs = arguments_.map((k) => roundedInteger(f, at(k), step, "CEIL"));
  const smallest = (a: bigint, b: bigint) => (a < b ? a : b);
  return { lo: lows.reduce(smallest), hi: highs.reduce((a, b) => (a > b ? a : b)) };
}

/**
 * A type of 16 bits that covers the values of a function over its input: unsigned where none is negative, with as few
 * integer bits as hold the largest; a value that rounds up to the end of the range saturates. Undefined where that takes
 * more than 1024 integer bits.
 */
export function defaultType(
  f: RealFunction,
  parts: readonly { readonly unit: Ratio; readonly range: Interval }[],
): FixedType | undefined {
  const covers = (integer: number, signed: boolean) => {
    const step = integer >= 0 ? { n: 1n << BigInt(integer), d: 1n } : { n: 1n, d: 1n << BigInt(-integer) };
    const half = ratio(step.n, 2n * step.d);
    return parts.every(({ unit, range }) => {
      const { lo, hi } = valueRange(f, unit, range, signed ? half : step);
      return signed ? lo >= -1n && hi <= 1n : lo >= 0n && hi <= 1n;
    });
  };
  const signed = parts.some(({ unit, range }) => valueRange(f, unit, range, { n: 1n, d: 1n }).lo < 0n);
  for (let integer = -DEFAULT_WIDTH; integer <= MOST_INTEGER_BITS; integer++) {
    if (covers(integer, signed)) return { signed, width: DEFAULT_WIDTH, integer };
  }
  return undefined;
}
