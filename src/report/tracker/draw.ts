import { EDGE_CLASSES, type EdgeClass, type TrackerDisplay } from "../data.js";
import { type Html, html, raw } from "../html.js";

/** Pixels of the drawing's longer side, of its margins, and between ticks at least. */
const SIZE = { width: 520, height: 420 };
const MARGIN = { left: 58, right: 14, top: 10, bottom: 44 };
const TICK = 55;

/** Coordinates at two decimals. */
const at = (x: number): number => Math.round(x * 100) / 100;

interface Projection {
  readonly label: string;
  readonly axes: readonly [x: string, y: string];
  readonly of: (hit: TrackerDisplay["hits"][number]) => readonly [number, number];
  /** Whether a millimetre is as long along both axes. */
  readonly equal: boolean;
}

/** Along the beam, the middle of the sector upwards; and from the side. */
export const TRANSVERSE: Projection = {
  label: "transverse plane",
  axes: ["across the sector, mm", "along its middle, mm"],
  of: ({ r, phi }) => [r * Math.sin(phi), r * Math.cos(phi)],
  equal: true,
};
export const LONGITUDINAL: Projection = {
  label: "r against z",
  axes: ["z, mm", "r, mm"],
  of: ({ r, z }) => [z, r],
  equal: false,
};

/** Draws hits and edges of a graph as SVG. Colours come from the page's style sheet, by the class of each edge. */
export function drawGraph({ title, hits, edges }: TrackerDisplay, projection: Projection): Html {
  const points = hits.map(projection.of);
  const scale = scales(points, projection.equal);
  const [x, y] = [(p: number) => at(scale.x(p)), (p: number) => at(scale.y(p))];
  const lines = (kind: EdgeClass) =>
    edges
      .filter((edge) => edge.kind === kind)
      .map(({ from, to }) => {
        const [a, b] = [points[from], points[to]];
        return `M${x(a[0])} ${y(a[1])}L${x(b[0])} ${y(b[1])}`;
      })
      .join("");
  const { width, height } = scale;
  const bottom = height - MARGIN.bottom;
  return html`<svg class="graph" role="img" aria-label="${title}: ${projection.label}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<rect class="panel" x="${MARGIN.left}" y="${MARGIN.top}" width="${width - MARGIN.left - MARGIN.right}" height="${bottom - MARGIN.top}"/>
${scale.ticks.x.map((tick) => html`<line class="axis" x1="${x(tick)}" x2="${x(tick)}" y1="${bottom}" y2="${bottom + 5}"/><text class="tick" x="${x(tick)}" y="${bottom + 18}" text-anchor="middle">${label(tick)}</text>`)}
${scale.ticks.y.map((tick) => html`<line class="axis" x1="${MARGIN.left - 5}" x2="${MARGIN.left}" y1="${y(tick)}" y2="${y(tick)}"/><text class="tick" x="${MARGIN.left - 8}" y="${y(tick)}" text-anchor="end" dominant-baseline="central">${label(tick)}</text>`)}
<text class="title" x="${at((MARGIN.left + width - MARGIN.right) / 2)}" y="${height - 8}" text-anchor="middle">${projection.axes[0]}</text>
<text class="title" transform="translate(13 ${at((MARGIN.top + bottom) / 2)}) rotate(-90)" text-anchor="middle">${projection.axes[1]}</text>
${EDGE_CLASSES.map((kind) => html`<path class="edge ${kind}" d="${raw(lines(kind))}"/>`)}
${hits.map(({ noise }, h) => html`<circle class="${noise ? "noise" : "hit"}" cx="${x(points[h][0])}" cy="${y(points[h][1])}" r="2.2"/>`)}
</svg>`;
}

const label = (tick: number) => String(tick).replace("-", "−");

/** From millimetres to pixels, so that all points lie inside, and ticks at round numbers. */
function scales(points: readonly (readonly [number, number])[], equal: boolean) {
  const range = (axis: 0 | 1): readonly [number, number] => {
    const values = points.map((point) => point[axis]);
    const [low, high] = values.length === 0 ? [0, 1] : [Math.min(...values), Math.max(...values)];
    const room = Math.max((high - low) * 0.04, 1);
    return [low - room, high + room];
  };
  const [u, v] = [range(0), range(1)];
  const inner = {
    width: SIZE.width - MARGIN.left - MARGIN.right,
    height: SIZE.height - MARGIN.top - MARGIN.bottom,
  };
  const each = { x: inner.width / (u[1] - u[0]), y: inner.height / (v[1] - v[0]) };
  const one = Math.min(each.x, each.y);
  const factor = equal ? { x: one, y: one } : each;
  // Of equal scales the narrower side is made wide enough for its axis.
  const width = Math.max(Math.ceil((u[1] - u[0]) * factor.x), 160) + MARGIN.left + MARGIN.right;
  const height = Math.max(Math.ceil((v[1] - v[0]) * factor.y), 120) + MARGIN.top + MARGIN.bottom;
  const middle = { x: (u[0] + u[1]) / 2, y: (v[0] + v[1]) / 2 };
  const centre = {
    x: MARGIN.left + (width - MARGIN.left - MARGIN.right) / 2,
    y: MARGIN.top + (height - MARGIN.top - MARGIN.bottom) / 2,
  };
  return {
    ...{ width, height },
    x: (p: number) => centre.x + (p - middle.x) * factor.x,
    y: (p: number) => centre.y - (p - middle.y) * factor.y,
    ticks: { x: ticks(u, factor.x), y: ticks(v, factor.y) },
  };
}

/** Round numbers in a range, at least as many pixels apart as their labels need. */
function ticks([low, high]: readonly [number, number], pixels: number): readonly number[] {
  const least = TICK / pixels;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = ([1, 2, 5, 10].find((m) => m * power >= least) as number) * power;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}
