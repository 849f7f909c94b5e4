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

/**
 * The coarsest statement that says the same of a tensor of this shape: one property where all are the same, one per
 * channel where all elements of each channel agree.
 */
export function collapse<T>(
  granular: Granular<T>,
  shape: readonly number[],
  same: (a: T, b: T) => boolean,
): Granular<T> {
  const { per, items } = granular;
  const first = items[0];
  if (per === "tensor" || first === undefined) return granular;
  // Stops at the first that differs.
  const equal = (item: T, other: T) => item === other || same(item, other);
  if (items.every((item) => equal(item, first))) return perTensor(first);
  const channels = shape.at(-1) ?? 1;
  if (per === "channel" || !items.every((item, i) => equal(item, items[i % channels] as T))) return granular;
  return { per: "channel", items: items.slice(0, channels) };
}

/**
 * Combines properties of tensors of one shape, at the coarsest granularity at which all of them can be stated: of what is
 * known per tensor or per channel, no element is visited.
 */
export function zipGranular<T extends readonly unknown[], U>(
  shape: readonly number[],
  granulars: { readonly [I in keyof T]: Granular<T[I]> },
  f: (...items: T) => U,
): Granular<U> {
  const all = granulars as readonly Granular<unknown>[];
  const per = finest(...all);
  const channels = shape.at(-1) ?? 1;
  const length = granularLength(per, shape);
  const items = new Array<U>(length);
  for (let i = 0; i < length; i++)
    items[i] = f(...(all.map((g) => atElement(g, i, channels)) as unknown as T));
  return { per, items };
}

/** The property of each channel; only for properties that are not per element. */
export function channelItems<T>(granular: Granular<T>, channels: number): readonly T[] {
  return Array.from({ length: channels }, (_, channel) => atChannel(granular, channel));
}

const GRANULARITIES = ["tensor", "channel", "element"] as const;

/** The coarsest granularity at which all of these properties can be stated. */
export function finest(...granulars: readonly Granular<unknown>[]): Granular<unknown>["per"] {
  return GRANULARITIES[Math.max(...granulars.map(({ per }) => GRANULARITIES.indexOf(per)))] ?? "element";
}

/** Whether a property of a node is stated per tensor, channel or element. */
export function isGranular(stated: unknown): stated is Granular<unknown> {
  return typeof stated === "object" && stated !== null && "per" in stated;
}

/** Equal plain values: types, intervals, integers, tables. */
export function sameStatement(a: unknown, b: unknown): boolean {
  return text(a) === text(b);
}

function text(value: unknown): string {
  return JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `${part}n` : part));
}
