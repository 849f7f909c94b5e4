import type { FixedRequantize, FixedValue } from "../../../../ir/fixed/fixed.js";
import { type FixedType, floorDivide, type Interval, typeRange, unitOf } from "../../../../ir/fixed-point.js";
import { atElement, finest, type Granular, granularLength } from "../../../../ir/granular.js";
import { hull, within } from "../../../../ir/interval.js";
import { ONE, over, type Ratio } from "../../../../ir/ratio.js";
import { type Elements, elementsFor } from "../../../elements.js";

/** The constants of one element's conversion: to the unit of the type, then to its range. */
export interface Steps {
  /** Bits to shift left, 0 or more (only of a plan that shifts). */
  readonly left: bigint;
  /** The factor: 2^left. */
  readonly scale: bigint;
  /** Bits to shift right then, 0 or more (only of a plan that shifts). */
  readonly right: bigint;
  /** The divisor: 2^right. */
  readonly unit: bigint;
  /** 2^right − 1: masks the bits that the shift drops. */
  readonly dropped: bigint;
  /**
   * Half of the new unit in the old one's; 1, which no rest reaches, when nothing is dropped. In a plan that divides
   * rests are doubled, and this is the divisor.
   */
  readonly half: bigint;
  /** The least and the largest integer of the type (symmetric for SAT_SYM), or of the range where it lies within. */
  readonly lo: bigint;
  readonly hi: bigint;
  /** 2^width − 1 of the type: masks what WRAP keeps of k − lo. */
  readonly kept: bigint;
  /** 2^width. */
  readonly span: bigint;
}

export interface RequantizePlan {
  readonly per: Granular<unknown>["per"];
  /** Some element's units are no powers of two of each other: a factor and a divisor instead of shifts. */
  readonly divides: boolean;
  /** One per tensor, channel or element. */
  readonly steps: readonly Steps[];
  /** The arithmetic in which every step is exact. */
  readonly compute: Elements;
  /** Bounds of all numbers on the way, before overflow. */
  readonly reach: Interval;
  /** True when some element may overflow below the least, above the largest integer of its type. */
  readonly below: boolean;
  readonly above: boolean;
}

/** Finds the constants of a conversion and the cheapest arithmetic that is exact for them. */
export function planRequantize(node: FixedRequantize, input: FixedValue, from: Elements): RequantizePlan {
  const per = finest(input.types, input.ranges, node.types, node.limits ?? node.types);
  const channels = node.shape.at(-1) ?? 1;
  const conversions = Array.from({ length: granularLength(per, node.shape) }, (_, i): Conversion => {
    const type = atElement(node.types, i, channels);
    const range = atElement(input.ranges, i, channels);
    const onlyZero = range.lo === 0n && range.hi === 0n;
    const factor = onlyZero ? ONE : over(unitOf(atElement(input.types, i, channels)), unitOf(type));
    return { type, range, factor, limits: node.limits && atElement(node.limits, i, channels) };
  });
  const divides = conversions.some(({ factor }) => !isPowerOfTwo(factor.n) || !isPowerOfTwo(factor.d));
  const items = conversions.map((conversion) => stepsOf(conversion, node, divides));
  const below = items.some((item) => item.below);
  const above = items.some((item) => item.above);
  const steps = items.map((item) => item.steps);
  const reach = items.map((item) => item.reach).reduce(hull, { lo: 0n, hi: 0n });
  const wraps = node.overflow === "WRAP" && (below || above);
  const compute = arithmeticFor(steps, reach, from, { wraps, divides });
  return { per, divides, steps, compute, reach, below, above };
}

/** What one element's conversion is: the integer times a factor, rounded, then into a type or limits. */
interface Conversion {
  readonly type: FixedType;
  readonly range: Interval;
  readonly factor: Ratio;
  readonly limits: Interval | undefined;
}

function isPowerOfTwo(k: bigint): boolean {
  return (k & (k - 1n)) === 0n;
}

function stepsOf(
  { type, range, factor: { n, d }, limits: narrower }: Conversion,
  { overflow }: FixedRequantize,
  divides: boolean,
) {
  const scaled: Interval = { lo: range.lo * n, hi: range.hi * n };
  // What rounding may give, whatever its mode.
  const rounded: Interval = {
    lo: floorDivide(scaled.lo, d),
    hi: floorDivide(scaled.hi, d) + (d > 1n ? 1n : 0n),
  };
  const { lo, hi } = typeRange(type);
  const limits = narrower ?? { lo: overflow === "SAT_SYM" && type.signed ? -hi : lo, hi };
  const wraps = overflow === "WRAP";
  const bits = (k: bigint) => BigInt(k.toString(2).length - 1);
  const steps: Steps = {
    left: bits(n),
    scale: n,
    right: bits(d),
    unit: d,
    dropped: d - 1n,
    half: divides ? d : d > 1n ? d / 2n : 1n,
    // A limit that is never reached gives way to the range, so that constants stay as small as the numbers.
    lo: wraps ? limits.lo : nearest(rounded.lo, limits),
    hi: wraps ? limits.hi : nearest(rounded.hi, limits),
    kept: (1n << BigInt(type.width)) - 1n,
    span: 1n << BigInt(type.width),
  };
  return {
    steps,
    below: rounded.lo < limits.lo,
    above: rounded.hi > limits.hi,
    reach: hull(scaled, rounded),
  };
}

/** The integer of an interval that is nearest to `k`. */
function nearest(k: bigint, { lo, hi }: Interval): bigint {
  return k < lo ? lo : k > hi ? hi : k;
}

/**
 * Int32: all in 32 bits, and shifts and masks in 31. Doubles: what is masked by subtraction must be exact, which
 * it is below 2^51; there the floor of a quotient is right, too, since the quotient's distance from the next integer is
 * more than a double's rounding. Beyond that, any number of bits.
 */
function arithmeticFor(
  steps: readonly Steps[],
  reach: Interval,
  from: Elements,
  { wraps, divides }: { readonly wraps: boolean; readonly divides: boolean },
): Elements {
  const largest = (key: keyof Steps) => steps.reduce((max, step) => (step[key] > max ? step[key] : max), 0n);
  const masks = wraps
    ? hull({ lo: 0n, hi: largest("dropped") }, { lo: 0n, hi: largest("kept") }).hi
    : largest("dropped");
  if (from === "bigint") return "bigint";
  if (from === "int32" && !divides && elementsFor(reach) === "int32" && masks < 2n ** 31n) return "int32";
  const doubles: Interval = { lo: -(2n ** 51n), hi: 2n ** 51n };
  const constants = divides ? [2n * largest("unit"), largest("scale"), masks] : [masks];
  return within(reach, doubles) && constants.every((k) => k < 2n ** 51n) ? "float64" : "bigint";
}
