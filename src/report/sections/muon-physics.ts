import { MATCH } from "../../physics/muon/metrics.js";
import { chosenOf, labelOf, settingAt, settingOf } from "../algorithm.js";
import type { MuonEvaluation, Physics } from "../data.js";
import { count, percent, withInterval } from "../format.js";
import { html } from "../html.js";
import type { MuonPlotName, Plot } from "../plots/index.js";
import { missing, plotFigure, type Section, table } from "./section.js";

/** Efficiency and fake rate of each algorithm at its working point. */
function workingPoints(physics: Physics) {
  return table(
    [
      { title: "Algorithm" },
      { title: "Working point" },
      { title: "Efficiency", numeric: true },
      { title: "Interval", numeric: true },
      { title: "Fake rate", numeric: true },
      { title: "Interval", numeric: true },
      { title: "Fakes", numeric: true },
      { title: "Voxel purity", numeric: true },
    ],
    physics.algorithms.map((algorithm) => {
      const { plateau, fakeRate, fakes, markedVoxels, markedTrueVoxels } = chosenOf(algorithm);
      const [e, f] = [withInterval(plateau), withInterval(fakeRate)];
      return [
        html`<span class="dot ${algorithm.role}"></span>${labelOf(algorithm)}`,
        html`<span class="wrap">${settingOf(algorithm)}</span>`,
        e.value,
        e.interval,
        f.value,
        f.interval,
        count(fakes),
        markedVoxels === 0 ? "–" : (markedTrueVoxels / markedVoxels).toFixed(3),
      ];
    }),
  );
}

/** The network held to the road masks' fake rate, and to their efficiency. */
function equalTerms({ equalTerms: comparisons, algorithms }: Physics) {
  if (comparisons === undefined || comparisons.length === 0) return false;
  const rows = comparisons.flatMap(({ title, points }) =>
    points.map(({ role, point }, i) => {
      const algorithm = algorithms.find((other) => other.role === role);
      const name = algorithm === undefined ? role : labelOf(algorithm);
      const [e, f] = [withInterval(point?.plateau ?? null), withInterval(point?.fakeRate ?? null)];
      const setting =
        point === null || algorithm === undefined ? "not reached" : settingAt(algorithm, point.threshold);
      return [
        i === 0 ? title : "",
        html`<span class="dot ${role}"></span>${name}`,
        setting,
        e.value,
        e.interval,
        f.value,
        f.interval,
      ];
    }),
  );
  return html`<h3>On equal terms with the road masks</h3>
${table(
  [
    { title: "" },
    { title: "Algorithm" },
    { title: "Working point" },
    { title: "Efficiency", numeric: true },
    { title: "Interval", numeric: true },
    { title: "Fake rate", numeric: true },
    { title: "Interval", numeric: true },
  ],
  rows,
)}`;
}

/** What the numbers mean, in words. */
function definitions({ sample, algorithms }: Physics) {
  const { images, plateauRange, level, definition } = algorithms[0].metrics;
  const { muons } = chosenOf(algorithms[0]);
  return html`<p>${sample}: ${count(images)} chamber images, ${count(muons)} muons.</p>
<p>A muon is found when more than ${MATCH.numerator / MATCH.denominator} of its true voxels are marked; the efficiency is the part found of the muons with pT from ${plateauRange[0]} to ${plateauRange[1]} GeV.
A segment is a connected set of marked voxels in at least ${definition.minLayers} layers, a fake one without any true voxel; the fake rate is the number of fakes per chamber and bunch crossing.
The voxel purity is the part of the marked voxels that belong to a muon. Intervals are at ${percent(level, 1)}: Clopper–Pearson for efficiencies, Garwood for fake rates.</p>`;
}

const CAPTIONS = {
  "efficiency-pt":
    "At the working points above. The points of one bin are drawn side by side; the bars are Clopper–Pearson intervals.",
  "fake-rate-threshold":
    "Per chamber. The band is the interval. Hollow triangles: no fake was seen; the triangle stands at the upper limit.",
  "efficiency-fake-rate":
    "Per chamber. Each small point is one threshold, each large one the working point chosen. Hollow triangles: no fake was seen; the triangle stands at the upper limit.",
} as const satisfies Record<MuonPlotName, string>;

export function muonPhysicsSection(evaluation: MuonEvaluation | undefined, plots: readonly Plot[]): Section {
  const physics = evaluation?.physics;
  const frame = (body: Section["body"]): Section => ({ id: "physics", title: "Physics", body });
  if (physics === undefined || physics.algorithms.length === 0) {
    return frame(
      missing(
        "The physics was not evaluated.",
        html`<code>l1c eval BUILD --events FILE</code> adds efficiency and fake rate.`,
      ),
    );
  }
  return frame(html`${definitions(physics)}
${workingPoints(physics)}
${equalTerms(physics)}
${plots.map((plot) => plotFigure(plot, CAPTIONS[plot.name as MuonPlotName]))}`);
}
