import type { FixedNode } from "../../ir/fixed/fixed.js";
import { atElement, type Granular, isGranular, sameStatement } from "../../ir/granular.js";
import { isMovement, movementSources } from "../../ir/movement.js";
import { sizeOf } from "../../ir/tensor.js";
import { resultAxis } from "../axes.js";
import { channelsOf } from "../pointwise.js";
import { refused } from "./families.js";

type Shape = readonly number[];

/**
 * A node as it computes one item: its axis of items has length 1. Throws a UserError when it does not do the same for all
 * items; where there is no axis of items the node is that of the one item there is.
 */
export function itemForm(node: FixedNode, axis: number | undefined): FixedNode {
  if (axis === undefined) return node;
  const shape = itemShape(node.shape, axis);
  const entries = Object.entries(node).map(([key, stated]) => [
    key,
    isGranular(stated) ? ofItem(stated, node, axis) : stated,
  ]);
  const form = { ...(Object.fromEntries(entries) as FixedNode), shape };
  if (form.op === "threshold" && axis === node.shape.length - 1) {
    if (new Set(form.levels).size > 1) throw differs(node);
    return { ...form, levels: form.levels.slice(0, 1) };
  }
  if (form.op === "constant") {
    const inner = innerOf(node.shape, axis);
    const data = Array.from({ length: sizeOf(shape) }, (_, k) => form.value.data[inner(k, 0)] as bigint);
    form.value.data.forEach((value, element) => {
      if (value !== form.value.data[inner(within(node.shape, axis, element), 0)]) throw differs(node);
    });
    return { ...form, value: { shape, data } };
  }
  return form;
}

/** Throws a UserError when a node does not compute each item of its result from the same item of its operands. */
export function checkItemwise(
  node: FixedNode,
  axis: number,
  operands: readonly { readonly shape: Shape; readonly axis: number }[],
): void {
  if (node.op === "conv2d" || node.op === "pool2d") throw refused(node, "combines items");
  if ((node.op === "dense" || node.op === "argmax") && operands[0]?.axis === operands[0]?.shape.length - 1)
    throw refused(node, "combines items");
  if (!isMovement(node)) {
    if (operands.some((operand) => resultAxis(node, operand.shape, operand.axis) !== axis))
      throw refused(node, "combines items");
    return;
  }
  const items = (shape: Shape, along: number, element: number) =>
    Math.floor(element / sizeOf(shape.slice(along + 1))) % (shape[along] as number);
  const { input, element } = movementSources(
    node,
    operands.map(({ shape }) => shape),
  );
  input.forEach((from, i) => {
    const source = operands[from];
    if (source === undefined) return;
    if (items(source.shape, source.axis, element[i] as number) !== items(node.shape, axis, i))
      throw refused(node, "takes items to other places");
  });
  const [own] = operands;
  const whole = operands.every((operand) => operand.shape[operand.axis] === node.shape[axis]);
  if (own !== undefined && !whole) throw refused(node, "takes some of the items, or gives more");
}

/** The shape of one item of a value. */
export function itemShape(shape: Shape, axis: number | undefined): Shape {
  return shape.map((length, i) => (i === axis ? 1 : length));
}

/** What is stated of a value, stated of one of its items. */
function ofItem(stated: Granular<unknown>, node: FixedNode, axis: number): Granular<unknown> {
  const { shape } = node;
  if (stated.per === "tensor" || (stated.per === "channel" && axis !== shape.length - 1)) return stated;
  const inner = innerOf(shape, axis);
  const channels = channelsOf(node);
  const first = Array.from({ length: sizeOf(itemShape(shape, axis)) }, (_, k) =>
    atElement(stated, inner(k, 0), channels),
  );
  for (let element = 0; element < sizeOf(shape); element++) {
    const own = first[within(shape, axis, element)];
    const other = atElement(stated, element, channels);
    if (other !== own && !sameStatement(other, own)) throw differs(node);
  }
  return { per: "element", items: first };
}

/** The row-major index in a value of element k of its item. */
function innerOf(shape: Shape, axis: number): (k: number, item: number) => number {
  const behind = sizeOf(shape.slice(axis + 1));
  const length = shape[axis] as number;
  return (k, item) => (Math.floor(k / behind) * length + item) * behind + (k % behind);
}

/** The index in its item of the element with this row-major index in a value. */
function within(shape: Shape, axis: number, element: number): number {
  const behind = sizeOf(shape.slice(axis + 1));
  const length = shape[axis] as number;
  return Math.floor(element / (behind * length)) * behind + (element % behind);
}

function differs(node: FixedNode): Error {
  return refused(node, "does not do the same for all items");
}
