import { isPowerOfTwo } from "../../ir/circuit/primitives/counts.js";
import { UserError } from "../../ir/errors.js";
import { beatsWave, type Wave } from "../waves/wave.js";
import type { Family } from "./families.js";

/** How many items are computed at once. */
export interface Parallelism {
  /** Edges in each clock, P. */
  readonly edges: number;
  /** Nodes in each clock: a power of two, or all of them. */
  readonly nodes: number;
}

/** How the items of a family come: so many a clock, in so many clocks. */
export interface Beats {
  readonly items: number;
  readonly lanes: number;
  readonly beats: number;
}

/** Edges in each clock where nothing is said of it. */
const DEFAULT_EDGES = 8;

/**
 * As many edges a clock as asked for; of nodes, where nothing is asked for, the fewest that take no more clocks than the
 * edges do. Throws a UserError for nodes that cannot be told apart by bits of their index.
 */
export function parallelismOf(families: Iterable<Family>, asked: Partial<Parallelism>): Parallelism {
  const all = [...families];
  const most = (role: Family["role"]) =>
    Math.max(1, ...all.filter((family) => family.role === role).map(({ items }) => items));
  const edges = Math.min(asked.edges ?? DEFAULT_EDGES, most("edges"));
  if (asked.nodes !== undefined) {
    const { nodes } = asked;
    if (nodes < most("nodes") && !isPowerOfTwo(nodes)) {
      throw new UserError(`${nodes} nodes a clock is no power of two`, {
        where: "graph.nodes_per_clock",
        hint: "Bits of the index choose the memory that holds a node.",
      });
    }
    return { edges, nodes: Math.min(nodes, most("nodes")) };
  }
  const beats = Math.ceil(most("edges") / edges);
  let nodes = 1;
  while (Math.ceil(most("nodes") / nodes) > beats) nodes *= 2;
  return { edges, nodes: Math.min(nodes, most("nodes")) };
}

/** The items of a family at a parallelism; the whole event is one. */
export function beatsOf({ role, items }: Family, parallelism: Parallelism): Beats {
  const lanes = role === "event" ? 1 : Math.min(items, parallelism[role]);
  return { items, lanes, beats: Math.ceil(items / lanes) };
}

/** When items come, as a wave of beats. */
export function waveOf({ beats }: Beats, interval: number): Wave {
  return beatsWave(beats, interval);
}
