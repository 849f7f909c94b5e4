import type { FixedRequantize, FixedValue } from "../../../../ir/fixed/fixed.js";
import { type FixedType, fractionBits, type Interval, typeRange } from "../../../../ir/fixed-point.js";
import { atElement, finest, type Granular, granularLength } from "../../../../ir/granular.js";
import { hull, within } from "../../../../ir/interval.js";
import { type Elements, elementsFor } from "../../../elements.js";

/** The constants of one element's conversion. */
export interface Steps {
  /** Bits to shift left, 0 or more. */
  readonly left: bigint;
  /** 2^left. */
  readonly scale: bigint;
  /** Bits to shift right then, 0 or more. */
  readonly right: bigint;
  /** 2^right. */
  readonly unit: bigint;
  /** 2^right − 1: masks the bits that the shift drops. */
  readonly dropped: bigint;
  /** Half of the new unit in the old one's; 1, which no rest reaches, when nothing is dropped. */
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
  const per = finest(input.types, input.ranges, node.types);
  const channels = node.shape.at(-1) ?? 1;
  const items = Array.from({ length: granularLength(per, node.shape) }, (_, i) => {
    const type = atElement(node.types, i, channels);
    const shift = fractionBits(atElement(input.types, i, channels)) - fractionBits(type);
    return stepsOf(atElement(input.ranges, i, channels), shift, type, node);
  });
  const below = items.some((item) => item.below);
  const above = items.some((item) => item.above);
  const steps = items.map((item) => item.steps);
  const reach = items.map((item) => item.reach).reduce(hull, { lo: 0n, hi: 0n });
  const wraps = node.overflow === "WRAP" && (below || above);
  return { per, steps, compute: arithmeticFor(steps, reach, from, wraps), reach, below, above };
}

function stepsOf(range: Interval, shift: number, type: FixedType, { overflow }: FixedRequantize) {
  const onlyZero = range.lo === 0n && range.hi === 0n;
  const left = BigInt(onlyZero ? 0 : Math.max(0, -shift));
  const right = BigInt(Math.max(0, shift));
  const scaled: Interval = { lo: range.lo << left, hi: range.hi << left };
  // What rounding may give, whatever its mode.
  const rounded: Interval = { lo: scaled.lo >> right, hi: (scaled.hi >> right) + (right > 0n ? 1n : 0n) };
  const { lo, hi } = typeRange(type);
  const limits = { lo: overflow === "SAT_SYM" && type.signed ? -hi : lo, hi };
  const wraps = overflow === "WRAP";
  const steps: Steps = {
    left,
    scale: 1n << left,
    right,
    unit: 1n << right,
    dropped: (1n << right) - 1n,
    half: right > 0n ? 1n << (right - 1n) : 1n,
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
 * it is below 2^51. Beyond that, any number of bits.
 */
function arithmeticFor(steps: readonly Steps[], reach: Interval, from: Elements, wraps: boolean): Elements {
  const largest = (key: keyof Steps) => steps.reduce((max, step) => (step[key] > max ? step[key] : max), 0n);
  const masks = wraps
    ? hull({ lo: 0n, hi: largest("dropped") }, { lo: 0n, hi: largest("kept") }).hi
    : largest("dropped");
  if (from === "bigint") return "bigint";
  if (from === "int32" && elementsFor(reach) === "int32" && masks < 2n ** 31n) return "int32";
  const doubles: Interval = { lo: -(2n ** 51n), hi: 2n ** 51n };
  return within(reach, doubles) && masks < 2n ** 51n ? "float64" : "bigint";
}
