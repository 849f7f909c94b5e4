import type { Fixed, FixedNode } from "../../ir/fixed/fixed.js";
import type { Search } from "../effort.js";
import { type Element, elementOf, originOf } from "./element.js";
import { flattenLayer } from "./flatten.js";
import type { ParallelLayer } from "./plan.js";
import { planRoots, type RootedPlan } from "./roots.js";
import { type Joined, joinSiblings, siblingsOf } from "./siblings.js";
import type { Root, Slot } from "./site.js";
import { rangeOfSlot } from "./sites.js";

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
  const layers = plan.plan.parts.filter((part): part is ParallelLayer => !("wiring" in part));
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
function lutsOf({ plan, roots, operandsOf }: RootedPlan, names: readonly string[], search: Search): number {
  return plan.parts.reduce((sum, part, i) => {
    if ("wiring" in part || !names.includes(part.name)) return sum;
    const root = roots[i] as Root;
    if (root.terms(root.sites[0] as Root["sites"][number]) > MOST_TERMS) return Number.POSITIVE_INFINITY;
    const operands = operandsOf(part);
    const known = new Map<number, Element>();
    const read = (slot: Slot) => {
      if (slot === undefined) return undefined;
      const element =
        known.get(slot.element) ?? elementOf(rangeOfSlot(operands, slot), originOf(slot.element, 1, false));
      known.set(slot.element, element);
      return element;
    };
    const same = <T>(it: T) => it;
    const flat = flattenLayer(part.name, same, part, root, operands, read, same, search);
    return sum + (flat?.adders?.lut ?? 0);
  }, 0);
}
