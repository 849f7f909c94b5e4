import { Big } from "big.js";
import { InternalError, invariant } from "./errors.js";

/** An exact rational, denominator positive. */
export interface Ratio {
  readonly n: bigint;
  readonly d: bigint;
}

export const ONE: Ratio = { n: 1n, d: 1n };

/** The greatest common divisor, not negative. */
export function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** n / d in lowest terms, for d ≠ 0. */
export function ratio(n: bigint, d: bigint): Ratio {
  invariant(d !== 0n, "the denominator of a ratio is not 0");
  const common = gcd(n, d) * (d < 0n ? -1n : 1n);
  return { n: n / common, d: d / common };
}

export function times(a: Ratio, b: Ratio): Ratio {
  return ratio(a.n * b.n, a.d * b.d);
}

export function over(a: Ratio, b: Ratio): Ratio {
  return ratio(a.n * b.d, a.d * b.n);
}

/** The largest positive ratio of which both are integer multiples (of a ratio and 0: the ratio's size). */
export function commonUnit(a: Ratio, b: Ratio): Ratio {
  return ratio(gcd(a.n * b.d, b.n * a.d), a.d * b.d);
}

/** a / b, which must be an integer. */
export function exactQuotient(a: Ratio, b: Ratio): bigint {
  const { n, d } = over(a, b);
  invariant(d === 1n, "one ratio is a multiple of the other");
  return n;
}

/**
 * A decimal number as an exact ratio. Takes any number of digits; a JavaScript number stands for the double that it
 * is (its exact binary value), not for its shortest decimal.
 */
export function exactRatio(value: string | number | Big): { readonly n: bigint; readonly d: bigint } {
  if (typeof value === "number") return doubleRatio(value);
  const big = typeof value === "string" ? new Big(value) : value;
  const digits = BigInt(big.c.join("")) * BigInt(big.s);
  const power = big.e - (big.c.length - 1);
  return power >= 0 ? { n: digits * 10n ** BigInt(power), d: 1n } : { n: digits, d: 10n ** BigInt(-power) };
}

/** The exact value of a double as mantissa · 2^exponent (IEEE 754 binary64). */
function doubleRatio(value: number): { readonly n: bigint; readonly d: bigint } {
  if (!Number.isFinite(value)) throw new InternalError(`${value} has no exact ratio`);
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const mantissa = (bits & ((1n << 52n) - 1n)) | (biased === 0 ? 0n : 1n << 52n);
  const exponent = (biased === 0 ? 1 : biased) - 1075;
  const n = bits >> 63n === 1n ? -mantissa : mantissa;
  if (exponent >= 0) return { n: n << BigInt(exponent), d: 1n };
  // Reduce the power of two so that the ratio stays small for short fractions.
  let shift = -exponent;
  let reduced = n;
  while (shift > 0 && reduced !== 0n && (reduced & 1n) === 0n) {
    reduced >>= 1n;
    shift--;
  }
  return { n: reduced, d: reduced === 0n ? 1n : 1n << BigInt(shift) };
}
