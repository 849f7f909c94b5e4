import { ONE_SIGMA } from "../../statistics/intervals.js";
import type { TrackerEvaluation, TrackerPhysics } from "../data.js";
import { count, number, percent, plural, withInterval } from "../format.js";
import { html } from "../html.js";
import type { Plot, TrackerPlotName } from "../plots/index.js";
import { roleName } from "../role-names.js";
import { missing, plotFigure, type Section, table } from "./section.js";

const SOLID = "Solid lines: fixed point; dashed ones: float.";

const CAPTIONS = {
  roc: "Each curve goes through all thresholds. A perfect network lies on the upper edge.",
  "edges-threshold": `Efficiency: true edges taken, of the true ones; purity: true edges, of those taken; accuracy: edges decided rightly. ${SOLID}`,
  scores: `In bins of 0.02; edges that were cut away have no score. ${SOLID}`,
} as const satisfies Record<TrackerPlotName, string>;

/** The thresholds that tables show, with what they are. */
function shown({ working, best }: TrackerPhysics): readonly (readonly [title: string, index: number])[] {
  const chosen = ["working point", working] as const;
  return best === working ? [chosen] : [chosen, ["where float is most accurate", best]];
}

function edgeTable(physics: TrackerPhysics) {
  const { algorithms, flips } = physics;
  return table(
    [
      { title: "Threshold" },
      { title: "Algorithm" },
      { title: "Efficiency", numeric: true },
      { title: "Interval", numeric: true },
      { title: "Purity", numeric: true },
      { title: "Interval", numeric: true },
      { title: "Accuracy", numeric: true },
      { title: "Interval", numeric: true },
      { title: "Decided differently", numeric: true },
    ],
    shown(physics).flatMap(([title, t]) =>
      algorithms.map(({ role, thresholds }, i) => {
        const { threshold, efficiency, purity, accuracy } = thresholds[t];
        const cells = [efficiency, purity, accuracy].flatMap((estimate) => {
          const { value, interval } = withInterval(estimate);
          return [value, interval];
        });
        return [
          i === 0 ? html`${number(threshold)} <small>${title}</small>` : "",
          html`<span class="dot ${role}"></span>${roleName(role)}`,
          ...cells,
          role === "fixed" ? plural(flips[t], "edge") : "",
        ];
      }),
    ),
  );
}

function trackTable(physics: TrackerPhysics) {
  const { algorithms, particles, leastHits } = physics;
  if (particles === null || leastHits === null) {
    return html`<p>The sample does not say which particles the hits are of, so tracks are not judged.</p>`;
  }
  return html`<p>A track is what the edges taken join, with at least ${leastHits} hits; a particle counts with as many hits in its graph: ${plural(particles, "particle")}. Perfect: tracks with all hits of a particle and no others; double majority: with more than half of its hits, and more than half of their own from it; both over the particles. LHC: tracks with more than three quarters of their hits from one particle, over the tracks.</p>
${table(
  [
    { title: "Threshold" },
    { title: "Algorithm" },
    { title: "Tracks", numeric: true },
    { title: "Perfect", numeric: true },
    { title: "Interval", numeric: true },
    { title: "Double majority", numeric: true },
    { title: "Interval", numeric: true },
    { title: "LHC", numeric: true },
    { title: "Interval", numeric: true },
  ],
  shown(physics).flatMap(([title, t]) =>
    algorithms.map(({ role, thresholds }, i) => {
      const { threshold, tracks } = thresholds[t];
      const estimates = [tracks?.perfectEfficiency, tracks?.doubleMajorityEfficiency, tracks?.lhcEfficiency];
      return [
        i === 0 ? html`${number(threshold)} <small>${title}</small>` : "",
        html`<span class="dot ${role}"></span>${roleName(role)}`,
        count(tracks?.tracks ?? 0),
        ...estimates.flatMap((estimate) => {
          const { value, interval } = withInterval(estimate ?? null);
          return [value, interval];
        }),
      ];
    }),
  ),
)}`;
}

/** What was judged, and what the numbers mean. */
function definitions({ task: _, events, physics }: TrackerEvaluation) {
  const { sample, edges, trueEdges, cut, largest, algorithms } = physics;
  const areas = algorithms.map(
    ({ role, auc, aucError }) =>
      `${roleName(role)} ${auc === null ? "–" : auc.toFixed(5)}${aucError === null || aucError === 0 ? "" : ` ± ${number(aucError, 1)}`}`,
  );
  return html`<p>${sample}: ${plural(events, "graph")}, ${plural(edges, "edge")}, of which ${count(trueEdges)} join consecutive hits of a particle. ${cutText()}</p>
<p>Area under the receiver operating characteristic, ties counted half: ${areas.join(", ")}. An edge is taken when its score is at least the threshold, which is a probability. Intervals are Clopper–Pearson's at ${percent(ONE_SIGMA, 1)}.</p>`;

  function cutText(): string {
    const size = `The network takes ${largest.nodes} nodes and ${largest.edges} edges; `;
    if (cut.graphs === 0) return `${size}all graphs fit.`;
    return `${size}${plural(cut.graphs, "graph")} had more and lost ${plural(cut.nodes, "node")} and ${plural(cut.edges, "edge")}, ${count(cut.trueEdges)} of them true. These edges count as not taken.`;
  }
}

export function trackerPhysicsSection(
  evaluation: TrackerEvaluation | undefined,
  plots: readonly Plot[],
): Section {
  const frame = (body: Section["body"]): Section => ({ id: "physics", title: "Physics", body });
  if (evaluation === undefined) {
    return frame(
      missing(
        "The physics was not evaluated.",
        html`<code>l1c eval BUILD --events GRAPHS</code> adds efficiency, purity and tracks.`,
      ),
    );
  }
  const { physics } = evaluation;
  return frame(html`${definitions(evaluation)}
<h3>Edges</h3>
${edgeTable(physics)}
<h3>Tracks</h3>
${trackTable(physics)}
${plots.map((plot) => plotFigure(plot, CAPTIONS[plot.name as TrackerPlotName]))}`);
}
