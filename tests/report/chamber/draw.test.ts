import { describe, expect, it } from "vitest";
import { classifyVoxels } from "../../../src/report/chamber/classify.js";
import { drawChamber, FULL, type Scale, ZOOM } from "../../../src/report/chamber/draw.js";
import { activityWindows, type Window, wholeChamber } from "../../../src/report/chamber/windows.js";
import type { EventDisplay } from "../../../src/report/data.js";
import { display } from "../example.js";

const draw = (event: EventDisplay, window: Window, scale: Scale) =>
  drawChamber(event, classifyVoxels(event), window, scale, "a <chamber>").html;

/** Voxels of a class that are drawn. */
function cells(svg: string, kind: string): number {
  const d = new RegExp(`<path class="${kind}" d="([^"]*)"`).exec(svg)![1];
  return d.split("M").length - 1;
}

describe("drawChamber", () => {
  const event = display("two muons", 5, [0, 0, 1], 1);
  const voxels = classifyVoxels(event);

  it("draws every voxel of the whole chamber once, by its class", () => {
    const svg = draw(event, wholeChamber(event), FULL);
    for (const kind of ["hit", "missed-true", "marked-false", "marked-true"]) {
      const expected = voxels.filter((v) => v.kind === kind).length;
      expect(expected).toBeGreaterThan(0);
      expect(cells(svg, kind)).toBe(expected);
    }
    expect(svg.match(/class="panel"/g)).toHaveLength(8);
    expect(svg).toContain('aria-label="a &lt;chamber&gt;"');
  });

  it("draws only what lies in the window, and the muon's line in each partition that it crosses", () => {
    const crossing = display("crossing", 16, [0, 1, 0], 1);
    const all = classifyVoxels(crossing);
    const [window] = activityWindows(all, crossing).windows;
    const svg = draw(crossing, window, ZOOM);
    const inside = all.filter(
      ({ kind, strip, partition }) =>
        kind === "hit" &&
        strip >= window.strips[0] &&
        strip <= window.strips[1] &&
        partition >= window.partitions[0] &&
        partition <= window.partitions[1],
    );
    expect(cells(svg, "hit")).toBe(inside.length);
    const crossed = new Set(
      all.filter(({ kind }) => kind.endsWith("-true")).map(({ partition }) => partition),
    );
    expect(crossed.size).toBe(2);
    expect(svg.match(/class="track"/g)).toHaveLength(2);
  });

  it("keeps every coordinate inside the picture", () => {
    const svg = draw(event, wholeChamber(event), FULL);
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.map(Number);
    for (const [, x, y] of svg.matchAll(/M([\d.-]+) ([\d.-]+)/g)) {
      expect(Number(x)).toBeGreaterThan(0);
      expect(Number(x)).toBeLessThan(width);
      expect(Number(y)).toBeGreaterThan(0);
      expect(Number(y)).toBeLessThan(height);
    }
  });

  it("puts layer 1 at the bottom of its partition and the strip at its place", () => {
    const one = { ...event, hits: [(2 * 384 + 10) * 6], marked: [], muons: [] };
    const svg = draw(one, { strips: [0, 29], partitions: [2, 2] }, { ...FULL, cell: [10, 10] });
    // Left margin 74, top margin 6: strip 10 at x = 174, layer 1 in the sixth row at y = 56.
    expect(svg).toContain('<path class="hit" d="M174 56h10v10h-10z"/>');
  });
});
