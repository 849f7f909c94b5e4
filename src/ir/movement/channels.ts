import type { MovementNode } from "./movement.js";

/**
 * Whether a movement has as many channels (indices of the last axis) as each of its inputs, and takes every element from
 * the same channel of its source. What is known per channel of the inputs then is so of the result; `pad` adds zeros to
 * each. Decided by the movement's parameters, without going over elements; of no movement that keeps channels for a
 * subtler reason.
 */
export function keepsChannels(node: MovementNode, inputShapes: readonly (readonly number[])[]): boolean {
  const channels = node.shape.at(-1) ?? 1;
  if (inputShapes.some((shape) => (shape.at(-1) ?? 1) !== channels)) return false;
  if (channels === 1) return true;
  const last = node.shape.length - 1;
  switch (node.op) {
    case "reshape":
    case "pad":
    case "expand":
      // The last axis has as many indices as before: nothing was put before them.
      return true;
    case "transpose":
      return node.permutation[last] === last;
    case "slice":
      return node.steps[last] === 1;
    case "concat":
      return node.axis !== last || inputShapes.length === 1;
    case "gather":
      return node.axis !== last || node.indices.every((index, i) => index === i);
  }
}
