import type { Interval } from "./fixed-point.js";
import { atElement, type Granular } from "./granular.js";
import { sizeOf } from "./tensor.js";

/** True when `inner` lies within `outer`. */
export function within(inner: Interval, outer: Interval): boolean {
  return inner.lo >= outer.lo && inner.hi <= outer.hi;
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
