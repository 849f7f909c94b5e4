import { liveNodes } from "../ir/graph.js";
import type { Pass } from "./pass.js";

/** Removes nodes that no output depends on; inputs stay, since they are the firmware's ports. */
export const removeDead: Pass = (fixed) => {
  const live = liveNodes(fixed);
  return { ...fixed, nodes: fixed.nodes.filter((node) => node.op === "input" || live.has(node.name)) };
};
