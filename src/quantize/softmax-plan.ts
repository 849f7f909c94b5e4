import type { Interval } from "../ir/fixed-point.js";
import { type Ratio, ratio } from "../ir/ratio.js";

/** A softmax in numbers: the grids of its parts and what they add to its error. */
export interface SoftmaxPlan {
  /** x − max x, never above 0: its unit, whether that is coarser than the input's, and its lowest integer. */
  readonly difference: { readonly unit: Ratio; readonly rounded: boolean; readonly low: bigint };
  /** e^difference has this many fractional bits; lines are 2^step apart, a table where it is undefined. */
  readonly exp: { readonly fraction: number; readonly step: number | undefined };
  /** The sum is divided by 2^shift where it is at least that, shift by shift, which brings it into 1…2. */
  readonly shifts: readonly number[];
  /** Fractional bits of the sum in 1…2 and of its reciprocal; lines as above. */
  readonly sum: { readonly fraction: number };
  readonly reciprocal: { readonly fraction: number; readonly step: number | undefined };
  /** The largest error before the result is rounded, in output steps. */
  readonly error: number;
}

/** The most entries of a table; the most of the smaller one for the reciprocal; the most nodes of lines. */
const EXP_ENTRIES = 4096n;
const RECIPROCAL_BITS = 10;
const MOST_NODES = 4096n;

const powerOf = (exponent: number): Ratio =>
  exponent >= 0 ? { n: 1n << BigInt(exponent), d: 1n } : { n: 1n, d: 1n << BigInt(-exponent) };

/** The smallest F with 2^−F at or below a unit; at least 1. */
export function fractionOf({ n, d }: Ratio): number {
  let fraction = 1;
  while (d > n << BigInt(fraction)) fraction++;
  return fraction;
}

/**
 * Chooses the grids so that the error before the last rounding stays under half an output step of 2^−F, for `count` logits
 * in integers of `unit` within `range`:
 *
 * - e^x is taken to G = F + 3 + ⌈log2(count + 1)⌉ bits, and x not lower than where e^x rounds to 0. All entries and the
 *   sum are then off by (1 + count) · 2^−G ≤ 2^−(F+3) in the result.
 * - x on a grid of 2^−(F+2) and lines at distances h ≤ 2^(−F/2) multiply e^x by up to 1 + 2^−(F+3) and 1 + h²/8. A factor
 *   1 + ε changes a softmax p by at most ε · p · (1 − p) ≤ ε / 4 up and as much down.
 * - The sum in 1…2 is rounded to F + 4 bits, its reciprocal to F + 5, lines at h ≤ 2^(−F/2 − 1) are off by h² / 4.
 */
export function planSoftmax(fraction: number, count: number, unit: Ratio, range: Interval): SoftmaxPlan {
  const bits = Math.ceil(Math.log2(count + 1));
  const expFraction = fraction + 3 + bits;
  const grid = powerOf(-(fraction + 2));
  const rounded = unit.n * grid.d < grid.n * unit.d;
  const differenceUnit = rounded ? grid : unit;
  // e^−lowest is below half of 2^−G.
  const lowest = BigInt(Math.ceil((expFraction + 1) * Math.LN2));
  const ceilDivide = (n: bigint, d: bigint) => (n + d - 1n) / d;
  const within = ceilDivide((range.hi - range.lo) * unit.n * differenceUnit.d, unit.d * differenceUnit.n);
  const beyond = ceilDivide(lowest * differenceUnit.d, differenceUnit.n);
  const size = within < beyond ? within : beyond;

  let expStep: number | undefined;
  if (size >= EXP_ENTRIES) {
    const perLine = Number(differenceUnit.d) / Number(differenceUnit.n) / 2 ** (fraction / 2);
    expStep = Math.max(0, Math.floor(Math.log2(perLine)));
    while (size >> BigInt(expStep) >= MOST_NODES) expStep++;
  }
  const expLine =
    expStep === undefined ? 0 : (2 ** expStep * Number(differenceUnit.n)) / Number(differenceUnit.d);

  const sumFraction = fraction + 4;
  let reciprocalStep: number | undefined;
  if (sumFraction > RECIPROCAL_BITS) {
    reciprocalStep = Math.floor(fraction / 2 + 3);
    while (1n << BigInt(sumFraction - reciprocalStep) >= MOST_NODES) reciprocalStep++;
  }
  const reciprocalLine = reciprocalStep === undefined ? 0 : 2 ** (reciprocalStep - sumFraction);

  const error =
    2 ** -expFraction * (1 + count) +
    ((rounded ? 2 ** -(fraction + 3) : 0) + expLine ** 2 / 8) / 2 +
    2 ** -(sumFraction + 1) +
    reciprocalLine ** 2 / 4 +
    2 ** -(fraction + 5);
  const stages = bits === 0 ? 0 : Math.ceil(Math.log2(Math.floor(Math.log2(count)) + 1));
  return {
    difference: { unit: differenceUnit, rounded, low: -size },
    exp: { fraction: expFraction, step: expStep },
    shifts: Array.from({ length: stages }, (_, i) => 2 ** (stages - 1 - i)),
    sum: { fraction: sumFraction },
    reciprocal: { fraction: fraction + 5, step: reciprocalStep },
    error: error * 2 ** fraction,
  };
}

/** 2^−fraction. */
export function binaryUnit(fraction: number): Ratio {
  const { n, d } = powerOf(-fraction);
  return ratio(n, d);
}
