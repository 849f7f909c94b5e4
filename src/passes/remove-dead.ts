import type { Pass } from "./pass.js";

/** Removes nodes that no output depends on; inputs stay, since they are the firmware's ports. */
export const removeDead: Pass = (fixed) => {
  const live = new Set(fixed.outputs.map(({ value }) => value));
  for (const node of fixed.nodes.toReversed()) {
    if (live.has(node.name)) for (const input of node.inputs) live.add(input);
  }
  return { ...fixed, nodes: fixed.nodes.filter((node) => node.op === "input" || live.has(node.name)) };
};
