import { UserError } from "../../errors.js";
import { type Interval, narrowestType } from "../../fixed-point.js";
import { atElement, collapse, type Granular, mapGranular, perTensor } from "../../granular.js";
import { sameInterval } from "../../interval.js";
import { sizeOf } from "../../tensor.js";
import { write } from "../../text/write.js";
import { typedItems, unitType } from "../check.js";
import type { FixedArgmax, FixedValue } from "../fixed.js";
import type { FixedOperator } from "../operator.js";
import { largest } from "./extremes.js";

/** The first and the last index that can hold the largest value. */
function indexRange(ranges: readonly Interval[]): Interval {
  const least = largest(ranges.map(({ lo }) => lo));
  const can = ranges.map(({ hi }) => hi >= least);
  return { lo: BigInt(can.indexOf(true)), hi: BigInt(can.lastIndexOf(true)) };
}

/** Calls `f` with the properties of the channels of each site; once, where all sites have the same ones. */
function overSites<T, U>(
  granular: Granular<T>,
  shape: readonly number[],
  f: (items: readonly T[]) => U,
): Granular<U> {
  const channels = shape.at(-1) as number;
  const site = (start: number) =>
    f(Array.from({ length: channels }, (_, c) => atElement(granular, start + c, channels)));
  if (granular.per !== "element") return perTensor(site(0));
  const sites = sizeOf(shape.slice(0, -1));
  return { per: "element", items: Array.from({ length: sites }, (_, s) => site(s * channels)) };
}

function indexOfLargest(node: FixedArgmax, integers: readonly bigint[]): bigint {
  const most = largest(integers);
  return BigInt(node.last ? integers.lastIndexOf(most) : integers.indexOf(most));
}

export const argmax: FixedOperator<"argmax"> = {
  arity: 1,
  shape: (node, [input]) => {
    const { shape } = input as FixedValue;
    if (shape.length === 0) throw new UserError("its input has no axis", { where: `node '${node.name}'` });
    return shape.slice(0, -1);
  },
  ranges: (node, [input]) => {
    const { ranges, shape } = input as FixedValue;
    return collapse(overSites(ranges, shape, indexRange), node.shape, sameInterval);
  },
  types: (node, [input], ranges) => {
    const value = input as FixedValue;
    // Indices have no unit; what is compared must have one.
    if (value.types.per !== "tensor") {
      overSites(typedItems(value), value.shape, (items) => unitType(items, node.name));
    }
    return mapGranular(ranges, (range) => narrowestType(range, 0));
  },
  evaluate: (node, [input], [values]) =>
    overSites(
      { per: "element", items: values as readonly bigint[] },
      (input as FixedValue).shape,
      (integers) => indexOfLargest(node, integers),
    ).items,
  write: (node) => ({ ...(node.last && { last: write.flag(true) }) }),
  read: (reader) => ({ last: reader.has("last") && reader.flag("last") }),
};
