import { Big } from "big.js";
import { InternalError, invariant } from "./errors.js";

/**
 * A fixed-point type with the meaning of AMD's `ap_fixed<W,I>` / `ap_ufixed<W,I>` (Vitis HLS User Guide, UG1399,
 * "Arbitrary Precision Fixed-Point Data Types"): `width` bits in all, `integer` of them integer bits (sign
 * included). A value is k · 2^−(width − integer) for an integer k. `integer` may be negative or larger than
 * `width`. A type of width 0 is the constant 0.
 */
export interface FixedType {
  readonly signed: boolean;
  readonly width: number;
  readonly integer: number;
}

/** A closed interval of integers. */
export interface Interval {
  readonly lo: bigint;
  readonly hi: bigint;
}

/** Rounding modes of ap_fixed (UG1399): what happens to the bits below the least significant one. */
export const ROUNDINGS = [
  "TRN",
  "TRN_ZERO",
  "RND",
  "RND_ZERO",
  "RND_INF",
  "RND_MIN_INF",
  "RND_CONV",
] as const;
export type Rounding = (typeof ROUNDINGS)[number];

/** Overflow modes of ap_fixed (UG1399): what happens to a rounded value outside the type's range. */
export const OVERFLOWS = ["WRAP", "SAT", "SAT_ZERO", "SAT_SYM"] as const;
export type Overflow = (typeof OVERFLOWS)[number];

/** The number of fractional bits F; negative when the least significant bit is worth more than 1. */
export function fractionBits(type: FixedType): number {
  return type.width - type.integer;
}

/** The integers k that the type can hold. */
export function typeRange(type: FixedType): Interval {
  if (type.width === 0) return { lo: 0n, hi: 0n };
  const span = 1n << BigInt(type.signed ? type.width - 1 : type.width);
  return { lo: type.signed ? -span : 0n, hi: span - 1n };
}

/** Prints a type as `fixed<W,I>` or `ufixed<W,I>`. */
export function printType(type: FixedType): string {
  return `${type.signed ? "fixed" : "ufixed"}<${type.width},${type.integer}>`;
}

export function sameType(a: FixedType, b: FixedType): boolean {
  return a.signed === b.signed && a.width === b.width && a.integer === b.integer;
}

/** The number of bits that hold every integer of an interval; unsigned (0 for [0,0]) when no integer is negative. */
export function intervalBits({ lo, hi }: Interval): { readonly signed: boolean; readonly width: number } {
  const bits = (k: bigint) => (k === 0n ? 0 : k.toString(2).length);
  if (lo >= 0n) return { signed: false, width: bits(hi) };
  return { signed: true, width: Math.max(bits(-lo - 1n), hi > 0n ? bits(hi) : 0) + 1 };
}

/** The narrowest type with `fraction` fractional bits that holds every integer of `interval`. */
export function narrowestType(interval: Interval, fraction: number): FixedType {
  const { signed, width } = intervalBits(interval);
  return { signed, width, integer: width - fraction };
}

/** The floor of n / d for d > 0. */
export function floorDivide(n: bigint, d: bigint): bigint {
  const q = n / d;
  return n % d < 0n ? q - 1n : q;
}

/** Rounds the rational n / d (d > 0) to an integer. */
export function roundRatio(n: bigint, d: bigint, rounding: Rounding): bigint {
  invariant(d > 0n, "the denominator of a ratio is positive");
  const floor = floorDivide(n, d);
  const rest = n - floor * d;
  if (rest === 0n) return floor;
  if (rounding === "TRN") return floor;
  if (rounding === "TRN_ZERO") return n < 0n ? floor + 1n : floor;
  const twice = 2n * rest;
  if (twice !== d) return twice > d ? floor + 1n : floor;
  switch (rounding) {
    case "RND":
      return floor + 1n;
    case "RND_ZERO":
      return n < 0n ? floor + 1n : floor;
    case "RND_INF":
      return n < 0n ? floor : floor + 1n;
    case "RND_MIN_INF":
      return floor;
    case "RND_CONV":
      return floor % 2n === 0n ? floor : floor + 1n;
  }
}

/** Brings a rounded integer into the range of `type`. */
export function overflow(k: bigint, type: FixedType, mode: Overflow): bigint {
  const { lo, hi } = typeRange(type);
  if (type.width === 0) return 0n;
  switch (mode) {
    case "WRAP":
      return type.signed ? BigInt.asIntN(type.width, k) : BigInt.asUintN(type.width, k);
    case "SAT":
      return k < lo ? lo : k > hi ? hi : k;
    case "SAT_ZERO":
      return k < lo || k > hi ? 0n : k;
    case "SAT_SYM":
      if (k > hi) return hi;
      return k < (type.signed ? -hi : lo) ? (type.signed ? -hi : lo) : k;
  }
}

/** Quantizes the exact rational n / d (d > 0): rounded first, then overflowed. Returns the integer k. */
export function quantizeRatio(
  n: bigint,
  d: bigint,
  type: FixedType,
  rounding: Rounding,
  mode: Overflow,
): bigint {
  const fraction = fractionBits(type);
  const scaled = fraction >= 0 ? { n: n << BigInt(fraction), d } : { n, d: d << BigInt(-fraction) };
  return overflow(roundRatio(scaled.n, scaled.d, rounding), type, mode);
}

/** Quantizes k · 2^−fraction. Returns the integer of `type`. */
export function requantize(
  k: bigint,
  fraction: number,
  type: FixedType,
  rounding: Rounding,
  mode: Overflow,
): bigint {
  return fraction >= 0
    ? quantizeRatio(k, 1n << BigInt(fraction), type, rounding, mode)
    : quantizeRatio(k << BigInt(-fraction), 1n, type, rounding, mode);
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

/** Quantizes a decimal or a double without any intermediate rounding. */
export function quantize(
  value: string | number | Big,
  type: FixedType,
  rounding: Rounding,
  mode: Overflow,
): bigint {
  const { n, d } = exactRatio(value);
  return quantizeRatio(n, d, type, rounding, mode);
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

/** The value k · 2^−fraction as a double (exact when k has at most 53 significant bits). */
export function toNumber(k: bigint, fraction: number): number {
  return Number(k) * 2 ** -fraction;
}
