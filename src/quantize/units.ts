import type { FixedValue } from "../ir/fixed/fixed.js";
import { type FixedType, typeOfUnit, unitOf } from "../ir/fixed-point.js";
import { atElement, finest, type Granular, granularLength, mapGranular, perTensor } from "../ir/granular.js";
import { commonUnit, ONE, type Ratio } from "../ir/ratio.js";

export const ZERO: Ratio = { n: 0n, d: 1n };

export function sameRatio(a: Ratio, b: Ratio): boolean {
  return a.n * b.d === b.n * a.d;
}

/** What the integer 1 of each element stands for. */
export function unitsOf(value: FixedValue): Granular<Ratio> {
  return mapGranular(value.types, unitOf);
}

/** Types of which only the unit counts: the operator derives the width from its range. */
export function typesOfUnits(units: Granular<Ratio>): Granular<FixedType> {
  return mapGranular(units, (unit) => typeOfUnit({ lo: 0n, hi: 0n }, unit));
}

/** The largest unit of which all ratios are integer multiples; 1 when all are 0. */
export function unitOfAll(ratios: Iterable<Ratio>): Ratio {
  let unit = ZERO;
  for (const next of ratios) if (next.n !== 0n) unit = unit.n === 0n ? size(next) : commonUnit(unit, next);
  return unit.n === 0n ? ONE : unit;
}

const size = ({ n, d }: Ratio): Ratio => ({ n: n < 0n ? -n : n, d });

/** A property of a tensor that follows, item by item, from others, at the coarsest granularity that all allow. */
export function combine<Items extends readonly unknown[], Result>(
  shape: readonly number[],
  granulars: { readonly [I in keyof Items]: Granular<Items[I]> },
  f: (...items: Items) => Result,
): Granular<Result> {
  const all = granulars as readonly Granular<unknown>[];
  const per = finest(...all);
  const channels = shape.at(-1) ?? 1;
  const items = Array.from({ length: granularLength(per, shape) }, (_, i) =>
    f(...(all.map((granular) => atElement(granular, i, channels)) as unknown as Items)),
  );
  return { per, items };
}

/** The same property at its coarsest: per tensor where all items are the same. */
export function collapse<T>(granular: Granular<T>, same: (a: T, b: T) => boolean): Granular<T> {
  const [first] = granular.items;
  const equal = first !== undefined && granular.items.every((item) => item === first || same(item, first));
  return equal ? perTensor(first) : granular;
}

/** The same property at its coarsest: per tensor or per channel where that says it all. */
export function coarsest<T>(
  granular: Granular<T>,
  shape: readonly number[],
  same: (a: T, b: T) => boolean,
): Granular<T> {
  const whole = collapse(granular, same);
  if (whole.per !== "element") return whole;
  const channels = shape.at(-1) ?? 1;
  const equal = whole.items.every((item, i) => same(item, whole.items[i % channels] as T));
  return equal ? { per: "channel", items: whole.items.slice(0, channels) } : whole;
}
