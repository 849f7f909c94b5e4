import { createEdgeMetrics } from "../../physics/tracker/edge-metrics.js";
import { EDGE_FEATURES, NODE_FEATURES } from "../../physics/tracker/features.js";
import { type FittedGraph, fitGraph, type GraphForm } from "../../physics/tracker/fit.js";
import type { TrackerGraph } from "../../physics/tracker/graphs.js";
import { createScoreComparison } from "../../physics/tracker/score-comparison.js";
import { createTrackMetrics } from "../../physics/tracker/track-metrics.js";
import type { TrackerAlgorithm, TrackerDisplay, TrackerPhysics } from "../../report/data.js";
import { createDisplayPicker } from "./tracker-displays.js";

/** Bins of the scores' distribution. */
const BINS = 50;
const ROLES = ["fixed", "float"] as const;

/** A threshold on the score, and as a probability. */
export interface TrackerThreshold {
  readonly level: number;
  readonly probability: number;
}

export interface TrackerJudgement {
  readonly form: GraphForm;
  /** Ascending. */
  readonly thresholds: readonly TrackerThreshold[];
  /** Index of the threshold at which the network works. */
  readonly working: number;
  /** The probability that a score stands for. */
  readonly probability: (score: number) => number;
}

/** What the firmware's integers and the float model make of the same graphs. */
export interface JudgedGraphs {
  readonly physics: Omit<TrackerPhysics, "sample">;
  readonly displays: readonly TrackerDisplay[];
}

/** Both scores of each edge of a padded graph. */
export type PaddedScores = Readonly<Record<(typeof ROLES)[number], Float64Array>>;

/**
 * Judges the scores of edges, graph by graph, in memory that does not depend on their number. Edges that were cut away have
 * the score −∞. Tracks are judged as long as all graphs say which particles their hits are of.
 */
export function createTrackerJudge({ form, thresholds, working, probability }: TrackerJudgement) {
  const levels = thresholds.map(({ level }) => level);
  const judges = {
    fixed: {
      edges: createEdgeMetrics({ thresholds: levels }),
      tracks: createTrackMetrics({ thresholds: levels }),
    },
    float: {
      edges: createEdgeMetrics({ thresholds: levels }),
      tracks: createTrackMetrics({ thresholds: levels }),
    },
  };
  const comparison = createScoreComparison({ thresholds: levels, bins: BINS, probability });
  const picker = createDisplayPicker();
  const cut = { graphs: 0, nodes: 0, edges: 0, trueEdges: 0 };
  const { nodeFeatures, edgeFeatures = EDGE_FEATURES } = form;
  // Others are no points in r, φ and z.
  const drawn = nodeFeatures === NODE_FEATURES && edgeFeatures === EDGE_FEATURES;
  let hasParticles = true;
  let graphs = 0;

  return {
    /** Adds a graph that has `y`. */
    add(graph: TrackerGraph, padded: PaddedScores): void {
      const fitted = fitGraph(graph, form);
      const own = { fixed: ownScores(padded.fixed, fitted), float: ownScores(padded.float, fitted) };
      hasParticles &&= graph.pid !== undefined;
      for (const role of ROLES) {
        judges[role].edges.add(graph, own[role]);
        if (hasParticles) judges[role].tracks.add(graph, own[role]);
      }
      comparison.add(graph, own);
      if (fitted.cut) countCut(graph, fitted);
      if (drawn) {
        const taken = (e: number) => own.fixed[e] >= levels[working];
        picker.offer({ index: graphs, graph, taken, cut: fitted.cut });
      }
      graphs++;
    },

    result(): JudgedGraphs {
      const { flips, histograms } = comparison.result();
      const algorithms = ROLES.map((role): TrackerAlgorithm => {
        const { auc, aucError, roc, thresholds: points } = judges[role].edges.result();
        const found = hasParticles ? judges[role].tracks.result().thresholds : undefined;
        return {
          ...{ role, auc, aucError },
          roc: roc.map(({ falsePositiveRate, truePositiveRate }) => ({
            falsePositiveRate,
            truePositiveRate,
          })),
          thresholds: points.map((point, t) => {
            const threshold = thresholds[t].probability;
            return { ...point, threshold, tracks: found === undefined ? null : { ...found[t], threshold } };
          }),
          scores: histograms[role],
        };
      });
      const { edges, trueEdges } = judges.fixed.edges.result();
      const { leastHits, particles } = hasParticles
        ? judges.fixed.tracks.result()
        : { leastHits: null, particles: null };
      const largest = { nodes: form.nodes, edges: form.edges };
      return {
        physics: {
          ...{ edges, trueEdges, largest, cut, leastHits, particles, algorithms, working },
          ...{ best: mostAccurate(algorithms[1]), flips },
        },
        displays: picker.displays(),
      };
    },
  };

  function countCut({ y }: TrackerGraph, { size: [nodes, edges], nodes: left, kept }: FittedGraph): void {
    const truth = y as Uint8Array;
    cut.graphs++;
    cut.nodes += nodes - left;
    cut.edges += edges - kept.length;
    cut.trueEdges += truth.reduce((sum, one) => sum + one, 0) - kept.reduce((sum, e) => sum + truth[e], 0);
  }
}

/** The scores of a graph's own edges, of those of the padded graph. */
function ownScores(padded: Float64Array, { size: [, edges], kept }: FittedGraph): Float64Array {
  const own = new Float64Array(edges).fill(Number.NEGATIVE_INFINITY);
  kept.forEach((edge, e) => void (own[edge] = padded[e]));
  return own;
}

/** The threshold at which most edges are decided rightly; the middle one of several. */
function mostAccurate({ thresholds }: TrackerAlgorithm): number {
  const right = thresholds.map(({ truePositives, trueNegatives }) => truePositives + trueNegatives);
  const most = Math.max(...right);
  const best = right.flatMap((n, t) => (n === most ? [t] : []));
  return best[best.length >> 1];
}
