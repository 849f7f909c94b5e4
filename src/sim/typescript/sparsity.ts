import type { Fixed, FixedNode } from "../../ir/fixed/fixed.js";
import { isPointwise } from "../../ir/fixed/pointwise.js";

/**
 * The nodes whose values carry sites: each event computes them only where it differs from the event at rest. They are
 * the convolutions that can scatter differences, from the input on, with the pointwise operators between them. All
 * other values are computed as a whole; their layers read any value.
 */
export function sparseNodes(fixed: Fixed): ReadonlySet<string> {
  const wanted = new Set<string>();
  for (const node of [...fixed.nodes].reverse()) {
    if (scatters(node) || (isPointwise(node) && wanted.has(node.name))) wanted.add(node.inputs[0]);
  }
  const sparse = new Set<string>();
  for (const node of fixed.nodes) {
    const starts = node.op === "input" && wanted.has(node.name);
    const follows = (scatters(node) || isPointwise(node)) && sparse.has(node.inputs[0]);
    if (starts || follows) sparse.add(node.name);
  }
  return sparse;
}

function scatters(node: FixedNode): boolean {
  if (node.op !== "conv2d") return false;
  const { strides, dilations, groups } = node;
  return [strides.rows, strides.columns, dilations.rows, dilations.columns, groups].every((n) => n === 1);
}
