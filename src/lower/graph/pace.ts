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
 * As many edges and nodes a clock as asked for. Where nothing is asked for, eight edges, or all of them; and of nodes the fewest that
 * take no more clocks than the edges do. Throws a UserError for more than there are, and for nodes that cannot be told apart by bits
 * of their index.
 */
export function parallelismOf(families: Iterable<Family>, asked: Partial<Parallelism>): Parallelism {
  const all = [...families];
  const most = (role: keyof Parallelism) =>
    Math.max(1, ...all.filter((family) => family.role === role).map(({ items }) => items));
  const largest = { edges: most("edges"), nodes: most("nodes") };
  for (const role of ["edges", "nodes"] as const) checkItems(role, asked[role], largest[role]);
  const edges = asked.edges ?? Math.min(DEFAULT_EDGES, largest.edges);
  if (asked.nodes !== undefined) return { edges, nodes: asked.nodes };
  const beats = Math.ceil(largest.edges / edges);
  let nodes = 1;
  while (Math.ceil(largest.nodes / nodes) > beats) nodes *= 2;
  return { edges, nodes: Math.min(nodes, largest.nodes) };
}

/** Throws a UserError when so many items a clock do not go with a graph of at most so many. */
function checkItems(role: keyof Parallelism, asked: number | undefined, most: number): void {
  if (asked === undefined) return;
  const where = `graph.${role}_per_clock`;
  if (asked > most)
    throw new UserError(`${asked} ${role} a clock, but the largest graph has ${most}`, {
      where,
      hint:
        most === 1
          ? "Leave it out. What is read at indices counts as nodes."
          : `Give ${most} for all of them in one clock, or fewer.`,
    });
  if (role === "nodes" && asked < most && !isPowerOfTwo(asked))
    throw new UserError(`${asked} nodes a clock is no power of two`, {
      where,
      hint: `Bits of the index choose the memory that holds a node. Give a power of two, or ${most} for all of them.`,
    });
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
