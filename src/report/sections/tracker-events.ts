import { EDGE_CLASSES, type EdgeClass, type TrackerDisplay, type TrackerEvaluation } from "../data.js";
import { plural } from "../format.js";
import { html } from "../html.js";
import { drawGraph, LONGITUDINAL, TRANSVERSE } from "../tracker/draw.js";
import { missing, type Section } from "./section.js";

const LEGEND: Readonly<Record<EdgeClass, string>> = {
  true: "true edge, taken",
  missed: "true edge, not taken",
  false: "false edge, taken",
  rejected: "false edge, not taken",
};

const legend = html`<ul class="legend">${[...EDGE_CLASSES]
  .reverse()
  .map(
    (kind) =>
      html`<li><svg class="graph" width="26" height="16" aria-hidden="true"><path class="edge ${kind}" d="M2 8h22"/></svg>${LEGEND[kind]}</li>`,
  )}<li><svg class="graph" width="16" height="16" aria-hidden="true"><circle class="hit" cx="8" cy="8" r="3"/></svg>hit of a particle</li><li><svg class="graph" width="16" height="16" aria-hidden="true"><circle class="noise" cx="8" cy="8" r="3"/></svg>noise</li></ul>`;

function graphFigure(display: TrackerDisplay) {
  const of = (kind: EdgeClass) => display.edges.filter((edge) => edge.kind === kind).length;
  const truth = of("true") + of("missed");
  return html`<figure class="event"><h3>${display.title}</h3>
<p>${plural(display.hits.length, "hit")}. ${of("true")} of ${plural(truth, "true edge")} taken; ${of("false")} of ${plural(of("false") + of("rejected"), "false edge")} taken.</p>
<div class="zooms">${drawGraph(display, TRANSVERSE)}${drawGraph(display, LONGITUDINAL)}</div>
</figure>\n`;
}

export function trackerEventsSection({ displays }: TrackerEvaluation): Section {
  const frame = (body: Section["body"]): Section => ({ id: "events", title: "Events", body });
  if (displays.length === 0) {
    return frame(
      missing(
        "No graph is displayed.",
        "None of the sample has hits in r, φ, z and enough edges to look at.",
      ),
    );
  }
  return frame(html`<p>A graph is one sector of the barrel: on the left seen along the beam, the middle of the sector upwards; on the right from the side, each axis in its own scale.</p>
${legend}
${displays.map(graphFigure)}`);
}
