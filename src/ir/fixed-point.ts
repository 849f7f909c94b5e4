import type { Big } from "big.js";
import { invariant } from "./errors.js";
import { exactRatio, type Ratio, ratio } from "./ratio.js";

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
  /** A factor that is no power of two (numerator and denominator odd, reduced); 1 when it is missing. */
  readonly scale?: Ratio;
}

/** A closed interval of integers. */
export interface Interval {
  readonly lo: bigint;
  readonly hi: bigint;
}

/**
 * Rounding modes of ap_fixed (UG1399): what happens to the bits below the least significant one. Besides these, the two
 * that QONNX has more (its docs/qonnx-custom-ops/quant_op.md): CEIL towards plus infinity, AWAY (there UP) away from zero;
 * and RND_ODD to nearest, ties to odd, which is RND_CONV of a value shifted by an odd integer.
 */
export const ROUNDINGS = [
  "TRN",
  "TRN_ZERO",
  "RND",
  "RND_ZERO",
  "RND_INF",
  "RND_MIN_INF",
  "RND_CONV",
  "CEIL",
  "AWAY",
  "RND_ODD",
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

/** Prints a type as `fixed<W,I>` or `ufixed<W,I>`; a scale follows as `*n/d`. */
export function printType(type: FixedType): string {
  const scale = type.scale === undefined ? "" : `*${type.scale.n}/${type.scale.d}`;
  return `${type.signed ? "fixed" : "ufixed"}<${type.width},${type.integer}>${scale}`;
}

export function sameType(a: FixedType, b: FixedType): boolean {
  return a.signed === b.signed && a.width === b.width && a.integer === b.integer && sameScale(a, b);
}

function sameScale(a: FixedType, b: FixedType): boolean {
  return (a.scale?.n ?? 1n) === (b.scale?.n ?? 1n) && (a.scale?.d ?? 1n) === (b.scale?.d ?? 1n);
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

/** The narrowest type that holds every integer of `interval` and counts in the unit of `like`. */
export function typeLike(interval: Interval, like: FixedType): FixedType {
  const type = narrowestType(interval, fractionBits(like));
  return like.scale === undefined ? type : { ...type, scale: like.scale };
}

/** Whether the integers of two types stand for multiples of the same value. */
export function sameUnit(a: FixedType, b: FixedType): boolean {
  // A scale is odd over odd and reduced, so that a unit has one form only.
  return fractionBits(a) === fractionBits(b) && sameScale(a, b);
}

/** What the integer 1 of a type stands for: scale · 2^−F, reduced. */
export function unitOf(type: FixedType): Ratio {
  const { n, d } = type.scale ?? { n: 1n, d: 1n };
  const fraction = fractionBits(type);
  return fraction >= 0 ? ratio(n, d << BigInt(fraction)) : ratio(n << BigInt(-fraction), d);
}

/** The narrowest type that holds every integer of `interval` and whose integer 1 stands for `unit` (above 0). */
export function typeOfUnit(interval: Interval, unit: Ratio): FixedType {
  const twos = (k: bigint) => {
    let count = 0;
    while ((k >> BigInt(count)) % 2n === 0n) count++;
    return count;
  };
  const { n, d } = ratio(unit.n, unit.d);
  invariant(n > 0n, "a unit is positive");
  const [up, down] = [twos(n), twos(d)];
  const type = narrowestType(interval, down - up);
  const scale = { n: n >> BigInt(up), d: d >> BigInt(down) };
  return scale.n === 1n && scale.d === 1n ? type : { ...type, scale };
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
  if (rounding === "CEIL") return floor + 1n;
  if (rounding === "AWAY") return n < 0n ? floor : floor + 1n;
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
    case "RND_ODD":
      return floor % 2n === 0n ? floor + 1n : floor;
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

/** Quantizes the exact rational n / d (d > 0): rounded first, then overflowed. Returns the integer k of `type`. */
export function quantizeRatio(
  n: bigint,
  d: bigint,
  type: FixedType,
  rounding: Rounding,
  mode: Overflow,
): bigint {
  const unit = unitOf(type);
  return overflow(roundRatio(n * unit.d, d * unit.n, rounding), type, mode);
}

/** Brings the integer k of type `from` to `type`. Returns the integer of `type`. */
export function requantize(
  k: bigint,
  from: FixedType,
  type: FixedType,
  rounding: Rounding,
  mode: Overflow,
): bigint {
  const unit = unitOf(from);
  return quantizeRatio(k * unit.n, unit.d, type, rounding, mode);
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

/** The value of the integer k of a type as a double (exact when k has at most 53 significant bits and no scale). */
export function toNumber(k: bigint, type: FixedType): number {
  const plain = Number(k) * 2 ** -fractionBits(type);
  return type.scale === undefined ? plain : (plain * Number(type.scale.n)) / Number(type.scale.d);
}
