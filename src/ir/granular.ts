import { InternalError } from "./errors.js";

/**
 * A property of a tensor that is known per tensor, per channel (the last axis) or per element (row-major order):
 * types, quantizers, proven intervals.
 */
export interface Granular<T> {
  readonly per: "tensor" | "channel" | "element";
  readonly items: readonly T[];
}

/** One property for the whole tensor. */
export function perTensor<T>(item: T): Granular<T> {
  return { per: "tensor", items: [item] };
}

/** One property per channel; collapses to the whole tensor when all are the same. */
export function perChannel<T>(items: readonly T[], same?: (a: T, b: T) => boolean): Granular<T> {
  const first = items[0];
  if (same !== undefined && first !== undefined && items.every((item) => same(item, first))) {
    return perTensor(first);
  }
  return { per: "channel", items };
}

/** The property of channel `channel`; only for properties that are not per element. */
export function atChannel<T>(granular: Granular<T>, channel: number): T {
  if (granular.per === "element")
    throw new InternalError("a per-element property has no single value per channel");
  return granular.items[granular.per === "tensor" ? 0 : channel] as T;
}

/** The property of the element with row-major index `index` in a tensor with `channels` channels. */
export function atElement<T>(granular: Granular<T>, index: number, channels: number): T {
  const i = granular.per === "tensor" ? 0 : granular.per === "channel" ? index % channels : index;
  return granular.items[i] as T;
}

export function mapGranular<T, U>(granular: Granular<T>, f: (item: T, index: number) => U): Granular<U> {
  return { per: granular.per, items: granular.items.map(f) };
}

/** How many items a granular property of a tensor of this shape has. */
export function granularLength(per: Granular<unknown>["per"], shape: readonly number[]): number {
  if (per === "tensor") return 1;
  return per === "channel" ? (shape.at(-1) ?? 1) : shape.reduce((a, b) => a * b, 1);
}

const GRANULARITIES = ["tensor", "channel", "element"] as const;

/** The coarsest granularity at which all of these properties can be stated. */
export function finest(...granulars: readonly Granular<unknown>[]): Granular<unknown>["per"] {
  return GRANULARITIES[Math.max(...granulars.map(({ per }) => GRANULARITIES.indexOf(per)))] ?? "element";
}
