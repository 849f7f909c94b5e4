/** How many positives and negatives have each score, or a score from each up to the next; scores ascending. */
export interface ScoreCounts {
  readonly scores: Float64Array;
  readonly positives: Float64Array;
  readonly negatives: Float64Array;
}

/** A point of a receiver operating characteristic: what has at least the score `threshold` is taken. */
export interface RocPoint {
  readonly threshold: number;
  /** Fraction of the positives that is taken. */
  readonly truePositiveRate: number;
  /** Fraction of the negatives that is taken. */
  readonly falsePositiveRate: number;
}

/** Counts scores, none of which is NaN. */
export function countScores(
  scores: Readonly<ArrayLike<number>>,
  isPositive: (event: number) => boolean,
): ScoreCounts {
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i).sort(
    (a, b) => (scores[a] as number) - (scores[b] as number),
  );
  const distinct: number[] = [];
  const counts = { positives: [] as number[], negatives: [] as number[] };
  for (const event of order) {
    const score = scores[event] as number;
    if (distinct.length === 0 || score !== distinct.at(-1)) {
      distinct.push(score);
      counts.positives.push(0);
      counts.negatives.push(0);
    }
    const kind = isPositive(event) ? counts.positives : counts.negatives;
    kind[kind.length - 1]++;
  }
  return {
    scores: Float64Array.from(distinct),
    positives: Float64Array.from(counts.positives),
    negatives: Float64Array.from(counts.negatives),
  };
}

/** An area under a curve, and by how much it may be off because scores were counted together. */
export interface Area {
  readonly value: number;
  readonly error: number;
}

/**
 * The area under the receiver operating characteristic: the probability that a positive has a larger score than a
 * negative, equal scores counted half (Mann and Whitney, Ann. Math. Statist. 18 (1947) 50). Pairs that were counted
 * together are taken as equal; where they are not, the area is off by at most `error`, half of their fraction. NaN where
 * all are of one kind.
 */
export function areaUnderCounts({ positives, negatives }: ScoreCounts): Area {
  let [below, all, pairs, together] = [0, 0, 0, 0];
  positives.forEach((positive, i) => {
    const negative = negatives[i] as number;
    pairs += positive * (below + negative / 2);
    together += positive * negative;
    below += negative;
    all += positive;
  });
  return { value: pairs / (all * below), error: together / 2 / (all * below) };
}

/** The area under the curve of scores, ties counted half. NaN where a score is no number or all are of one kind. */
export function areaUnderCurve(scores: Float64Array, isPositive: (event: number) => boolean): number {
  if (scores.some(Number.isNaN)) return Number.NaN;
  return areaUnderCounts(countScores(scores, isPositive)).value;
}

/**
 * The curve from (0, 0), threshold +∞, to (1, 1), the lowest score. Points that lie nearer than `step` to the one before
 * in both rates are left out. Empty where all are of one kind.
 */
export function rocCurve({ scores, positives, negatives }: ScoreCounts, step = 0): readonly RocPoint[] {
  const sum = (counts: Float64Array) => counts.reduce((all, n) => all + n, 0);
  const [allPositives, allNegatives] = [sum(positives), sum(negatives)];
  if (allPositives === 0 || allNegatives === 0) return [];
  let last: RocPoint = { threshold: Number.POSITIVE_INFINITY, truePositiveRate: 0, falsePositiveRate: 0 };
  const points = [last];
  let [truePositives, falsePositives] = [0, 0];
  for (let i = scores.length - 1; i >= 0; i--) {
    truePositives += positives[i] as number;
    falsePositives += negatives[i] as number;
    const point = {
      threshold: scores[i] as number,
      truePositiveRate: truePositives / allPositives,
      falsePositiveRate: falsePositives / allNegatives,
    };
    const far =
      point.truePositiveRate - last.truePositiveRate >= step ||
      point.falsePositiveRate - last.falsePositiveRate >= step;
    if (far || i === 0) {
      points.push(point);
      last = point;
    }
  }
  return points;
}
