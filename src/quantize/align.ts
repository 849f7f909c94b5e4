import type { FixedNode } from "../ir/fixed/fixed.js";
import { atElement, collapse, type Granular, perTensor, zipGranular } from "../ir/granular.js";
import { commonUnit, exactQuotient, type Ratio } from "../ir/ratio.js";
import { sizeOf } from "../ir/tensor.js";
import type { FixedBuilder } from "./builder.js";
import { sameRatio, typesOfUnits, unitOfAll, unitsOf } from "./units.js";

/**
 * Brings a value to the given units, each of which divides the value's own; a value that has them already stays as it
 * is, and a constant becomes another constant. The new node is called `NAME.align` after the node that needs it.
 */
export function alignTo(
  builder: FixedBuilder,
  value: FixedNode,
  target: Granular<Ratio>,
  name: string,
): FixedNode {
  const factors = collapse(
    zipGranular(value.shape, [unitsOf(value), target], (from: Ratio, to: Ratio) => exactQuotient(from, to)),
    value.shape,
    (a, b) => a === b,
  );
  if (factors.items.every((factor) => factor === 1n)) return value;
  const types = typesOfUnits(collapse(target, value.shape, sameRatio));
  if (value.op === "constant") {
    const channels = value.shape.at(-1) ?? 1;
    const data = value.value.data.map((k, i) => k * atElement(factors, i, channels));
    return builder.add({
      op: "constant",
      name: builder.fresh(`${name}.align`),
      inputs: [],
      value: { ...value.value, data },
      types,
    });
  }
  return builder.add({
    op: "affine",
    name: builder.fresh(`${name}.align`),
    inputs: [value.name],
    multiplier: factors,
    offset: perTensor(0n),
    types,
  });
}

/** Brings two values of one shape to one unit for each pair of elements. */
export function alignPair(
  builder: FixedBuilder,
  a: FixedNode,
  b: FixedNode,
  name: string,
): readonly [FixedNode, FixedNode] {
  const units = zipGranular(a.shape, [unitsOf(a), unitsOf(b)], commonUnit);
  return [alignTo(builder, a, units, name), alignTo(builder, b, units, name)];
}

/**
 * Brings all elements with the same group number to one unit; `group` gives the number of the element with a
 * row-major index.
 */
function alignGroups(
  builder: FixedBuilder,
  value: FixedNode,
  name: string,
  group: (element: number) => number,
): FixedNode {
  const own = unitsOf(value);
  if (own.items.every((unit) => sameRatio(unit, own.items[0] as Ratio))) return value;
  const channels = value.shape.at(-1) ?? 1;
  const size = sizeOf(value.shape);
  const groups = new Map<number, Ratio>();
  for (let i = 0; i < size; i++) {
    const unit = atElement(own, i, channels);
    const known = groups.get(group(i));
    groups.set(
      group(i),
      known === undefined ? unit : sameRatio(known, unit) ? known : commonUnit(known, unit),
    );
  }
  const items = Array.from({ length: size }, (_, i) => groups.get(group(i)) as Ratio);
  return alignTo(builder, value, { per: "element", items }, name);
}

/** Brings all elements of a channel to one unit. */
export function alignChannels(builder: FixedBuilder, value: FixedNode, name: string): FixedNode {
  if (value.types.per !== "element") return value;
  const channels = value.shape.at(-1) ?? 1;
  const own = unitsOf(value);
  const items = Array.from({ length: channels }, (_, c) =>
    unitOfAll(own.items.filter((_unit, i) => i % channels === c)),
  );
  return alignTo(builder, value, { per: "channel", items }, name);
}

/** The units of the channels of a value that {@link alignChannels} has aligned. */
export function channelUnits(value: FixedNode): readonly Ratio[] {
  const channels = value.shape.at(-1) ?? 1;
  const units = unitsOf(value);
  return Array.from({ length: channels }, (_, c) => atElement(units, c, channels));
}

/** Brings the whole tensor to one unit. */
export function alignTensor(builder: FixedBuilder, value: FixedNode, name: string): FixedNode {
  return alignTo(builder, value, perTensor(unitOfAll(unitsOf(value).items)), name);
}

/** Brings the elements that a reduction over `axes` takes together to one unit. */
export function alignAxes(
  builder: FixedBuilder,
  value: FixedNode,
  axes: readonly number[],
  name: string,
): FixedNode {
  if (value.types.per === "tensor") return value;
  if (value.types.per === "channel" && !axes.includes(value.shape.length - 1)) return value;
  return alignGroups(builder, value, name, keptIndex(value.shape, axes));
}

/** The row-major index that an element has when the axes are gone. */
export function keptIndex(shape: readonly number[], axes: readonly number[]): (element: number) => number {
  const strides = shape.map(() => 0);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (axes.includes(axis)) continue;
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  return (element) => {
    let rest = element;
    let index = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const extent = shape[axis] as number;
      index += (rest % extent) * (strides[axis] as number);
      rest = Math.floor(rest / extent);
    }
    return index;
  };
}

/** Says that the same integers stand for other numbers: each unit times a factor. Costs no arithmetic. */
export function rescale(
  builder: FixedBuilder,
  value: FixedNode,
  units: Granular<Ratio>,
  name: string,
): FixedNode {
  return builder.add({
    op: "affine",
    name,
    inputs: [value.name],
    multiplier: perTensor(1n),
    offset: perTensor(0n),
    types: typesOfUnits(collapse(units, value.shape, sameRatio)),
  });
}
