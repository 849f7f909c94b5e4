import type { SegmentMetrics, ThresholdMetrics } from "./metrics.js";

/** The index of the threshold in `metrics` that equals `threshold`; -1 if there is none. */
export function indexOfThreshold(metrics: SegmentMetrics, threshold: number): number {
  return metrics.thresholds.findIndex((point) => point.threshold === threshold);
}

/**
 * The working point with at most as many fakes as `reference`, and the most of them: where an algorithm compares with
 * another at equal fake rate without favour to itself. Undefined if it never gets that low.
 */
export function atFakeRate(
  metrics: SegmentMetrics,
  reference: ThresholdMetrics,
): ThresholdMetrics | undefined {
  return metrics.thresholds.find((point) => point.fakes <= reference.fakes);
}

/**
 * The working point with the fewest fakes whose plateau efficiency is at least that of `reference`. Undefined if it
 * never gets that high.
 */
export function atEfficiency(
  metrics: SegmentMetrics,
  reference: ThresholdMetrics,
): ThresholdMetrics | undefined {
  const wanted = reference.plateau?.value ?? Number.POSITIVE_INFINITY;
  return metrics.thresholds.findLast((point) => (point.plateau?.value ?? 0) >= wanted);
}
