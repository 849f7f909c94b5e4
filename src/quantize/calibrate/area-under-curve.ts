/**
 * The area under the receiver operating characteristic of scores: the probability that a positive event has a larger
 * score than a negative one, equal scores counted half (Mann and Whitney, Ann. Math. Statist. 18 (1947) 50). NaN where
 * a score is no number, or events of one kind are missing.
 */
export function areaUnderCurve(scores: Float64Array, isPositive: (event: number) => boolean): number {
  if (scores.some(Number.isNaN)) return Number.NaN;
  const order = Uint32Array.from(scores.keys()).sort((a, b) => (scores[a] as number) - (scores[b] as number));
  let [below, positives, pairs] = [0, 0, 0];
  for (let start = 0; start < order.length; ) {
    const score = scores[order[start] as number];
    let [tied, tiedPositives] = [0, 0];
    while (start + tied < order.length && scores[order[start + tied] as number] === score) {
      if (isPositive(order[start + tied] as number)) tiedPositives++;
      tied++;
    }
    const tiedNegatives = tied - tiedPositives;
    pairs += tiedPositives * (below + tiedNegatives / 2);
    below += tiedNegatives;
    positives += tiedPositives;
    start += tied;
  }
  return pairs / (positives * below);
}
