import { completeNode, type NodeSketch } from "../ir/fixed/build.js";
import type { Fixed, FixedInput, FixedNode } from "../ir/fixed/fixed.js";

/**
 * Walks a graph in order and lets `rewrite` replace each node by another, or by the name of an existing value that
 * equals it. Shapes, ranges and types of everything downstream are derived anew.
 */
export function rebuild(
  fixed: Fixed,
  rewrite: (node: FixedNode, inputs: readonly FixedNode[]) => FixedInput | NodeSketch | string,
): Fixed {
  const built = new Map<string, FixedNode>();
  const alias = new Map<string, string>();
  const resolve = (name: string) => alias.get(name) ?? name;
  for (const node of fixed.nodes) {
    const renamed = { ...node, inputs: node.inputs.map(resolve) };
    const inputs = renamed.inputs.map((name) => built.get(name) as FixedNode);
    const result = rewrite(renamed, inputs);
    if (typeof result === "string") {
      alias.set(node.name, result);
    } else if (result.op === "input") {
      built.set(result.name, result);
    } else {
      const sources = result.inputs.map((name) => built.get(name) as FixedNode);
      built.set(result.name, completeNode(result, sources));
    }
  }
  const outputs = fixed.outputs.map(({ name, value }) => ({ name, value: resolve(value) }));
  return { ...fixed, nodes: [...built.values()], outputs };
}
