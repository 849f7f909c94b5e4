import { UserError } from "../ir/errors.js";
import type { Fixed, FixedNode } from "../ir/fixed/fixed.js";
import { nodesByName } from "../ir/graph.js";
import { isMovement } from "../ir/movement.js";

/**
 * Padding of a graph network has an index that is no row, and each row is to be reached. Throws a UserError for an input whose
 * type, which the user gave, saturates indices before that: nodes would be taken for others, and so would padding.
 */
export function checkIndices(fixed: Fixed): void {
  const nodes = nodesByName(fixed);
  for (const node of fixed.nodes) {
    if (node.op !== "index_select" && node.op !== "scatter") continue;
    const [values, index] = node.inputs.map((name) => nodes.get(name) as FixedNode) as [FixedNode, FixedNode];
    const source = inputBehind(index, nodes);
    if (source === undefined) continue;
    const rows = node.op === "scatter" ? node.rows : (values.shape[0] as number);
    const largest = index.ranges.items.map(({ hi }) => hi).reduce((a, b) => (a < b ? a : b));
    if (largest >= BigInt(rows)) continue;
    throw new UserError(
      `its largest index is ${largest}, but '${node.name}' needs ${rows}: that of padding`,
      {
        where: `types: ${source.name}`,
        hint: "Leave it out: the type follows from the largest graph.",
      },
    );
  }
}

/** The input whose elements a value has; none where it is computed. */
function inputBehind(node: FixedNode, nodes: ReadonlyMap<string, FixedNode>): FixedNode | undefined {
  if (node.op === "input") return node;
  const operands = isMovement(node) ? node.inputs.map((name) => nodes.get(name) as FixedNode) : [];
  for (const operand of operands) {
    const found = inputBehind(operand, nodes);
    if (found !== undefined) return found;
  }
  return undefined;
}
