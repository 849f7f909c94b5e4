import { UserError } from "../../ir/errors.js";

/** Refuses thresholds that are not one or more ascending numbers. */
export function checkThresholds(thresholds: readonly number[]): void {
  if (
    thresholds.length === 0 ||
    thresholds.some((t, i) => Number.isNaN(t) || (i > 0 && !(t > thresholds[i - 1])))
  ) {
    throw new UserError("the thresholds must be one or more ascending numbers", { where: "thresholds" });
  }
}

/** How many of the ascending thresholds a score reaches. */
export function reachedBy(score: number, thresholds: readonly number[]): number {
  let low = 0;
  for (let high = thresholds.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (score >= thresholds[middle]) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Refuses scores of a graph that are not one number for each edge. */
export function checkScores(scores: Readonly<ArrayLike<number>>, edges: number): void {
  if (scores.length !== edges) {
    throw new UserError(`there are ${scores.length} scores for ${edges} edges`, { where: "scores" });
  }
  for (let e = 0; e < edges; e++) {
    if (Number.isNaN(scores[e])) throw new UserError(`the score of edge ${e} is NaN`, { where: "scores" });
  }
}
