import { invariant } from "../ir/errors.js";
import type { ThresholdMetrics } from "../physics/muon/metrics.js";
import type { Evaluated } from "./data.js";
import { number } from "./format.js";
import { roleName } from "./role-names.js";

/** Name of an algorithm in legends and tables. */
export function labelOf(algorithm: Evaluated): string {
  return algorithm.label ?? roleName(algorithm.role);
}

/** The numbers at the working point. */
export function chosenOf({ metrics, chosen }: Evaluated): ThresholdMetrics {
  const point = metrics.thresholds[chosen];
  invariant(point, `working point ${chosen} of ${metrics.thresholds.length} thresholds`);
  return point;
}

/** A threshold in words. */
export function settingAt(algorithm: Evaluated, threshold: number): string {
  return (
    algorithm.names?.find((name) => name.threshold === threshold)?.name ?? `threshold ${number(threshold)}`
  );
}

/** The working point in words. */
export function settingOf(algorithm: Evaluated): string {
  return settingAt(algorithm, chosenOf(algorithm).threshold);
}
