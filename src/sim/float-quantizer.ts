import {
  type FixedType,
  fractionBits,
  type Interval,
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
const SAFE = 2 ** 53;

/**
 * A function that quantizes doubles: equal to `toNumber(quantize(x, type, rounding, mode), type)` of ir/fixed-point for
 * every finite x, but without BigInt wherever double arithmetic is exact. `limits` are bounds narrower than the type's
 * to which it saturates.
 */
export function compileQuantizer(
  type: FixedType,
  rounding: Rounding,
  mode: Overflow,
  limits?: Interval,
): (x: number) => number {
  if (type.width === 0) return () => 0;
  const fraction = fractionBits(type);
  if (type.width > WIDEST || Math.abs(fraction) > LARGEST_SCALE) {
    return (x) => toNumber(exactInteger(x, type, rounding, mode, limits), type);
  }
  const integer = compileInteger(type, rounding, mode, limits);
  const step = 2 ** -fraction;
  if (type.scale === undefined) return (x) => integer(x) * step;
  const n = Number(type.scale.n);
  const d = Number(type.scale.d);
  // While k · n is an exact double, one division rounds once.
  const most = d < SAFE ? Math.floor((SAFE - 1) / n) : 0;
  return (x) => {
    const k = integer(x);
    return Math.abs(k) <= most ? ((k * n) / d) * step : toNumber(BigInt(k), type);
  };
}

/**
 * A function from finite doubles to the integers of a type, as doubles: `quantize` of ir/fixed-point (rounded to a
 * double where a type of more than 53 bits has such integers), without BigInt wherever double arithmetic decides.
 */
export function compileInteger(
  type: FixedType,
  rounding: Rounding,
  mode: Overflow,
  limits?: Interval,
): (x: number) => number {
  if (type.width === 0) return () => 0;
  const fraction = fractionBits(type);
  const exactly = (x: number) => Number(exactInteger(x, type, rounding, mode, limits));
  if (type.width > WIDEST || Math.abs(fraction) > LARGEST_SCALE) return exactly;

  const round = ROUND[rounding];
  const bound = compileOverflow(type, mode, limits);
  const power = 2 ** fraction;
  if (type.scale === undefined) {
    return (x) => {
      const scaled = x * power;
      const size = Math.abs(scaled);
      // A negative zero would be a value that no integer has.
      if (size < SMALLEST || size > LARGEST) return x === 0 ? bound(0) : exactly(x);
      return bound(round(scaled)) + 0;
    };
  }
  const factor = (power / Number(type.scale.n)) * Number(type.scale.d);
  const certain = CERTAIN[boundaryOf(rounding)];
  return (x) => {
    if (x === 0) return bound(0);
    const scaled = x * factor;
    const size = Math.abs(scaled);
    // Six roundings at most lie between x and `scaled`: each of them errs by less than one part in 2^53.
    if (!(size > SMALLEST && size < LARGEST_UNCERTAIN) || !certain(scaled, size * UNCERTAINTY))
      return exactly(x);
    return bound(round(scaled)) + 0;
  };
}

/** Beyond it a double that may be off has no digits left below 1. */
const LARGEST_UNCERTAIN = 2 ** 48;
const UNCERTAINTY = 2 ** -50;

/** Whether all numbers within `error` of x round alike: none of them passes an integer, or half of an odd one. */
const CERTAIN = {
  integers: (x: number, error: number) => {
    const rest = x - Math.floor(x);
    return rest > error && rest < 1 - error;
  },
  halves: (x: number, error: number) => Math.abs(x - Math.floor(x) - 0.5) > error,
} as const;

/** Where a rounding changes its result. */
function boundaryOf(rounding: Rounding): keyof typeof CERTAIN {
  return rounding.startsWith("RND") ? "halves" : "integers";
}

/** The integer by exact ratios. */
export function exactInteger(
  x: number,
  type: FixedType,
  rounding: Rounding,
  mode: Overflow,
  limits?: Interval,
): bigint {
  const k = quantize(x, type, rounding, mode);
  if (limits === undefined) return k;
  return k < limits.lo ? limits.lo : k > limits.hi ? limits.hi : k;
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
  RND_ODD: (x) => nearest(x, Math.trunc(x) % 2 === 0),
  CEIL: Math.ceil,
  AWAY: (x) => (x < 0 ? Math.floor(x) : Math.ceil(x)),
};

/** The nearest integer; a tie goes away from zero or towards it. */
function nearest(x: number, tieAway: boolean): number {
  const whole = Math.trunc(x);
  const rest = Math.abs(x - whole);
  const away = rest > 0.5 || (rest === 0.5 && tieAway);
  return away ? (x > 0 ? whole + 1 : whole - 1) : whole;
}

/** Brings an integer into the range of a type of at most 53 bits, or into narrower limits. */
function compileOverflow(type: FixedType, mode: Overflow, limits?: Interval): (k: number) => number {
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
    case "SAT": {
      const least = limits === undefined ? lo : Number(limits.lo);
      const most = limits === undefined ? hi : Number(limits.hi);
      return (k) => (k > most ? most : k < least ? least : k);
    }
    case "SAT_ZERO":
      return (k) => (k > hi || k < lo ? 0 : k);
    case "SAT_SYM": {
      const low = type.signed ? -hi : lo;
      return (k) => (k > hi ? hi : k < low ? low : k);
    }
  }
}
