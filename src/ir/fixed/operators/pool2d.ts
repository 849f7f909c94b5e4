import { UserError } from "../../errors.js";
import { type FixedType, type Interval, typeLike } from "../../fixed-point.js";
import { type Granular, zipGranular } from "../../granular.js";
import { hull, scaled, sum } from "../../interval.js";
import {
  pool2dShape,
  readMotion,
  readPads,
  readSpatial,
  writeMotion,
  writePads,
  writeSpatial,
} from "../../model/operators/index.js";
import { type Typed, typedItems, unitType } from "../check.js";
import type { FixedPool2d, FixedValue } from "../fixed.js";
import type { FixedOperator } from "../operator.js";
import { largest } from "./extremes.js";
import { type AxisTaps, imageTaps } from "./taps.js";

/** Calls `f` with the items of each window and channel, in the order of the result. */
function overWindows<T, U>(
  node: FixedPool2d,
  input: FixedValue,
  items: readonly T[],
  f: (items: readonly T[]) => U,
): readonly U[] {
  const [, width, channels] = input.shape as [number, number, number];
  const { rows, columns } = imageTaps(input.shape, node);
  const result: U[] = [];
  for (const taps of rows) {
    for (const across of columns) {
      for (let c = 0; c < channels; c++) {
        result.push(
          f(
            taps.flatMap((row) =>
              across.map((column) => items[(row.index * width + column.index) * channels + c] as T),
            ),
          ),
        );
      }
    }
  }
  return result;
}

const maxRange = (ranges: readonly Interval[]): Interval => ({
  lo: largest(ranges.map(({ lo }) => lo)),
  hi: largest(ranges.map(({ hi }) => hi)),
});

const EMPTY: Interval = { lo: 0n, hi: 0n };

function rangesOf(node: FixedPool2d, input: FixedValue): Granular<Interval> {
  const { per, items } = input.ranges;
  if (per === "element") {
    const of = node.kind === "max" ? maxRange : (ranges: readonly Interval[]) => ranges.reduce(sum, EMPTY);
    return { per, items: overWindows(node, input, items, of) };
  }
  if (node.kind === "max") return input.ranges;
  // The number of elements in a window differs at the borders; the sum over them lies between its extremes.
  const { rows, columns } = imageTaps(input.shape, node);
  const counts = (axis: AxisTaps) => axis.map((taps) => taps.length);
  const least = BigInt(Math.min(...counts(rows)) * Math.min(...counts(columns)));
  const most = BigInt(Math.max(...counts(rows)) * Math.max(...counts(columns)));
  return { per, items: items.map((range) => hull(scaled(range, least), scaled(range, most))) };
}

function typesOf(node: FixedPool2d, input: FixedValue, ranges: Granular<Interval>): Granular<FixedType> {
  const like: Granular<FixedType> =
    input.types.per === "element"
      ? {
          per: "element",
          items: overWindows(node, input, typedItems(input).items, (typed: readonly Typed[]) =>
            typed.length === 0 ? (input.types.items[0] as FixedType) : unitType(typed, node.name),
          ),
        }
      : input.types;
  return zipGranular(node.shape, [ranges, like], typeLike);
}

export const pool2d: FixedOperator<"pool2d"> = {
  arity: 1,
  shape: (node, [input]) => {
    const where = `node '${node.name}'`;
    const { shape } = input as FixedValue;
    const result = pool2dShape(shape, node, where);
    const { rows, columns } = imageTaps(shape, node);
    if (node.kind === "max" && [...rows, ...columns].some((taps) => taps.length === 0)) {
      throw new UserError("a window lies in the padding only: it has no largest value", { where });
    }
    return result;
  },
  ranges: (node, [input]) => rangesOf(node, input as FixedValue),
  types: (node, [input], ranges) => typesOf(node, input as FixedValue, ranges),
  evaluate: (node, [input], [values]) =>
    overWindows(node, input as FixedValue, values as readonly bigint[], (integers) =>
      node.kind === "max" ? largest(integers) : integers.reduce((a, b) => a + b, 0n),
    ),
  write: (node) => ({
    kind: node.kind,
    size: writeSpatial(node.size),
    ...writeMotion({ strides: node.strides, dilations: node.dilations }),
    pads: writePads(node.pads),
  }),
  read: (reader) => {
    const { strides, dilations } = readMotion(reader);
    const [kind, size] = [reader.oneOf("kind", ["max", "sum"]), readSpatial(reader, "size")];
    return { kind, size, strides, dilations, pads: readPads(reader) };
  },
};
