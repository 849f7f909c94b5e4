import type { SegmentMetrics } from "./metrics.js";

/** The index of the threshold in `metrics` that equals `threshold`; -1 if there is none. */
export function indexOfThreshold(metrics: SegmentMetrics, threshold: number): number {
  return metrics.thresholds.findIndex((point) => point.threshold === threshold);
}

/**
 * The index of the working point whose fake rate is the largest that does not exceed `fakes` fake segments: the point
 * at which two algorithms compare at equal fake rate without favour to this one. The last one if all exceed it.
 */
export function atFakeRate(metrics: SegmentMetrics, fakes: number): number {
  const found = metrics.thresholds.findIndex((point) => point.fakes <= fakes);
  return found < 0 ? metrics.thresholds.length - 1 : found;
}
