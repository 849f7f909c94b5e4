import { invariant } from "../ir/errors.js";
import { floorDivide, type Interval } from "../ir/fixed-point.js";
import { csdDigits } from "./linear/csd.js";

/** ⌊(n · k + r) / d⌋ for integers k; d > 0. */
export interface FloorLine {
  readonly n: bigint;
  readonly r: bigint;
  readonly d: bigint;
}

/** (k · multiplier + offset) >> shift. */
export interface Rescaling {
  readonly multiplier: bigint;
  readonly offsets: readonly bigint[];
  readonly shift: number;
}

/**
 * A multiplication and a shift that equal ⌊(n·k + r_p) / d⌋ for every k of the interval p, for all parts p at once: one
 * multiplier and shift, an offset for each part.
 *
 * Proof. Let q(k) = ⌊(n·k + r) / d⌋. (k·m + c) >> s equals q(k) exactly when q(k)·2^s ≤ k·m + c < (q(k) + 1)·2^s. So
 * m and s fit an interval exactly when some integer c lies between the largest of q(k)·2^s − k·m and the smallest of
 * (q(k) + 1)·2^s − k·m − 1, and c is then such an integer. Both are extremes of a weighted floor over the interval, which
 * {@link maximumOfFloor} finds without visiting every k. There is always a solution: with m the integer next to
 * n·2^s / d and δ = |n·2^s − m·d| ≤ d / 2, an integer c exists as soon as 2^s ≥ δ·(hi − lo) + d, because q(k) lies within
 * (d − 1) / d below its line; this holds when 2^s ≥ d·(hi − lo + 2) / 2.
 */
export function findRescaling(
  { n, d }: { readonly n: bigint; readonly d: bigint },
  parts: readonly { readonly r: bigint; readonly interval: Interval }[],
): Rescaling {
  let best: (Rescaling & { readonly cost: number }) | undefined;
  let found = 0;
  for (let shift = 0; found < 4; shift++) {
    const exact = n << BigInt(shift);
    const low = floorDivide(exact, d);
    const candidates = low * d === exact ? [low] : [low, low + 1n];
    let any = false;
    for (const multiplier of candidates) {
      const bounds = parts.map(({ r, interval }) => offsetBounds({ n, r, d }, interval, multiplier, shift));
      if (bounds.some(({ lo, hi }) => lo > hi)) continue;
      any = true;
      const offsets = bounds.map(roundest);
      const cost = csdDigits(multiplier).length + (offsets.some((offset) => offset !== 0n) ? 1 : 0);
      if (best === undefined || cost < best.cost) best = { multiplier, offsets, shift, cost };
    }
    // A longer multiplier may have fewer digits; beyond a few more bits that is not worth its width.
    if (any || found > 0) found++;
  }
  invariant(best, "every line has a rescaling");
  return best;
}

/** The offsets c for which (k · multiplier + c) >> shift is the line on the whole interval; empty when lo > hi. */
function offsetBounds(line: FloorLine, { lo, hi }: Interval, multiplier: bigint, shift: number): Interval {
  const scale = 1n << BigInt(shift);
  return {
    lo: maximumOfFloor(line, { lo, hi }, -multiplier, scale),
    hi: scale - 1n - maximumOfFloor(line, { lo, hi }, multiplier, -scale),
  };
}

/** The integer of an interval with the most trailing zeros, 0 if it is there. */
function roundest({ lo, hi }: Interval): bigint {
  if (lo <= 0n && hi >= 0n) return 0n;
  let value = lo;
  for (let bit = 1n; ; bit *= 2n) {
    const next = -floorDivide(-lo, bit) * bit;
    if (next > hi) return value;
    value = next;
  }
}

/** The largest a · k + b · ⌊(n · k + r) / d⌋ for k of the interval. */
export function maximumOfFloor({ n, r, d }: FloorLine, { lo, hi }: Interval, a: bigint, b: bigint): bigint {
  return a * lo + maximumFromZero(hi - lo + 1n, d, a, b, n, r + n * lo);
}

/**
 * The largest a · x + b · ⌊(n · x + r) / d⌋ for x = 0 … count − 1. Whole multiples of d in n and r go into a and a constant. Then,
 * where a and b pull against each other, the largest value lies at an end or where the floor changes; the places where it
 * changes are themselves a floor of its values, with the roles of n and d exchanged, as in Euclid's algorithm.
 */
function maximumFromZero(count: bigint, d: bigint, a: bigint, b: bigint, n: bigint, r: bigint): bigint {
  const [whole, start] = [floorDivide(n, d), floorDivide(r, d)];
  const slope = a + b * whole;
  const [rest, offset] = [n - whole * d, r - start * d];
  const last = (rest * (count - 1n) + offset) / d;
  const end = slope * (count - 1n) + b * last;
  const ends = end > 0n ? end : 0n;
  if (last === 0n || (slope >= 0n && b >= 0n) || (slope <= 0n && b <= 0n)) return b * start + ends;
  // The first x with floor y + 1 is ⌊(d·y + d − offset + rest − 1) / rest⌋: with a falling slope it is the best x of
  // that floor, with a rising one the x before it is the best of floor y.
  const inner = maximumFromZero(last, rest, b, slope, d, d - offset + rest - 1n);
  const between = inner + (slope < 0n ? b : -slope);
  return b * start + (between > ends ? between : ends);
}
