/**
 * Operators that only move elements: the Model and the Fixed language have the same ones. Each says for every element
 * of its result (row-major) where it comes from; shapes, ranges, simulators and wiring all follow from that.
 */
export type Movement =
  /** The same elements in the same order under the node's shape. */
  | { readonly op: "reshape" }
  /** Axis i of the result is axis permutation[i] of the input. */
  | { readonly op: "transpose"; readonly permutation: readonly number[] }
  /** Every steps[i]-th index of axis i from starts[i] on; steps may be negative; the node's shape says how many. */
  | { readonly op: "slice"; readonly starts: readonly number[]; readonly steps: readonly number[] }
  /** Zeros before and after each axis. */
  | { readonly op: "pad"; readonly before: readonly number[]; readonly after: readonly number[] }
  /** The inputs one after the other along an axis. */
  | { readonly op: "concat"; readonly axis: number }
  /** The given indices of an axis. */
  | { readonly op: "gather"; readonly axis: number; readonly indices: readonly number[] }
  /** NumPy's broadcast to the node's shape. */
  | { readonly op: "expand" };
export type MovementOp = Movement["op"];
export type MovementOf<Op extends MovementOp> = Extract<Movement, { op: Op }>;

export const MOVEMENTS = [
  "reshape",
  "transpose",
  "slice",
  "pad",
  "concat",
  "gather",
  "expand",
] as const satisfies readonly MovementOp[];

/** A movement with its node's name and shape. */
export type MovementNode = Movement & { readonly name: string; readonly shape: readonly number[] };

export function isMovement<Node extends { readonly op: string }>(
  node: Node,
): node is Extract<Node, { op: MovementOp }> {
  return (MOVEMENTS as readonly string[]).includes(node.op);
}
