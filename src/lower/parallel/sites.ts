import type { FixedNode } from "../../ir/fixed/fixed.js";
import { type Interval, intervalBits } from "../../ir/fixed-point.js";
import { hull } from "../../ir/interval.js";
import type { Chain } from "../chain.js";
import { pointwiseKey } from "../pointwise.js";
import { rangeAt } from "./element.js";
import type { ParallelLayer } from "./plan.js";
import type { RootedLayer } from "./roots.js";
import type { Site, Slot } from "./site.js";

/** One computation and its copies: each copy is a list of sites that one module computes together. */
export interface SiteGroup {
  readonly copies: readonly (readonly Site[])[];
}

/** Sites of cheap operators that differ in more ways than this become one module. */
const MOST_VARIANTS = 16;

/** Groups a layer's sites: those whose nodes do the same with every element become copies of one module. */
export function groupSites(rooted: RootedLayer): readonly SiteGroup[] {
  const { root } = rooted;
  const groups = groupCopies(
    root.sites.map((site) => [site]),
    (site) => siteKey(rooted, site),
  );
  if (!root.weighted && groups.length > MOST_VARIANTS && groups.length > root.sites.length / 4)
    return [{ copies: [root.sites] }];
  return groups;
}

/** Groups lists of sites: those whose sites have the same keys, one after the other, are copies of one module. */
export function groupCopies(
  copies: readonly (readonly Site[])[],
  keyOf: (site: Site) => string,
): readonly SiteGroup[] {
  const groups = new Map<string, (readonly Site[])[]>();
  for (const copy of copies) {
    const key = copy.map(keyOf).join("/");
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [copy]);
    else known.push(copy);
  }
  return [...groups.values()].map((own) => ({ copies: own }));
}

function siteKey({ layer, root, operands }: RootedLayer, site: Site): string {
  // Where weights are the same at every site, bounds may be wider than a site's own; elsewhere a constant is worth a module.
  const slots = site.slots.map((slot) => {
    if (root.weighted || slot === undefined) return `${slot === undefined}`;
    const { lo, hi } = rangeOfSlot(operands, slot);
    const { signed, width } = intervalBits({ lo, hi });
    return lo === hi ? `=${lo}` : `${signed ? "s" : "u"}${width}`;
  });
  return [root.key(site), chainKey(layer, site), root.weighted ? "" : slots.join()].join("|");
}

/** What the pointwise nodes of a layer do with the results of a site. */
export function chainKey({ steps }: ParallelLayer, { results }: Site): string {
  return results
    .map((element) => steps.map(({ node, source }) => pointwiseKey(node, source, element)).join(";"))
    .join("|");
}

export function rangeOfSlot(operands: readonly FixedNode[], slot: Slot): Interval {
  if (slot === undefined) return { lo: 0n, hi: 0n };
  return rangeAt(operands[slot.operand] as FixedNode, slot.element);
}

/** The bounds of every slot of a group's module: they hold at every copy. */
export function slotRanges({ copies }: SiteGroup, operands: readonly FixedNode[]): readonly Interval[] {
  const each = copies.map((sites) =>
    sites.flatMap(({ slots }) => slots.map((slot) => rangeOfSlot(operands, slot))),
  );
  return hulls(each);
}

/** The chain of a group's module, by the elements of its first copy: bounds hold at every copy. */
export function chainOf({ layer, operands }: RootedLayer, { copies }: SiteGroup): Chain {
  const elements = copies.map((sites) => sites.flatMap(({ results }) => results));
  const places = new Map((elements[0] as readonly number[]).map((element, i) => [element, i]));
  const before = layer.steps[0]?.node === layer.root ? (operands[0] as FixedNode) : layer.root;
  const values = [before, ...layer.steps.map(({ node }) => node)];
  const known = new Map<number, readonly Interval[]>();
  return {
    steps: layer.steps,
    rangeOf: (step, element) => {
      const value = values[step + 1] as FixedNode;
      const ranges = known.get(step) ?? resultRanges(value, elements);
      known.set(step, ranges);
      return ranges[places.get(element) as number] as Interval;
    },
  };
}

/** For each place of a copy, the bounds of a value that hold at every copy. */
export function resultRanges(value: FixedNode, copies: readonly (readonly number[])[]): readonly Interval[] {
  return hulls(copies.map((elements) => elements.map((element) => rangeAt(value, element))));
}

function hulls(copies: readonly (readonly Interval[])[]): readonly Interval[] {
  return (copies[0] as readonly Interval[]).map((first, i) =>
    copies.reduce((all, ranges) => hull(all, ranges[i] as Interval), first),
  );
}
