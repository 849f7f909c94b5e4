import type { TopLevelSpec } from "vega-lite";
import { chosenOf } from "../algorithm.js";
import type { Evaluation, Physics, TrackerPhysics } from "../data.js";
import { edgesAgainstThreshold } from "./edges-threshold.js";
import { efficiencyAgainstFakeRate } from "./efficiency-fake-rate.js";
import { efficiencyAgainstPt } from "./efficiency-pt.js";
import { fakeRateAgainstThreshold } from "./fake-rate-threshold.js";
import { renderSvg } from "./render.js";
import { rocOfEdges } from "./roc.js";
import { scoreDistribution } from "./scores.js";

/** A rendered plot. */
export interface Plot {
  /** Also the name of its file, without the suffix. */
  readonly name: PlotName;
  readonly title: string;
  /** An SVG document. */
  readonly svg: string;
}

interface PlotKind<P> {
  readonly title: string;
  readonly spec: (physics: P) => TopLevelSpec;
  /** Whether there is anything to plot. */
  readonly has: (physics: P) => boolean;
}

/** Every plot of muons, in the order of the report. */
const MUON_PLOTS = {
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
} satisfies Readonly<Record<string, PlotKind<Physics>>>;

/** Every plot of tracker graphs, in the order of the report. */
const TRACKER_PLOTS = {
  roc: {
    title: "True edges taken against false ones",
    spec: rocOfEdges,
    has: ({ algorithms }) => algorithms.some(({ roc }) => roc.length > 0),
  },
  "edges-threshold": {
    title: "Efficiency, purity and accuracy against threshold",
    spec: edgesAgainstThreshold,
    has: ({ algorithms }) =>
      algorithms.some(({ thresholds }) => thresholds.some(({ accuracy }) => accuracy !== null)),
  },
  scores: {
    title: "Distribution of the scores",
    spec: scoreDistribution,
    has: ({ edges }) => edges > 0,
  },
} satisfies Readonly<Record<string, PlotKind<TrackerPhysics>>>;

export type MuonPlotName = keyof typeof MUON_PLOTS;
export type TrackerPlotName = keyof typeof TRACKER_PLOTS;
export type PlotName = MuonPlotName | TrackerPlotName;

/** Renders every plot for which there are numbers. */
export function renderPlots({
  task,
  physics,
}: Pick<Evaluation, "task" | "physics">): Promise<readonly Plot[]> {
  // The physics is that of the task.
  return task === "muon"
    ? render(MUON_PLOTS, physics as Physics)
    : render(TRACKER_PLOTS, physics as TrackerPhysics);
}

async function render<P>(kinds: Readonly<Record<string, PlotKind<P>>>, physics: P): Promise<readonly Plot[]> {
  const plots: Plot[] = [];
  for (const [name, { title, spec, has }] of Object.entries(kinds)) {
    if (has(physics))
      plots.push({ name: name as PlotName, title, svg: await renderSvg(spec(physics), name) });
  }
  return plots;
}
