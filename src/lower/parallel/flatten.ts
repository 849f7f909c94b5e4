import type { FixedNode } from "../../ir/fixed/fixed.js";
import { type AdderGraphFacts, joinedFacts } from "../effort.js";
import { identifier } from "../names.js";
import { groupBlocks, termsOf } from "./blocks.js";
import type { FedLayer } from "./fed-layer.js";
import { buildSiteModule, type SiteModule, type SiteOptions } from "./module.js";
import type { Root } from "./site.js";
import { groupSites, type SiteGroup } from "./sites.js";

/** A layer before registers: one combinational module for each group of sites. */
export interface FlatLayer extends FedLayer {
  readonly name: string;
  /** The names of the operands' ports. */
  readonly ports: readonly string[];
  readonly groups: readonly BuiltGroup[];
  readonly copies: number;
  /** Whether its sites are in blocks, which share sums. */
  readonly blocks: boolean;
  /** What was found of the adder graphs of all copies together. */
  readonly adders: AdderGraphFacts | undefined;
}

interface BuiltGroup {
  readonly group: SiteGroup;
  readonly site: SiteModule;
}

/** How the modules of a layer are built and named. */
export interface LayerOptions extends SiteOptions {
  /** Makes the name of a module unique. */
  readonly fresh: (name: string) => string;
}

/** What blocks of windows must save of the LUTs of windows by themselves: of those, one module says what all do. */
const WORTH_BLOCKS = 0.03;

/**
 * Builds the modules of a layer whose name is unique already; undefined when every element of its result is constant.
 * Windows that overlap are computed in blocks where that takes fewer LUTs.
 */
export function flattenLayer(fed: FedLayer, name: string, options: LayerOptions): FlatLayer | undefined {
  const { layer, root, operands } = fed;
  if (layer.result.ranges.items.every(({ lo, hi }) => lo === hi)) return undefined;
  const build = (groups: readonly SiteGroup[], kind: string): readonly BuiltGroup[] =>
    groups.map((group, i) => {
      const whole = groups.length === 1 && group.copies.length === 1;
      const own = whole ? name : `${name}_${kind}${groups.length === 1 ? "" : i + 1}`;
      return { group, site: buildSiteModule(fed, group, own, options) };
    });
  const single = build(groupSites(fed), "site");
  const grouped = options.search.effort === 0 ? undefined : groupBlocks(fed);
  const joined = grouped === undefined ? single : build(grouped, "block");
  const blocks = lutsOf(root, joined) < (1 - WORTH_BLOCKS) * lutsOf(root, single);
  const groups = (blocks ? joined : single).map(({ group, site }) => {
    const { module } = site;
    // The layer's own name is unique already.
    return module.name === name
      ? { group, site }
      : { group, site: { ...site, module: { ...module, name: options.fresh(module.name) } } };
  });
  const copies = groups.reduce((sum, { group }) => sum + group.copies.length, 0);
  const adders = factsOfCopies(groups, blocks);
  return { ...fed, name, ports: portNames(operands), groups, copies, blocks, adders };
}

function portNames(operands: readonly FixedNode[]): readonly string[] {
  const used = new Set<string>(["in_valid", "in_first"]);
  return operands.map(({ name }) => {
    const base = `in_${identifier(name)}`.replace(/_$/, "");
    let candidate = base;
    for (let n = 2; used.has(candidate); n++) candidate = `${base}_${n}`;
    used.add(candidate);
    return candidate;
  });
}

/** LUTs of the adder graphs of all copies; synthesis leaves out what of a copy lies over the padding. */
function lutsOf(root: Root, groups: readonly BuiltGroup[]): number {
  return groups.reduce((total, { group: { copies }, site: { adders } }) => {
    const own = adders.reduce((sum, { lut }) => sum + lut, 0);
    const terms = copies.map((sites) => termsOf(root, sites));
    const most = terms.reduce((a, b) => Math.max(a, b), 1);
    return total + terms.reduce((sum, count) => sum + (own * count) / most, 0);
  }, 0);
}

function factsOfCopies(groups: readonly BuiltGroup[], blocks: boolean): AdderGraphFacts | undefined {
  const facts = joinedFacts(
    groups.flatMap(({ group: { copies }, site: { adders } }) => {
      const own = joinedFacts(adders, copies.length);
      return own === undefined ? [] : [own];
    }),
  );
  if (facts === undefined || !blocks) return facts;
  const largest = groups.reduce((most, { group: { copies } }) => Math.max(most, copies[0]?.length ?? 0), 0);
  return { ...facts, strategy: `${facts.strategy}, ${largest} windows together` };
}
