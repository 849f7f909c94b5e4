import { clopperPearson, type Interval } from "../../statistics/intervals.js";
import type { ConstructedEvent, TruePairs } from "./construct.js";

/** How many nodes or edges graphs have. */
export interface SizeSummary {
  readonly mean: number;
  readonly most: number;
  /** The least number that 99 % of the graphs do not exceed. */
  readonly percentile99: number;
}

/** How well graphs hold what a network could find in them. Plain data. */
export interface ConstructionMetrics {
  readonly graphs: number;
  readonly nodes: SizeSummary;
  readonly edges: SizeSummary;
  /** Sums over all events. */
  readonly truePairs: TruePairs;
  /**
   * Pairs of consecutive hits of a particle that are edges, over all such pairs that are at most as many layers apart as an
   * edge may be.
   */
  readonly efficiency: Interval | null;
  /** Edges that join such pairs, over all edges. */
  readonly purity: Interval | null;
}

/** Counts of graphs by size. */
function createSizes() {
  const counts: number[] = [];
  let [graphs, sum] = [0, 0];
  return {
    add(size: number): void {
      for (let i = counts.length; i <= size; i++) counts.push(0);
      counts[size]++;
      graphs++;
      sum += size;
    },
    total: () => sum,
    summary(): SizeSummary {
      let [seen, percentile99] = [0, 0];
      while (percentile99 < counts.length) {
        seen += counts[percentile99] as number;
        if (seen >= 0.99 * graphs) break;
        percentile99++;
      }
      return { mean: graphs === 0 ? 0 : sum / graphs, most: Math.max(0, counts.length - 1), percentile99 };
    },
  };
}

/** Efficiency and purity of graph construction, over any number of events. */
export function createConstructionMetrics(): {
  add(event: ConstructedEvent): void;
  result(): ConstructionMetrics;
} {
  const [nodes, edges] = [createSizes(), createSizes()];
  const sums = { kept: 0, lostToSectors: 0, lostToPhiSlope: 0, lostToZ0: 0, overGaps: 0 };
  let graphs = 0;
  return {
    add({ graphs: made, truePairs }) {
      for (const graph of made) {
        graphs++;
        nodes.add(graph.hits.length);
        edges.add(graph.senders.length);
      }
      for (const kind of Object.keys(sums) as (keyof TruePairs)[]) sums[kind] += truePairs[kind];
    },
    result: () => {
      const { kept, lostToSectors, lostToPhiSlope, lostToZ0 } = sums;
      return {
        graphs,
        nodes: nodes.summary(),
        edges: edges.summary(),
        truePairs: { ...sums },
        efficiency: clopperPearson(kept, kept + lostToSectors + lostToPhiSlope + lostToZ0),
        purity: clopperPearson(kept, edges.total()),
      };
    },
  };
}
