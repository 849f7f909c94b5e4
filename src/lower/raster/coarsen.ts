import type { FixedNode } from "../../ir/fixed/fixed.js";
import { type FixedType, type Interval, sameUnit, typeLike } from "../../ir/fixed-point.js";
import { atElement, collapse, type Granular, sameStatement } from "../../ir/granular.js";
import { hull, isZero } from "../../ir/interval.js";
import { movementSources } from "../../ir/movement.js";
import { sizeOf } from "../../ir/tensor.js";
import { axisOrder, CANONICAL, type Layout, sameLayout } from "./layout.js";

/**
 * What is stated of a value, stated of its image: in the order of the image's axes, and once where it is stated for each
 * channel or element although it is the same for all. What is left by the last axis of an image without channels (its
 * columns) differs between pixels.
 */
export function restate<T>(stated: Granular<T>, shape: readonly number[], layout: Layout): Granular<T> {
  const order = axisOrder(layout, shape.length);
  const image = order.map((axis) => shape[axis] as number);
  const last = shape.length - 1;
  if (
    sameLayout(layout, CANONICAL) ||
    stated.per === "tensor" ||
    (stated.per === "channel" && order[last] === last)
  )
    return collapse(stated, image, sameStatement);
  const channels = shape[last] as number;
  const at = stated.per === "channel" ? (i: number) => i % channels : (i: number) => i;
  const items = Array.from(imageElements(shape, layout), (i) => stated.items[at(i)] as T);
  return collapse({ per: "element", items }, image, sameStatement);
}

/** Of each element of a value's image, row-major, the row-major index in the value. */
export function imageElements(shape: readonly number[], layout: Layout): Int32Array {
  const permutation = axisOrder(layout, shape.length);
  const image = permutation.map((axis) => shape[axis] as number);
  return movementSources({ op: "transpose", name: "image", permutation, shape: image }, [shape]).element;
}

/** Whether what is stated of an image is so of all its pixels. */
export function isUniform(stated: Granular<unknown>, image: readonly number[]): boolean {
  if (stated.per === "tensor") return true;
  // Without an axis of channels, the last axis is the columns.
  if (stated.per === "channel") return image.length > 2;
  const pixel = sizeOf(image.slice(2));
  return stated.items.every((item, i) => {
    const first = stated.items[i % pixel];
    return item === first || sameStatement(item, first);
  });
}

/**
 * An image whose bounds hold at all pixels, where they were stated for each pixel: of padding, for example. Types whose
 * width follows from the bounds do so, too. What a node does stays as it is.
 */
export function widened(node: FixedNode): FixedNode {
  const { shape, ranges, types, op } = node;
  if (op === "input" || op === "constant" || (isUniform(ranges, shape) && isUniform(types, shape)))
    return node;
  const channels = shape.at(-1) ?? 1;
  const pixel = sizeOf(shape.slice(2));
  const bounds: Interval[] = [];
  const units: FixedType[] = [];
  let alike = true;
  for (let i = 0; i < sizeOf(shape); i++) {
    const [range, type] = [atElement(ranges, i, channels), atElement(types, i, channels)];
    const [before, unit] = [bounds[i % pixel], units[i % pixel]];
    // A value that is always 0 is so in every unit.
    if (unit === undefined || isZero(before as Interval)) units[i % pixel] = type;
    else alike &&= isZero(range) || sameUnit(unit, type);
    bounds[i % pixel] = before === undefined ? range : hull(before, range);
  }
  const spread = <T>(items: readonly T[]): Granular<T> =>
    collapse(
      { per: "element", items: Array.from({ length: sizeOf(shape) }, (_, i) => items[i % pixel] as T) },
      shape,
      sameStatement,
    );
  const wide = { ...node, ranges: spread(bounds) };
  if (isUniform(types, shape) || !alike || op === "requantize") return wide;
  return { ...wide, types: spread(bounds.map((range, i) => typeLike(range, units[i] as FixedType))) };
}

/** What is stated of an image, stated of the value of this shape and layout that it stands for. */
export function restateBack<T>(stated: Granular<T>, shape: readonly number[], layout: Layout): Granular<T> {
  const items: T[] = [];
  const channels = shape[axisOrder(layout, shape.length).at(-1) as number] as number;
  imageElements(shape, layout).forEach((element, i) => {
    items[element] = atElement(stated, i, channels);
  });
  return collapse({ per: "element", items }, shape, sameStatement);
}
