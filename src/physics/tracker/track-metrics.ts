import { UserError } from "../../ir/errors.js";
import { clopperPearson, type Interval } from "../../statistics/intervals.js";
import { connectedComponents } from "./components.js";
import type { TrackerGraph } from "./graphs.js";
import { checkScores, checkThresholds } from "./thresholds.js";

/** Fewest hits of a track and of a particle to be found: with two a helix is not determined. */
export const LEAST_HITS = 3;

/** What one threshold gives. Plain data. */
export interface TrackThresholdMetrics {
  readonly threshold: number;
  /** Tracks: connected components with enough hits. */
  readonly tracks: number;
  /** Tracks with all hits of a particle and no others; and over the particles. */
  readonly perfect: number;
  readonly perfectEfficiency: Interval | null;
  /** Tracks of which more than half the hits are a particle's, and more than half of the particle's; over the particles. */
  readonly doubleMajority: number;
  readonly doubleMajorityEfficiency: Interval | null;
  /** Tracks of which more than three quarters of the hits are a particle's; and over the tracks. */
  readonly lhc: number;
  readonly lhcEfficiency: Interval | null;
}

export interface TrackMetrics {
  readonly graphs: number;
  readonly leastHits: number;
  /** Particles with enough hits in a graph, in each graph anew. */
  readonly particles: number;
  readonly thresholds: readonly TrackThresholdMetrics[];
}

export interface TrackMetricsAccumulator {
  /** Adds a graph with the particles of its nodes and a score for each edge. */
  add(graph: TrackerGraph, scores: Readonly<ArrayLike<number>>): void;
  result(): TrackMetrics;
}

interface Matches {
  tracks: number;
  perfect: number;
  doubleMajority: number;
  lhc: number;
}

/**
 * Tracks found from edges, over any number of graphs, in memory that does not depend on it: hits joined by edges of at least
 * a threshold's score are a track. Nodes with a negative `pid` are noise and belong to no particle.
 *
 * The three efficiencies are those of DeZoort et al., Comput. Softw. Big Sci. 5 (2021) 26 (arXiv:2103.16701, section on track
 * building), each with its own denominator: particles for perfect and double majority, tracks for LHC. The same score for
 * all true edges of a graph (its `y`) gives what the best network can reach on it.
 */
export function createTrackMetrics({
  thresholds,
  leastHits = LEAST_HITS,
}: {
  readonly thresholds: readonly number[];
  readonly leastHits?: number;
}): TrackMetricsAccumulator {
  checkThresholds(thresholds);
  if (!Number.isInteger(leastHits) || leastHits < 1) {
    throw new UserError(`${leastHits} is no number of hits`, { where: "leastHits" });
  }
  const found = thresholds.map((): Matches => ({ tracks: 0, perfect: 0, doubleMajority: 0, lhc: 0 }));
  let [graphs, particles] = [0, 0];

  return {
    add({ nodes, edges, senders, receivers, pid }, scores) {
      if (pid === undefined) {
        throw new UserError("the graphs have no particles", {
          where: "pid",
          hint: "Tracks are judged by the array pid: the particle of each node, negative for noise.",
        });
      }
      checkScores(scores, edges);
      const sizes = hitsByParticle(pid);
      for (const hits of sizes.values()) if (hits >= leastHits) particles++;
      graphs++;
      thresholds.forEach((threshold, t) => {
        const roots = connectedComponents(nodes, senders, receivers, (e) => scores[e] >= threshold);
        matchTracks(roots, pid, sizes, leastHits, found[t]);
      });
    },

    result: () => ({
      graphs,
      leastHits,
      particles,
      thresholds: thresholds.map((threshold, t) => {
        const { tracks, perfect, doubleMajority, lhc } = found[t];
        return {
          threshold,
          tracks,
          perfect,
          perfectEfficiency: clopperPearson(perfect, particles),
          doubleMajority,
          doubleMajorityEfficiency: clopperPearson(doubleMajority, particles),
          lhc,
          lhcEfficiency: clopperPearson(lhc, tracks),
        };
      }),
    }),
  };
}

function hitsByParticle(pid: Int32Array): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const particle of pid) {
    if (particle >= 0) counts.set(particle, (counts.get(particle) ?? 0) + 1);
  }
  return counts;
}

/** Adds up the tracks of one graph; `roots` has the component of each node. */
function matchTracks(
  roots: Int32Array,
  pid: Int32Array,
  sizes: ReadonlyMap<number, number>,
  leastHits: number,
  matches: Matches,
): void {
  const members = new Map<number, number[]>();
  roots.forEach((root, node) => {
    const own = members.get(root);
    if (own === undefined) members.set(root, [node]);
    else own.push(node);
  });
  for (const nodes of members.values()) {
    if (nodes.length < leastHits) continue;
    matches.tracks++;
    const counts = hitsByParticle(Int32Array.from(nodes, (node) => pid[node]));
    const [particle, hits] = [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), [-1, 0]);
    if (4 * hits > 3 * nodes.length) matches.lhc++;
    const all = sizes.get(particle) ?? 0;
    if (all < leastHits) continue;
    if (hits === nodes.length && hits === all) matches.perfect++;
    if (2 * hits > nodes.length && 2 * hits > all) matches.doubleMajority++;
  }
}
