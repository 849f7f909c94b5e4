import type { TrackerGraph } from "./graphs.js";
import { checkThresholds, reachedBy } from "./thresholds.js";

/** Edges by score. Plain data. */
export interface ScoreHistogram {
  /** Edges in each of equal bins from 0 to 1; the last includes 1. */
  readonly trueEdges: readonly number[];
  readonly falseEdges: readonly number[];
}

export interface ScoreComparison {
  /** For each threshold the edges that one of the two scores takes and the other does not. */
  readonly flips: readonly number[];
  /** Of the edges that have scores. */
  readonly histograms: { readonly fixed: ScoreHistogram; readonly float: ScoreHistogram };
}

export interface ScoreComparisonAccumulator {
  /** Adds a graph with two scores for each edge; edges that were cut away have −∞. */
  add(
    graph: Pick<TrackerGraph, "edges" | "y">,
    scores: Readonly<Record<"fixed" | "float", Readonly<ArrayLike<number>>>>,
  ): void;
  result(): ScoreComparison;
}

/**
 * Compares two scores of the same edges, over any number of graphs: where they decide differently (`thresholds` ascend),
 * and how they are distributed, in `bins` of the probability that `probability` makes of a score.
 */
export function createScoreComparison({
  thresholds,
  bins,
  probability,
}: {
  readonly thresholds: readonly number[];
  readonly bins: number;
  readonly probability: (score: number) => number;
}): ScoreComparisonAccumulator {
  checkThresholds(thresholds);
  const flips = thresholds.map(() => 0);
  const empty = () => ({
    trueEdges: new Array<number>(bins).fill(0),
    falseEdges: new Array<number>(bins).fill(0),
  });
  const histograms = { fixed: empty(), float: empty() };
  return {
    add({ edges, y }, scores) {
      for (let e = 0; e < edges; e++) {
        const [fixed, float] = [scores.fixed[e], scores.float[e]];
        const reached = [reachedBy(fixed, thresholds), reachedBy(float, thresholds)];
        for (let t = Math.min(...reached); t < Math.max(...reached); t++) flips[t]++;
        for (const role of ["fixed", "float"] as const) {
          const score = scores[role][e];
          if (score === Number.NEGATIVE_INFINITY) continue;
          const bin = Math.min(bins - 1, Math.max(0, Math.floor(probability(score) * bins)));
          histograms[role][y?.[e] === 1 ? "trueEdges" : "falseEdges"][bin]++;
        }
      }
    },
    result: () => ({ flips, histograms }),
  };
}
