import type { Fixed, FixedInput, FixedNode } from "../../ir/fixed/fixed.js";
import { nodesByName } from "../../ir/graph.js";
import { type ParallelLayer, planParallel } from "./plan.js";
import { prepareScatters } from "./prepare.js";
import { rootOf } from "./root.js";
import type { Root } from "./site.js";
import { checkElements, checkRows, checkSize } from "./size.js";

/** A layer with what it computes, before anything is built. */
export interface RootedLayer {
  readonly layer: ParallelLayer;
  /** How its first node is computed. */
  readonly root: Root;
  /** The values that its first node reads. */
  readonly operands: readonly FixedNode[];
}

/** The layers of a graph with what each computes. */
export interface RootedPlan {
  /** The graph that is planned, with its scatters prepared. */
  readonly fixed: Fixed;
  /** The nodes that prepare them. */
  readonly added: readonly FixedNode[];
  readonly inputs: readonly FixedInput[];
  /** The layers, and in between the movements and constants, in the graph's order. */
  readonly parts: readonly (RootedLayer | { readonly wiring: FixedNode })[];
}

/** Plans a graph as parallel firmware. Throws a UserError when it is too large to be computed whole in one clock. */
export function planRoots(source: Fixed): RootedPlan {
  const { fixed, added } = prepareScatters(source);
  const { inputs, parts } = planParallel(fixed);
  const nodes = nodesByName(fixed);
  const operandsOf = ({ root }: ParallelLayer) => root.inputs.map((name) => nodes.get(name) as FixedNode);
  const layers = parts.flatMap((part) => ("wiring" in part ? [] : [part]));
  checkElements(layers);
  checkRows(layers, operandsOf);
  const rooted = parts.map((part) => {
    if ("wiring" in part) return part;
    const operands = operandsOf(part);
    return { layer: part, root: rootOf(part.root, operands), operands };
  });
  checkSize(layersOf(rooted));
  return { fixed, added, inputs, parts: rooted };
}

/** The layers among the parts of a plan. */
export function layersOf(parts: RootedPlan["parts"]): readonly RootedLayer[] {
  return parts.flatMap((part) => ("wiring" in part ? [] : [part]));
}

/**
 * Whether a layer gives numbers without the gate of their ReLU or saturation, which the layer that reads them applies: its
 * adders have gates in their LUTs (see adders.ts of the circuit). So it is in front of a matrix of one site.
 */
export function givesUngated({ fixed, parts }: RootedPlan, { layer: { result } }: RootedLayer): boolean {
  if (fixed.outputs.some(({ value }) => value === result.name)) return false;
  const readers = fixed.nodes.filter(({ inputs }) => inputs.includes(result.name));
  return (
    readers.length === 1 &&
    layersOf(parts).some(
      ({ layer, root }) => layer.root === readers[0] && root.weighted && root.sites.length === 1,
    )
  );
}
