import type { Interval } from "./fixed-point.js";
import { atElement, type Granular } from "./granular.js";
import { sizeOf } from "./tensor.js";

/** True when `inner` lies within `outer`. */
export function within(inner: Interval, outer: Interval): boolean {
  return inner.lo >= outer.lo && inner.hi <= outer.hi;
}

export function sameInterval(a: Interval, b: Interval): boolean {
  return a.lo === b.lo && a.hi === b.hi;
}

/** The interval of one integer. */
export function point(k: bigint): Interval {
  return { lo: k, hi: k };
}

export const ZERO: Interval = point(0n);

/** True when 0 is the only integer of the interval. */
export function isZero({ lo, hi }: Interval): boolean {
  return lo === 0n && hi === 0n;
}

/** All k + l for k and l of two intervals. */
export function sum(a: Interval, b: Interval): Interval {
  return { lo: a.lo + b.lo, hi: a.hi + b.hi };
}

/** All factor · k for k of an interval. */
export function scaled({ lo, hi }: Interval, factor: bigint): Interval {
  return factor >= 0n ? { lo: factor * lo, hi: factor * hi } : { lo: factor * hi, hi: factor * lo };
}

/** The integers of the interval, brought into `limits`. */
export function clipped({ lo, hi }: Interval, limits: Interval): Interval {
  return { lo: clip(lo, limits), hi: clip(hi, limits) };
}

/** k, or the bound of `limits` that it exceeds. */
export function clip(k: bigint, { lo, hi }: Interval): bigint {
  return k < lo ? lo : k > hi ? hi : k;
}

/** The smallest interval that holds both. */
export function hull(a: Interval, b: Interval): Interval {
  return { lo: a.lo < b.lo ? a.lo : b.lo, hi: a.hi > b.hi ? a.hi : b.hi };
}

/** The smallest interval that holds all of a tensor's. */
export function hullOf(ranges: Granular<Interval>): Interval {
  return ranges.items.reduce(hull, ranges.items[0] ?? { lo: 0n, hi: 0n });
}

/** For each channel, the smallest interval that holds its elements. */
export function channelHulls(ranges: Granular<Interval>, shape: readonly number[]): readonly Interval[] {
  const channels = shape.at(-1) ?? 1;
  const hulls = Array.from({ length: channels }, (_, c) => atElement(ranges, c, channels));
  if (ranges.per !== "element") return hulls;
  for (let i = channels; i < sizeOf(shape); i++) {
    hulls[i % channels] = hull(hulls[i % channels], ranges.items[i]);
  }
  return hulls;
}
