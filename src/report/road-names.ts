import { BASELINE_THRESHOLDS, MIN_LAYERS, roadScore } from "../physics/muon/baseline.js";
import { LAYERS } from "../physics/muon/geometry.js";
import type { ThresholdName } from "./data.js";

/** What the score of a road at each of the baseline's thresholds asks for, in words. */
export function roadNames(): readonly ThresholdName[] {
  const step = roadScore(1, 0);
  return BASELINE_THRESHOLDS.map((threshold) => {
    const layers = Math.floor(threshold / step);
    const straightness = threshold % step;
    if (straightness === 1) {
      const name = layers === LAYERS ? `${layers} layers` : `≥ ${layers} layers`;
      return { threshold, name, inPlots: layers >= MIN_LAYERS };
    }
    const least = `${layers} layers with straightness ≥ ${straightness}`;
    return { threshold, name: layers === LAYERS ? least : `> ${layers} layers, or ${least}`, inPlots: false };
  });
}
