import type { Fixed, FixedNode } from "../../ir/fixed/fixed.js";
import { sizeOf } from "../../ir/tensor.js";
import type { Search } from "../effort.js";
import { type Element, elementOf, originOf, rangeAt } from "./element.js";
import { feedLayer } from "./fed-layer.js";
import { flattenLayer } from "./flatten.js";
import { layersOf, planRoots, type RootedPlan } from "./roots.js";
import { type Joined, joinSiblings, siblingsOf } from "./siblings.js";
import type { Root } from "./site.js";

/** What siblings must save of their LUTs as one layer: layers by themselves are easier to follow. */
const WORTH_JOINING = 0.03;

/** As many terms has one layer of siblings, so that its adder graph is found in seconds. */
const MOST_TERMS = 8000;

/**
 * Makes one layer of layers that multiply the same value by constant matrices, so that they share sums, where that takes
 * fewer LUTs. Throws a UserError when the graph is too large to be computed whole in one clock.
 */
export function joinLayers(source: Fixed, search: Search): Joined {
  const unchanged = { fixed: source, added: [] };
  if (search.effort === 0 || source.nodes.filter(isMatrix).length < 2) return unchanged;
  const plan = planRoots(source);
  const layers = layersOf(plan.parts).map(({ layer }) => layer);
  return siblingsOf(source, layers).reduce((before: Joined, siblings) => {
    const joined = joinSiblings(before.fixed, siblings);
    const names = siblings.map(([{ name }]) => name);
    const [name] = joined.added.map((node) => node.name) as [string];
    const limit = (1 - WORTH_JOINING) * lutsOf(plan, names, search);
    if (lutsOf(planRoots(joined.fixed), [name], search) >= limit) return before;
    return { fixed: joined.fixed, added: [...before.added, ...joined.added] };
  }, unchanged);
}

function isMatrix({ op }: FixedNode): boolean {
  return op === "dense" || op === "conv2d";
}

/** LUTs of the adder graphs of layers; infinite where they have too many terms. */
function lutsOf({ parts }: RootedPlan, names: readonly string[], search: Search): number {
  return layersOf(parts).reduce((sum, rooted) => {
    const { layer, root } = rooted;
    if (!names.includes(layer.name)) return sum;
    if (root.terms(root.sites[0] as Root["sites"][number]) > MOST_TERMS) return Number.POSITIVE_INFINITY;
    const fed = feedLayer(rooted, unplacedElements);
    const flat = flattenLayer(fed, layer.name, { search, fresh: (name) => name });
    return sum + (flat?.adders?.lut ?? 0);
  }, 0);
}

/** The elements of a value, each from a place of its own. */
function unplacedElements(value: FixedNode): readonly Element[] {
  return Array.from({ length: sizeOf(value.shape) }, (_, i) =>
    elementOf(rangeAt(value, i), originOf(i, 1, false)),
  );
}
