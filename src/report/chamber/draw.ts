import type { DisplayMuon, EventDisplay } from "../data.js";
import { type Html, html, raw } from "../html.js";
import { VOXEL_CLASSES, type Voxel, type VoxelClass } from "./classify.js";
import type { Window } from "./windows.js";

/** How large a window is drawn, in pixels. */
export interface Scale {
  /** Size of a voxel. */
  readonly cell: readonly [number, number];
  /** Between two partitions. */
  readonly gap: number;
  /** Strips between two ticks. */
  readonly tick: number;
  /** Whether layers are labelled, false marks crossed out and tracks drawn: only where voxels are large. */
  readonly detailed: boolean;
}

export const FULL: Scale = { cell: [2.55, 5], gap: 6, tick: 48, detailed: false };
export const ZOOM: Scale = { cell: [13.5, 12], gap: 10, tick: 10, detailed: true };

const LEFT = { full: 74, detailed: 92 };
const RIGHT = 12;
const TOP = 6;
const BOTTOM = 40;

/** Coordinates at two decimals. */
const at = (x: number): number => Math.round(x * 100) / 100;

/**
 * Draws a window of a chamber as SVG: one panel per partition, partition 1 (lowest |η|, outermost) on top; in
 * each panel one row per layer, layer 1 (nearest to the interaction point) at the bottom; strips to the right.
 * The straight line of each true muon is drawn over the panels that it crosses, where the voxels are large. Colours come from the page's
 * style sheet, by the class of each voxel.
 */
export function drawChamber(
  event: EventDisplay,
  voxels: readonly Voxel[],
  window: Window,
  scale: Scale,
  label: string,
): Html {
  const [first, last] = window.strips;
  const [inner, outer] = window.partitions;
  const [width, height] = scale.cell;
  const left = scale.detailed ? LEFT.detailed : LEFT.full;
  const panel = event.layers * height;
  const x = (strip: number) => at(left + (strip - first) * width);
  const top = (partition: number) => TOP + (partition - inner) * (panel + scale.gap);
  /** Upper edge of a layer's row; fractional layers lie between. */
  const y = (partition: number, layer: number) => at(top(partition) + (event.layers - 1 - layer) * height);
  const right = x(last + 1);
  const bottom = top(outer) + panel;
  const partitions = Array.from({ length: outer - inner + 1 }, (_, i) => inner + i);

  const inside = voxels.filter(
    ({ strip, partition }) => strip >= first && strip <= last && partition >= inner && partition <= outer,
  );
  const inset = scale.detailed ? 0.75 : 0;
  const cells = (kind: VoxelClass) =>
    inside
      .filter((voxel) => voxel.kind === kind)
      .map(
        ({ strip, partition, layer }) =>
          `M${at(x(strip) + inset)} ${at(y(partition, layer) + inset)}h${at(width - 2 * inset)}` +
          `v${at(height - 2 * inset)}h${at(2 * inset - width)}z`,
      )
      .join("");
  const crosses = inside
    .filter(({ kind }) => scale.detailed && kind === "marked-false")
    .map(({ strip, partition, layer }) => {
      const [px, py] = [at(x(strip) + 3), at(y(partition, layer) + 3)];
      const [w, h] = [width - 6, height - 6];
      return `M${px} ${py}l${w} ${h}m0 ${-h}l${-w} ${h}`;
    })
    .join("");

  const ticks = Array.from({ length: last + 2 - first }, (_, i) => first + i).filter(
    (strip) => strip % scale.tick === 0,
  );
  const middle = (event.layers - 1) / 2;
  const track = (muon: DisplayMuon) =>
    partitions.flatMap((partition) => {
      const layers = muon.voxels
        .filter((voxel) => Math.floor(voxel / (event.layers * event.strips)) === partition)
        .map((voxel) => voxel % event.layers);
      if (layers.length === 0) return [];
      const end = (layer: number) => ({
        x: x(muon.strip + muon.slope * (layer - middle)),
        y: at(y(partition, layer) + height / 2),
      });
      const [a, b] = [end(Math.min(...layers) - 0.5), end(Math.max(...layers) + 0.5)];
      const outside = (px: number) => px < left || px > right;
      if (outside(a.x) || outside(b.x)) return [];
      return ["halo", "track"].map(
        (kind) => html`<line class="${kind}" x1="${a.x}" y1="${a.y}" x2="${b.x}" y2="${b.y}"/>`,
      );
    });

  const size = `${Math.ceil(right + RIGHT)} ${bottom + BOTTOM}`;
  return html`<svg class="chamber" role="img" aria-label="${label}" viewBox="0 0 ${size}" width="${Math.ceil(right + RIGHT)}" height="${bottom + BOTTOM}">
${partitions.map(
  (
    partition,
  ) => html`<rect class="panel" x="${left}" y="${top(partition)}" width="${at(right - left)}" height="${panel}"/>
<text class="name" x="${left - (scale.detailed ? 26 : 8)}" y="${at(top(partition) + panel / 2)}" text-anchor="end" dominant-baseline="central">partition ${partition + 1}</text>
${
  scale.detailed &&
  html`<text class="tick" x="${left - 7}" y="${at(y(partition, 0) + height / 2)}" text-anchor="end" dominant-baseline="central">1</text><text class="tick" x="${left - 7}" y="${at(y(partition, event.layers - 1) + height / 2)}" text-anchor="end" dominant-baseline="central">${event.layers}</text>`
}`,
)}
${ticks.map(
  (strip) =>
    html`<line class="axis" x1="${x(strip)}" x2="${x(strip)}" y1="${bottom}" y2="${bottom + 5}"/><text class="tick" x="${x(strip)}" y="${bottom + 17}" text-anchor="middle">${strip}</text>`,
)}
<text class="title" x="${at((left + right) / 2)}" y="${bottom + 34}" text-anchor="middle">strip</text>
${VOXEL_CLASSES.map((kind) => html`<path class="${kind}" d="${raw(cells(kind))}"/>`)}
${crosses !== "" && html`<path class="cross" d="${raw(crosses)}"/>`}
${scale.detailed && event.muons.map(track)}
</svg>`;
}
