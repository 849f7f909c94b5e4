import type { TopLevelSpec } from "vega-lite";
import { chosenOf } from "../algorithm.js";
import type { Physics } from "../data.js";
import { efficiencyAgainstFakeRate } from "./efficiency-fake-rate.js";
import { efficiencyAgainstPt } from "./efficiency-pt.js";
import { fakeRateAgainstThreshold } from "./fake-rate-threshold.js";
import { renderSvg } from "./render.js";

/** A rendered plot. */
export interface Plot {
  /** Also the name of its file, without the suffix. */
  readonly name: PlotName;
  readonly title: string;
  /** An SVG document. */
  readonly svg: string;
}

interface PlotKind {
  readonly title: string;
  readonly spec: (physics: Physics) => TopLevelSpec;
  /** Whether there is anything to plot. */
  readonly has: (physics: Physics) => boolean;
}

/** Every plot of the physics, in the order of the report. */
const PLOTS = {
  "efficiency-pt": {
    title: "Efficiency against transverse momentum",
    spec: efficiencyAgainstPt,
    has: ({ algorithms }) =>
      algorithms.some((algorithm) => chosenOf(algorithm).byPt.some(({ efficiency }) => efficiency !== null)),
  },
  "fake-rate-threshold": {
    title: "Fake rate against threshold",
    spec: fakeRateAgainstThreshold,
    has: ({ algorithms }) =>
      algorithms.some(
        ({ role, metrics }) =>
          role !== "baseline" &&
          metrics.thresholds.length > 1 &&
          metrics.thresholds.some(({ fakeRate }) => fakeRate !== null),
      ),
  },
  "efficiency-fake-rate": {
    title: "Efficiency against fake rate",
    spec: efficiencyAgainstFakeRate,
    has: ({ algorithms }) =>
      algorithms.some(({ metrics }) =>
        metrics.thresholds.some(({ fakeRate, plateau }) => fakeRate !== null && plateau !== null),
      ),
  },
} satisfies Readonly<Record<string, PlotKind>>;

export type PlotName = keyof typeof PLOTS;

/** Renders every plot for which there are numbers. */
export async function renderPlots(physics: Physics): Promise<readonly Plot[]> {
  const plots: Plot[] = [];
  for (const [name, { title, spec, has }] of Object.entries(PLOTS) as [PlotName, PlotKind][]) {
    if (has(physics)) plots.push({ name, title, svg: await renderSvg(spec(physics), name) });
  }
  return plots;
}
