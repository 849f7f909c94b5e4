import type { LayerRow, ReportData } from "../data.js";
import { count, percent, shape } from "../format.js";
import { html, type Part } from "../html.js";
import { missing, type Section, table } from "./section.js";

const optional = (n: number | undefined): Part => (n === undefined ? "–" : count(n));

/** Sum of what is known of a column; undefined when nothing is. */
function total(rows: readonly LayerRow[], value: (row: LayerRow) => number | undefined): number | undefined {
  const known = rows.map(value).filter((n) => n !== undefined);
  return known.length === 0 ? undefined : known.reduce((a, b) => a + b, 0);
}

function weights({ weights: w, weightType }: LayerRow): Part {
  if (w === undefined) return "–";
  const type = weightType !== undefined && html`<br><code>${weightType}</code>`;
  return html`${count(w.nonzero)} of ${count(w.total)} <small>${percent(w.nonzero, w.total)}</small>${type}`;
}

export function layersSection(data: ReportData): Section {
  const { layers, hardware } = data;
  if (layers.length === 0) {
    return { id: "layers", title: "Layers", body: missing("No layers are listed.", "The model has none.") };
  }
  const cycles = total(layers, (row) => row.latencyCycles);
  return {
    id: "layers",
    title: "Layers",
    body: html`<p>In the order of the data. Instances are copies of a layer's module in the firmware; LUT, FF and block RAM are of all of them together (${hardware.resourcesBy}).</p>
${table(
  [
    { title: "Layer" },
    { title: "Operation" },
    { title: "Output" },
    { title: "Nonzero weights" },
    { title: "Window" },
    { title: "Instances", numeric: true },
    { title: "Cycles", numeric: true },
    { title: "LUT", numeric: true },
    { title: "FF", numeric: true },
    { title: "Block RAM", numeric: true },
  ],
  layers.map((row) => [
    html`<code>${row.name}</code>`,
    row.operation,
    html`${shape(row.shape)}<br><code>${row.type}</code>`,
    weights(row),
    row.window === undefined ? "–" : shape(row.window),
    optional(row.instances),
    optional(row.latencyCycles),
    optional(row.lut),
    optional(row.ff),
    optional(row.bram),
  ]),
  [
    "All layers",
    "",
    "",
    optional(total(layers, (row) => row.weights?.nonzero)),
    "",
    "",
    optional(cycles),
    optional(total(layers, (row) => row.lut)),
    optional(total(layers, (row) => row.ff)),
    optional(total(layers, (row) => row.bram)),
  ],
)}
${
  cycles !== undefined &&
  cycles !== hardware.latencyCycles &&
  html`<p class="note">The latency of the whole is ${count(hardware.latencyCycles)} cycles; the layers account for ${count(cycles)} of them.</p>`
}${data.notes !== undefined && data.notes.length > 0 && html`<h3>Notes</h3><ul>${data.notes.map(({ where, message }) => html`<li>${where}: ${message}</li>`)}</ul>`}`,
  };
}
