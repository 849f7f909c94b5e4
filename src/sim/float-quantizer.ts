import {
  type FixedType,
  fractionBits,
  type Overflow,
  quantize,
  type Rounding,
  toNumber,
  typeRange,
} from "../ir/fixed-point.js";

/** Widest type whose integers are all exact doubles. */
const WIDEST = 53;
/** Scaling by up to 2^±LARGEST_SCALE and results down to 2^SMALLEST keep clear of the subnormal doubles. */
const LARGEST_SCALE = 400;
const LARGEST = 2 ** 900;
const SMALLEST = 2 ** -900;

/**
 * A function that quantizes doubles: equal to `toNumber(quantize(x, type, rounding, mode), F)` of ir/fixed-point for
 * every finite x, but without BigInt wherever double arithmetic is exact.
 */
export function compileQuantizer(type: FixedType, rounding: Rounding, mode: Overflow): (x: number) => number {
  if (type.width === 0) return () => 0;
  const fraction = fractionBits(type);
  const exactly = (x: number) => toNumber(quantize(x, type, rounding, mode), fraction);
  if (type.width > WIDEST || Math.abs(fraction) > LARGEST_SCALE) return exactly;

  const round = ROUND[rounding];
  const bound = compileOverflow(type, mode);
  const scale = 2 ** fraction;
  const step = 2 ** -fraction;
  return (x) => {
    const scaled = x * scale;
    const size = Math.abs(scaled);
    // A negative zero would be a value that no integer has.
    if (size < SMALLEST || size > LARGEST) return scaled === 0 && x === 0 ? 0 : exactly(x);
    return bound(round(scaled)) * step + 0;
  };
}

/**
 * Rounding to an integer. The fraction x − trunc(x) is exact, unlike x − floor(x) and x + 0.5, so that values next to a
 * tie fall on the right side.
 */
const ROUND: { readonly [mode in Rounding]: (x: number) => number } = {
  TRN: Math.floor,
  TRN_ZERO: Math.trunc,
  RND: (x) => nearest(x, x > 0),
  RND_ZERO: (x) => nearest(x, false),
  RND_INF: (x) => nearest(x, true),
  RND_MIN_INF: (x) => nearest(x, x < 0),
  RND_CONV: (x) => nearest(x, Math.trunc(x) % 2 !== 0),
};

/** The nearest integer; a tie goes away from zero or towards it. */
function nearest(x: number, tieAway: boolean): number {
  const whole = Math.trunc(x);
  const rest = Math.abs(x - whole);
  const away = rest > 0.5 || (rest === 0.5 && tieAway);
  return away ? (x > 0 ? whole + 1 : whole - 1) : whole;
}

/** Brings an integer into the range of a type of at most 53 bits. */
function compileOverflow(type: FixedType, mode: Overflow): (k: number) => number {
  const range = typeRange(type);
  const lo = Number(range.lo);
  const hi = Number(range.hi);
  switch (mode) {
    case "WRAP": {
      const period = 2 ** type.width;
      return (k) => {
        if (k >= lo && k <= hi) return k;
        // The remainder of doubles is exact.
        const rest = k % period;
        return rest > hi ? rest - period : rest < lo ? rest + period : rest;
      };
    }
    case "SAT":
      return (k) => (k > hi ? hi : k < lo ? lo : k);
    case "SAT_ZERO":
      return (k) => (k > hi || k < lo ? 0 : k);
    case "SAT_SYM": {
      const low = type.signed ? -hi : lo;
      return (k) => (k > hi ? hi : k < low ? low : k);
    }
  }
}
