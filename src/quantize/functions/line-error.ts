import type { FixedInterpolate } from "../../ir/fixed/fixed.js";
import type { Interval } from "../../ir/fixed-point.js";

export type Lines = Pick<FixedInterpolate, "low" | "step" | "drop" | "entries">;

/** The values that the result is saturated to, in units of the result; infinite where it is not. */
export interface Held {
  readonly lo: number;
  readonly hi: number;
}

/** What the error of lines depends on besides them. */
export interface ErrorOptions {
  /** Between these arguments the function is convex or concave. */
  readonly bends: readonly number[];
  /** What both the lines and the function are saturated to. */
  readonly held: Held;
}

/**
 * The largest distance between saturated lines, not rounded to integers, and the saturated function over all integers of
 * a range; stops when it is above `enough`.
 *
 * Where the function is convex or concave so is its distance from a line, which then is largest at the ends of an
 * interval or where it turns, and that a ternary search finds. Saturation cuts an interval where the function or the line
 * passes an end of the range: between those points each of the two is itself or constant.
 */
export function lineError(
  valueAt: (k: number) => number,
  { low, step, entries }: Lines,
  range: Interval,
  { bends, held }: ErrorOptions,
  enough: number,
): number {
  const size = 2 ** step;
  const [start, first, last] = [Number(low), Number(range.lo), Number(range.hi)];
  const saturate = (y: number) => Math.min(Math.max(y, held.lo), held.hi);
  let largest = 0;
  for (let i = 0; i + 1 < entries.length && largest <= enough; i++) {
    const left = start + i * size;
    const [from, to] = [Number(entries[i]), Number(entries[i + 1])];
    const line = (k: number) => from + ((to - from) * (k - left)) / size;
    const distance = (k: number) => saturate(valueAt(k)) - saturate(line(k));
    const ends = { lo: Math.max(left, first), hi: Math.min(left + size - 1, last) };
    if (ends.lo > ends.hi) continue;
    for (const part of cutAt(bends, ends)) {
      const crossings = [held.lo, held.hi]
        .filter(Number.isFinite)
        .flatMap((level) => [...crossingsOf(valueAt, level, part), ...crossingsOf(line, level, part)]);
      for (const { lo, hi } of cutAt(crossings, part)) {
        const turns = [turnOf(distance, lo, hi, 1), turnOf(distance, lo, hi, -1)];
        for (const k of [lo, hi, ...turns]) largest = Math.max(largest, Math.abs(distance(k)));
      }
    }
  }
  return largest;
}

interface Part {
  readonly lo: number;
  readonly hi: number;
}

/** An interval of integers in parts, none of which has one of the points inside. */
function cutAt(points: readonly number[], { lo, hi }: Part): readonly Part[] {
  const inside = points.filter((x) => x >= lo && x < hi).sort((a, b) => a - b);
  const parts: Part[] = [];
  let next = lo;
  for (const x of inside) {
    const end = Math.floor(x);
    if (end < next) continue;
    parts.push({ lo: next, hi: end });
    next = end + 1;
  }
  if (next <= hi) parts.push({ lo: next, hi });
  return parts;
}

/** Where a function that is convex or concave on an interval passes a level: at most twice. */
function crossingsOf(f: (k: number) => number, level: number, { lo, hi }: Part): readonly number[] {
  const turns = [turnOf(f, lo, hi, 1), turnOf(f, lo, hi, -1)].filter((k) => k > lo && k < hi);
  return cutAt(turns, { lo, hi }).flatMap((part) => {
    const above = f(part.lo) > level;
    if (f(part.hi) > level === above) return [];
    let [same, other] = [part.lo, part.hi];
    while (other - same > 1) {
      const middle = Math.floor(same + (other - same) / 2);
      if (middle <= same || middle >= other) break;
      if (f(middle) > level === above) same = middle;
      else other = middle;
    }
    return [same];
  });
}

/** The integer at which a function that rises and then falls (`sign` 1; −1: falls and then rises) is largest (smallest). */
function turnOf(f: (k: number) => number, lo: number, hi: number, sign: 1 | -1): number {
  let [low, high] = [lo, hi];
  while (high - low > 2) {
    const third = Math.floor((high - low) / 3);
    const [a, b] = [low + third, high - third];
    // Doubles beyond 2^53 have no neighbours one apart.
    if (a <= low || b >= high) break;
    if (sign * f(a) < sign * f(b)) low = a;
    else high = b;
  }
  const candidates = [low, low + Math.floor((high - low) / 2), high];
  return candidates.reduce((best, k) => (sign * f(k) > sign * f(best) ? k : best));
}
