import { UserError } from "../../errors.js";
import { type FixedType, type Interval, sameType, sameUnit, typeLike } from "../../fixed-point.js";
import { collapse, type Granular, perTensor, zipGranular } from "../../granular.js";
import { hull, hullOf, isZero, sameInterval, ZERO } from "../../interval.js";
import { indexSelectShape, scatterShape } from "../../rows.js";
import { sizeOf } from "../../tensor.js";
import { typedItems, unitType } from "../check.js";
import type { FixedScatter, FixedValue } from "../fixed.js";
import type { FixedOperator } from "../operator.js";
import { largest } from "./extremes.js";

type Inputs = readonly [values: FixedValue, index: FixedValue];
type Shape = readonly number[];

const UNIT: FixedType = { signed: false, width: 0, integer: 0 };

/** Throws a UserError when the indices do not count in units of 1. */
function checkIndex({ types, ranges, shape }: FixedValue, name: string): void {
  const counts = zipGranular(shape, [types, ranges], (type, range) => isZero(range) || sameUnit(type, UNIT));
  if (counts.items.every((one) => one)) return;
  throw new UserError("its index does not count in units of 1", {
    where: `node '${name}'`,
    hint: "Indices are whole numbers: their type has no fractional bits, such as ufixed<8,8>.",
  });
}

/**
 * What is known of each element of a row, where any row may come to any place: `f` takes the properties that the rows
 * have there, each standing for `copies` rows. What is known per tensor, or per channel behind the axis of rows, is combined
 * without going over the rows.
 */
function overRows<T, U>(
  granular: Granular<T>,
  from: Shape,
  to: Shape,
  f: (items: readonly T[], copies: number) => U,
  same: (a: U, b: U) => boolean,
): Granular<U> {
  const rows = from[0] as number;
  const { per, items } = granular;
  if (per === "tensor") return perTensor(f(items, rows));
  if (from.length === 1) return perTensor(f(items, 1));
  if (per === "channel") return { per, items: items.map((item) => f([item], rows)) };
  const inner = sizeOf(from.slice(1));
  const row = Array.from({ length: inner }, (_, i) =>
    f(
      Array.from({ length: rows }, (_, n) => items[n * inner + i] as T),
      1,
    ),
  );
  const all = Array.from({ length: sizeOf(to) }, (_, e) => row[e % inner] as U);
  return collapse({ per, items: all }, to, same);
}

/** The types of the result: the unit that all rows have, and what the ranges need. */
function typesOver(
  name: string,
  values: FixedValue,
  to: Shape,
  ranges: Granular<Interval>,
): Granular<FixedType> {
  const like =
    values.types.per === "tensor"
      ? values.types
      : overRows(typedItems(values), values.shape, to, (items) => unitType(items, name), sameType);
  return zipGranular(to, [ranges, like], typeLike);
}

/** The number of the row that an index stands for; undefined where it is none. */
function rowAt(index: bigint, rows: number): number | undefined {
  return index >= 0n && index < BigInt(rows) ? Number(index) : undefined;
}

export const indexSelect: FixedOperator<"index_select"> = {
  arity: 2,
  shape: ({ name }, inputs) => {
    const [values, index] = inputs as Inputs;
    checkIndex(index, name);
    return indexSelectShape(values.shape, index.shape, `node '${name}'`);
  },
  ranges: ({ shape }, inputs) => {
    const [values, index] = inputs as Inputs;
    const { lo, hi } = hullOf(index.ranges);
    // Where every index is a row, no row of zeros comes in.
    const inside = lo >= 0n && hi < BigInt(values.shape[0] as number);
    const join = (items: readonly Interval[]) => items.reduce(hull, inside ? (items[0] as Interval) : ZERO);
    return overRows(values.ranges, values.shape, shape, join, sameInterval);
  },
  types: ({ name, shape }, inputs, ranges) => typesOver(name, (inputs as Inputs)[0], shape, ranges),
  evaluate: (_, inputs, operands) => {
    const { shape } = (inputs as Inputs)[0];
    const [values, index] = operands as readonly [readonly bigint[], readonly bigint[]];
    const inner = sizeOf(shape.slice(1));
    return index.flatMap((k) => {
      const row = rowAt(k, shape[0] as number);
      if (row === undefined) return new Array<bigint>(inner).fill(0n);
      return values.slice(row * inner, (row + 1) * inner);
    });
  },
  write: () => ({}),
  read: () => ({}),
};

/** The range of a row's element that any of these may come to: up to `copies` of each, or none. */
const JOINED: {
  readonly [Kind in FixedScatter["kind"]]: (items: readonly Interval[], copies: number) => Interval;
} = {
  sum: (items, copies) =>
    items.reduce(({ lo, hi }, item) => {
      const [least, most] = [item.lo < 0n ? item.lo : 0n, item.hi > 0n ? item.hi : 0n];
      return { lo: lo + least * BigInt(copies), hi: hi + most * BigInt(copies) };
    }, ZERO),
  max: (items) => items.reduce(hull, ZERO),
};

export const scatter: FixedOperator<"scatter"> = {
  arity: 2,
  shape: ({ name, rows }, inputs) => {
    const [values, index] = inputs as Inputs;
    checkIndex(index, name);
    return scatterShape(values.shape, index.shape, rows, `node '${name}'`);
  },
  ranges: ({ kind, shape }, inputs) => {
    const [values] = inputs as Inputs;
    return overRows(values.ranges, values.shape, shape, JOINED[kind], sameInterval);
  },
  types: ({ name, shape }, inputs, ranges) => typesOver(name, (inputs as Inputs)[0], shape, ranges),
  evaluate: ({ kind, rows, shape }, _, operands) => {
    const [values, index] = operands as readonly [readonly bigint[], readonly bigint[]];
    const inner = sizeOf(shape.slice(1));
    const arrived = Array.from({ length: rows * inner }, (): bigint[] => []);
    for (const [e, k] of index.entries()) {
      const row = rowAt(k, rows);
      if (row === undefined) continue;
      for (let i = 0; i < inner; i++) arrived[row * inner + i]?.push(values[e * inner + i] as bigint);
    }
    return arrived.map((integers) => {
      if (integers.length === 0) return 0n;
      return kind === "sum" ? integers.reduce((a, b) => a + b) : largest(integers);
    });
  },
  write: ({ kind, rows }) => ({ kind, rows: BigInt(rows) }),
  read: (reader) => ({ kind: reader.oneOf("kind", ["sum", "max"]), rows: reader.count("rows") }),
};
