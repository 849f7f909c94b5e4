import { classifyVoxels, type VoxelClass } from "../chamber/classify.js";
import { drawChamber, FULL, ZOOM } from "../chamber/draw.js";
import { activityWindows, wholeChamber } from "../chamber/windows.js";
import type { DisplayMuon, EventDisplay, MuonEvaluation } from "../data.js";
import { number, plural } from "../format.js";
import { html } from "../html.js";
import { missing, type Section } from "./section.js";

const LEGEND: readonly (readonly [VoxelClass, string])[] = [
  ["marked-true", "muon's, marked by the network"],
  ["missed-true", "muon's, not marked"],
  ["marked-false", "marked, not a muon's"],
  ["hit", "other hit"],
];

const legend = html`<ul class="legend">${LEGEND.map(
  ([kind, text]) =>
    html`<li><svg class="chamber" width="16" height="16" aria-hidden="true"><path class="${kind}" d="M2 2h12v12h-12z"/>${kind === "marked-false" && html`<path class="cross" d="M5 5l6 6m0 -6l-6 6"/>`}</svg>${text}</li>`,
)}<li><svg class="chamber" width="16" height="16" aria-hidden="true"><line class="track" x1="4" y1="15" x2="12" y2="1"/></svg>true muon's line</li></ul>`;

function muonText({ pt, eta, charge, voxels }: DisplayMuon): string {
  return `${charge > 0 ? "μ⁺" : "μ⁻"} of ${number(pt, 3)} GeV at |η| = ${number(Math.abs(eta), 3)}, ${plural(voxels.length, "voxel")}`;
}

/** One event: what is in it, close views of the places with a muon or a mark, and the whole chamber. */
function eventFigure(event: EventDisplay) {
  const voxels = classifyVoxels(event);
  const { windows, left } = activityWindows(voxels, event);
  const of = (kind: VoxelClass) => voxels.filter((voxel) => voxel.kind === kind).length;
  const truth = of("marked-true") + of("missed-true");
  const muons = event.muons.length === 0 ? "No muon" : event.muons.map(muonText).join("; ");
  const summary = [
    truth > 0 && `${of("marked-true")} of ${plural(truth, "true voxel")} marked`,
    `${of("marked-false") === 0 ? "no voxel" : plural(of("marked-false"), "voxel")} marked without a muon`,
    of("hit") === 0 ? "no other hit" : plural(of("hit"), "other hit"),
  ]
    .filter((part) => part !== false)
    .join(", ");
  return html`<figure class="event"><h3>${event.title}</h3>
<p>${event.note !== undefined && html`${event.note} `}${muons}. ${summary[0].toUpperCase()}${summary.slice(1)}.</p>
<div class="zooms">${windows.map((window) =>
    drawChamber(
      event,
      voxels,
      window,
      ZOOM,
      `${event.title}: partitions ${window.partitions[0] + 1} to ${window.partitions[1] + 1}, strips ${window.strips[0]} to ${window.strips[1]}`,
    ),
  )}</div>
${left > 0 && html`<p class="note">${plural(left, "more place")} with marked voxels ${left === 1 ? "stands" : "stand"} in the full view only.</p>`}
<div class="scroll wide">${drawChamber(event, voxels, wholeChamber(event), FULL, `${event.title}: the whole chamber`)}</div>
</figure>\n`;
}

export function muonEventsSection(evaluation: MuonEvaluation | undefined): Section {
  const events = evaluation?.displays ?? [];
  const frame = (body: Section["body"]): Section => ({ id: "events", title: "Events", body });
  if (events.length === 0) {
    return frame(
      missing("No event is displayed.", html`<code>l1c eval BUILD --events FILE</code> adds event displays.`),
    );
  }
  return frame(html`<p>One chamber in one bunch crossing: each panel is a partition, partition 1 outermost; its rows are the ${events[0].layers} layers, layer 1, nearest to the interaction point, at the bottom. The close views show the strips around true muons and marks.</p>
${legend}
${events.map(eventFigure)}`);
}
