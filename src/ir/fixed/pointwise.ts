import type { FixedNode, FixedNodeOf, FixedOp } from "./fixed.js";

/** The names of the operations that look at one value at a time. */
export const POINTWISE = [
  "affine",
  "relu",
  "clamp",
  "requantize",
  "threshold",
  "steps",
  "table",
  "interpolate",
] as const satisfies readonly FixedOp[];

/** Operations that look at one value at a time. */
export type PointwiseNode = FixedNodeOf<(typeof POINTWISE)[number]>;

export function isPointwise(node: FixedNode): node is PointwiseNode {
  return (POINTWISE as readonly FixedOp[]).includes(node.op);
}
