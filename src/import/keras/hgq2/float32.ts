import type { Overflow } from "../../../ir/fixed-point.js";
import { type Bits, type HgqRounding, roundHalfEven } from "./bits.js";

const { fround } = Math;

/**
 * What HGQ2 makes of a float32 value `x`, with float32's own rounding errors: quantizers 1.2,
 * quantizers/fixed_point/_fixed_point_ops.py, `FixedPointQuantizer.forward`, and the zeroing of
 * hgq `FixedPointQuantizerBase.call`. Every operation that float32 may round is rounded here too (a double holds sums and
 * products of two floats closely enough that rounding it once more gives float32's result). May return an infinity or
 * NaN where float32 does.
 */
export function quantizeFloat32(
  x: number,
  bits: Bits,
  rounding: HgqRounding,
  overflow: Overflow,
  roundsOnly: boolean,
): number {
  const { k, i, f } = bits;
  const scale = 2 ** f;
  const round = (value: number) => fround(ROUND[rounding](fround(value * scale)) / scale);
  if (roundsOnly) return round(fround(x));
  if (k + i + f <= 0) return 0;
  if (overflow === "WRAP") return wrap(round(fround(x)), k, i);
  const top = fround(2 ** i - 2 ** -f);
  const bottom = k === 0 ? 0 : overflow === "SAT" ? -(2 ** i) : -top;
  return round(Math.min(Math.max(fround(x), bottom), top));
}

/** `wrap`: (x + bias) mod 2^(i+k) − bias with the remainder of jax.numpy.remainder, which takes the divisor's sign. */
function wrap(x: number, k: number, i: number): number {
  const period = 2 ** (i + k);
  const bias = k === 0 ? 0 : 2 ** i;
  const shifted = fround(x + bias);
  const remainder = shifted % period;
  return fround((remainder < 0 ? fround(remainder + period) : remainder) - bias);
}

/** The functions of the `round_mode_registry`. `x + 0.5` is rounded to float32: 0.49999997 becomes 1. */
const ROUND: { readonly [mode in HgqRounding]: (x: number) => number } = {
  TRN: Math.floor,
  TRN_ZERO: Math.trunc,
  RND: (x) => Math.floor(fround(x + 0.5)),
  RND_ZERO: (x) => -Math.floor(fround(-Math.abs(x) + 0.5)) * Math.sign(x),
  RND_INF: (x) => Math.floor(fround(Math.abs(x) + 0.5)) * Math.sign(x),
  RND_MIN_INF: (x) => -Math.floor(fround(-x + 0.5)),
  RND_CONV: roundHalfEven,
};
