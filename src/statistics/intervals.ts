import betaQuantile from "@stdlib/stats-base-dists-beta-quantile";

/** An estimate with its confidence interval. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Confidence level of one standard deviation of a normal distribution. */
export const ONE_SIGMA = 0.682689492137086;

/**
 * A fraction `k` of `n` with the central interval of Clopper and Pearson (Biometrika 26 (1934) 404): it covers the
 * true fraction with at least probability `level`. The limits are quantiles of the beta distribution. `null`
 * for n = 0: nothing is known.
 */
export function clopperPearson(k: number, n: number, level = ONE_SIGMA): Interval | null {
  if (n === 0) return null;
  const tail = (1 - level) / 2;
  return {
    value: k / n,
    low: k === 0 ? 0 : betaQuantile(tail, k, n - k + 1),
    high: k === n ? 1 : betaQuantile(1 - tail, k + 1, n - k),
  };
}

/** Trials that stand for infinitely many in `poissonMean`. */
const MANY = 1e9;

/**
 * The mean of a Poisson distribution from an observed `count`, divided by `exposure` (images, bunch crossings),
 * with the central interval of Garwood (Biometrika 28 (1936) 437): the limit of Clopper and Pearson's for many
 * trials, taken at 10^9 of them (relative error about count·10^-9). `null` for an exposure of 0.
 */
export function poissonMean(count: number, exposure: number, level = ONE_SIGMA): Interval | null {
  if (exposure === 0) return null;
  const fraction = clopperPearson(count, MANY, level)!;
  const scale = MANY / exposure;
  return { value: count / exposure, low: fraction.low * scale, high: fraction.high * scale };
}
