import { UserError } from "../../ir/errors.js";
import { clopperPearson, type Interval } from "../../statistics/intervals.js";
import { areaUnderCounts, type RocPoint, rocCurve } from "../../statistics/roc.js";
import { createScoreCounter } from "../../statistics/score-counter.js";
import type { TrackerGraph } from "./graphs.js";
import { checkScores, checkThresholds, reachedBy } from "./thresholds.js";

/** Steps of the rates in which a curve is kept. */
const CURVE_STEP = 1 / 500;

/** What one threshold gives: an edge is taken where its score is at least the threshold. Plain data. */
export interface EdgeThresholdMetrics {
  readonly threshold: number;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
  /** True edges taken, over all true edges (of the graphs: what construction lost is not among them). */
  readonly efficiency: Interval | null;
  /** True edges taken, over all edges taken. */
  readonly purity: Interval | null;
  /** Edges decided rightly, over all edges. */
  readonly accuracy: Interval | null;
}

export interface EdgeMetrics {
  readonly graphs: number;
  readonly edges: number;
  readonly trueEdges: number;
  /**
   * Area under the receiver operating characteristic, ties averaged; null where all edges are of one kind. `aucError` is 0
   * unless there were more distinct scores than are told apart: then the area is at most that far off.
   */
  readonly auc: number | null;
  readonly aucError: number | null;
  readonly roc: readonly RocPoint[];
  readonly thresholds: readonly EdgeThresholdMetrics[];
}

export interface EdgeMetricsAccumulator {
  /** Adds a graph with its truth and a score for each edge, larger where it more likely belongs to a track. */
  add(graph: Pick<TrackerGraph, "edges" | "y">, scores: Readonly<ArrayLike<number>>): void;
  result(): EdgeMetrics;
}

/**
 * How well scores tell true edges from false ones, over any number of graphs, in memory that does not depend on it.
 * `thresholds` ascend; `mostScores` is how many distinct scores are told apart in the curve (65,536 unless told).
 */
export function createEdgeMetrics({
  thresholds,
  mostScores,
}: {
  readonly thresholds: readonly number[];
  readonly mostScores?: number;
}): EdgeMetricsAccumulator {
  checkThresholds(thresholds);
  const counter = createScoreCounter(mostScores);
  /** Edges by how many thresholds they reach. */
  const reached = {
    positives: new Float64Array(thresholds.length + 1),
    negatives: new Float64Array(thresholds.length + 1),
  };
  let graphs = 0;

  return {
    add({ edges, y }, scores) {
      if (y === undefined) {
        throw new UserError("the graphs have no truth", {
          where: "y",
          hint: "Edges are judged by the array y: 1 where an edge belongs to a track, else 0.",
        });
      }
      checkScores(scores, edges);
      for (let e = 0; e < edges; e++) {
        const positive = y[e] === 1;
        counter.add(scores[e], positive);
        (positive ? reached.positives : reached.negatives)[reachedBy(scores[e], thresholds)]++;
      }
      graphs++;
    },

    result() {
      const counts = counter.counts();
      const sum = (values: Float64Array) => values.reduce((all, n) => all + n, 0);
      const [positives, negatives] = [sum(reached.positives), sum(reached.negatives)];
      const area = positives > 0 && negatives > 0 ? areaUnderCounts(counts) : null;
      return {
        graphs,
        edges: positives + negatives,
        trueEdges: positives,
        auc: area?.value ?? null,
        aucError: area === null ? null : counter.exact() ? 0 : area.error,
        roc: rocCurve(counts, CURVE_STEP),
        thresholds: thresholds.map((threshold, t) => {
          const truePositives = sum(reached.positives.subarray(t + 1));
          const falsePositives = sum(reached.negatives.subarray(t + 1));
          const trueNegatives = negatives - falsePositives;
          return {
            threshold,
            truePositives,
            falsePositives,
            trueNegatives,
            falseNegatives: positives - truePositives,
            efficiency: clopperPearson(truePositives, positives),
            purity: clopperPearson(truePositives, truePositives + falsePositives),
            accuracy: clopperPearson(truePositives + trueNegatives, positives + negatives),
          };
        }),
      };
    },
  };
}
