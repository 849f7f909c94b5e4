import type { FixedNode } from "../ir/fixed/fixed.js";

type Shape = readonly number[];

/**
 * The axis of a node's result along which lies what lies along `axis` of an operand of this shape; undefined where it is
 * combined, spread over others, or brought to other places by indices that come with the event.
 */
export function resultAxis(node: FixedNode, operand: Shape, axis: number): number | undefined {
  const rank = operand.length;
  switch (node.op) {
    case "transpose":
      return node.permutation.indexOf(axis);
    case "reshape":
      return reshapedAxis(operand, node.shape, axis);
    case "reduce":
      return found(keptAxes(node, rank).indexOf(axis));
    case "argmax":
      return axis === rank - 1 ? undefined : axis;
    case "expand":
      return axis + node.shape.length - rank;
    case "index_select":
    case "scatter":
      return undefined;
    default:
      return axis;
  }
}

/** The axis of an operand of this shape that becomes `axis` of the node's result; undefined where there is none. */
export function operandAxis(node: FixedNode, operand: Shape, axis: number): number | undefined {
  const rank = operand.length;
  switch (node.op) {
    case "transpose":
      return node.permutation[axis];
    case "reshape":
      return reshapedAxis(node.shape, operand, axis);
    case "reduce":
      return keptAxes(node, rank)[axis];
    case "expand":
      return found(axis - (node.shape.length - rank));
    case "index_select":
    case "scatter":
      return undefined;
    default:
      return axis;
  }
}

/** The axes of its operand that a reduction leaves. */
export function keptAxes({ axes }: { readonly axes: readonly number[] }, rank: number): readonly number[] {
  const gone = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)));
  return Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !gone.has(axis));
}

/** An axis of a reshaped value stays one where it has the same length and as many elements before it. */
function reshapedAxis(from: Shape, to: Shape, axis: number): number | undefined {
  const before = product(from.slice(0, axis));
  return found(to.findIndex((length, i) => length === from[axis] && product(to.slice(0, i)) === before));
}

function found(axis: number): number | undefined {
  return axis < 0 ? undefined : axis;
}

function product(lengths: Shape): number {
  return lengths.reduce((a, b) => a * b, 1);
}
