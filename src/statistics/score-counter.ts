import type { ScoreCounts } from "./roc.js";

/** Distinct scores that are told apart unless said otherwise. */
const MOST_SCORES = 2 ** 16;

/** Counts any number of scores in bounded memory. */
export interface ScoreCounter {
  /** `score` is not NaN. */
  add(score: number, positive: boolean): void;
  /**
   * The counts so far: of each score while there are at most `most` distinct ones (all that a fixed-point output of 16
   * bits has), else of intervals that begin at every second of the first of them, the lowest at −∞.
   */
  counts(): ScoreCounts;
  /** Whether every distinct score is still told apart. */
  exact(): boolean;
}

/** A counter that holds at most `most` distinct scores, 2 or more. */
export function createScoreCounter(most = MOST_SCORES): ScoreCounter {
  /** The two counts of each distinct score, while they are told apart. */
  let exact: Map<number, [number, number]> | undefined = new Map();
  let bins: ScoreCounts | undefined;

  const sorted = (counts: ReadonlyMap<number, readonly [number, number]>): ScoreCounts => {
    const entries = [...counts].sort(([a], [b]) => a - b);
    return {
      scores: Float64Array.from(entries, ([score]) => score),
      positives: Float64Array.from(entries, ([, [positives]]) => positives),
      negatives: Float64Array.from(entries, ([, [, negatives]]) => negatives),
    };
  };

  const pair = (counts: Float64Array) =>
    Float64Array.from(
      { length: Math.ceil(counts.length / 2) },
      (_, i) => (counts[2 * i] as number) + (counts[2 * i + 1] ?? 0),
    );

  const merged = ({ scores, positives, negatives }: ScoreCounts): ScoreCounts => ({
    scores: scores
      .filter((_, i) => i % 2 === 0)
      .map((score, i) => (i === 0 ? Number.NEGATIVE_INFINITY : score)),
    positives: pair(positives),
    negatives: pair(negatives),
  });

  const binOf = (scores: Float64Array, score: number): number => {
    let [low, high] = [0, scores.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (score >= (scores[middle] as number)) low = middle;
      else high = middle - 1;
    }
    return low;
  };

  return {
    add(score, positive) {
      if (bins !== undefined) {
        (positive ? bins.positives : bins.negatives)[binOf(bins.scores, score)]++;
        return;
      }
      const counts = exact as Map<number, [number, number]>;
      // A Map keeps 0 and −0 as one key.
      const entry = counts.get(score) ?? [0, 0];
      entry[positive ? 0 : 1]++;
      counts.set(score, entry);
      if (counts.size > most) {
        bins = merged(sorted(counts));
        exact = undefined;
      }
    },
    exact: () => bins === undefined,
    counts: () => bins ?? sorted(exact as Map<number, [number, number]>),
  };
}
