import { UserError } from "../../ir/errors.js";
import type { Fixed, FixedInput, FixedNode } from "../../ir/fixed/fixed.js";
import { isPointwise } from "../../ir/fixed/pointwise.js";
import { liveNodes, nodesByName, useCounts } from "../../ir/graph.js";
import { isMovement } from "../../ir/movement.js";
import type { ChainStep } from "../chain.js";

/** One layer: a root and the pointwise nodes behind it, each the only reader of the one before. */
export interface ParallelLayer {
  /** The name of its first node. */
  readonly name: string;
  /** The first node; if it is pointwise itself, it is also the first of `steps`. */
  readonly root: FixedNode;
  readonly steps: readonly ChainStep[];
  /** What the layer computes, by name, without what only moves elements. */
  readonly nodes: readonly string[];
  /** The node whose value leaves the layer. */
  readonly result: FixedNode;
}

export interface ParallelPlan {
  readonly inputs: readonly FixedInput[];
  /** The layers, and in between the movements and constants, in the graph's order. */
  readonly parts: readonly (ParallelLayer | { readonly wiring: FixedNode })[];
}

/** Cuts a graph into layers. Throws a UserError where there is nothing to build. */
export function planParallel(fixed: Fixed): ParallelPlan {
  const inputs = fixed.nodes.filter((node) => node.op === "input");
  if (inputs.length === 0 || fixed.outputs.length === 0) {
    throw new UserError(
      `firmware takes at least one input and gives at least one output; this model has ${inputs.length} and ${fixed.outputs.length}`,
      { where: `model '${fixed.name}'` },
    );
  }
  const nodes = nodesByName(fixed);
  const next = soleReaders(fixed);
  const done = new Set<string>();
  const parts: ParallelPlan["parts"][number][] = [];
  const live = liveNodes(fixed);
  for (const node of fixed.nodes) {
    if (node.op === "input" || done.has(node.name) || !live.has(node.name)) continue;
    if (node.op === "constant" || isMovement(node)) parts.push({ wiring: node });
    else {
      const layer = layerFrom(node, nodes, next);
      for (const name of [...layer.nodes, ...layer.moved, layer.result.name]) done.add(name);
      parts.push(layer);
    }
  }
  return { inputs, parts };
}

/** Of each value that one node reads once, and no output is, the reader. */
function soleReaders(fixed: Fixed): ReadonlyMap<string, FixedNode> {
  const uses = useCounts(fixed);
  const readers = new Map<string, FixedNode>();
  for (const node of fixed.nodes) {
    for (const name of node.inputs) if (uses.get(name) === 1) readers.set(name, node);
  }
  return readers;
}

function layerFrom(
  root: FixedNode,
  nodes: ReadonlyMap<string, FixedNode>,
  next: ReadonlyMap<string, FixedNode>,
): ParallelLayer & { readonly moved: readonly string[] } {
  const steps: ChainStep[] = [];
  const moved: string[] = [];
  if (isPointwise(root)) steps.push({ node: root, source: nodes.get(root.inputs[0] as string) as FixedNode });
  let result = root;
  let last = root;
  // A reshape leaves every element where it is, so the chain goes on behind it.
  for (let node = next.get(root.name); node !== undefined; node = next.get(node.name)) {
    if (isPointwise(node)) {
      steps.push({ node, source: last });
      result = node;
    } else if (node.op !== "reshape") break;
    last = node;
  }
  for (let node = root; node !== result; ) {
    node = next.get(node.name) as FixedNode;
    if (node.op === "reshape") moved.push(node.name);
  }
  const own = isPointwise(root) ? [] : [root.name];
  return {
    name: root.name,
    root,
    steps,
    moved,
    nodes: [...own, ...steps.map(({ node }) => node.name)],
    result,
  };
}
