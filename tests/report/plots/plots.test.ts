import { describe, expect, it } from "vitest";
import type { Evaluated, MuonEvaluation, Physics } from "../../../src/report/data.js";
import { type PlotName, renderPlots } from "../../../src/report/plots/index.js";
import { renderSvg } from "../../../src/report/plots/render.js";
import { ROLE_COLOUR } from "../../../src/report/plots/theme.js";
import { exampleReport } from "../example.js";

const { physics } = exampleReport().evaluation as MuonEvaluation;
const render = (of: Physics) => renderPlots({ task: "muon", physics: of });

async function plot(name: PlotName, of: Physics = physics): Promise<string> {
  return (await render(of)).find((p) => p.name === name)!.svg;
}

/** Shapes of the layers of marks of a plot that vega draws for one kind, in order; the legend is not among them. */
function marks(svg: string, kind: "symbol" | "rule" | "line" | "area" | "text"): string[][] {
  const groups = svg.matchAll(new RegExp(`<g class="mark-${kind} role-mark[^"]*"[^>]*>(.*?)</g>`, "gs"));
  return [...groups].map(([, body]) => body.match(/<(path|line|text)\b[^>]*>/g) ?? []);
}

const algorithm = (role: Evaluated["role"]): Evaluated => physics.algorithms.find((a) => a.role === role)!;
const filledBins = (a: Evaluated) =>
  a.metrics.thresholds[a.chosen].byPt.filter((b) => b.efficiency !== null).length;

describe("plots", () => {
  it("renders every plot, each as one SVG document with axis titles and units", async () => {
    const plots = await render(physics);
    expect(plots.map(({ name }) => name)).toEqual([
      "efficiency-pt",
      "fake-rate-threshold",
      "efficiency-fake-rate",
    ]);
    for (const { svg } of plots) {
      expect(svg).toMatch(/^<svg[^>]* xmlns="http:\/\/www.w3.org\/2000\/svg"/);
      expect(svg.trimEnd()).toMatch(/<\/svg>$/);
      expect(svg).not.toMatch(/NaN|undefined|<script/);
    }
    expect(await plot("efficiency-pt")).toMatch(/>true muon pT \(GeV\)<\/text>/);
    expect(await plot("fake-rate-threshold")).toMatch(/>threshold on the logit<\/text>/);
    expect(await plot("efficiency-fake-rate")).toMatch(/>fakes per bunch crossing<\/text>/);
  });

  it("draws one point and one error bar for each algorithm and bin with muons", async () => {
    const svg = await plot("efficiency-pt");
    const expected = physics.algorithms.reduce((sum, a) => sum + filledBins(a), 0);
    expect(filledBins(algorithm("fixed"))).toBeLessThan(algorithm("fixed").metrics.thresholds[0].byPt.length);
    expect(marks(svg, "symbol").map((m) => m.length)).toEqual([expected]);
    expect(marks(svg, "rule").map((m) => m.length)).toEqual([expected]);
    for (const role of ["fixed", "float", "baseline"] as const) {
      const own = marks(svg, "symbol")[0].filter((mark) => mark.includes(ROLE_COLOUR[role]));
      expect(own).toHaveLength(filledBins(algorithm(role)));
    }
  });

  it("puts each efficiency at its height", async () => {
    const svg = await plot("efficiency-pt");
    const at = (mark: string) => Number(/translate\([\d.]+,([\d.]+)\)/.exec(mark)![1]);
    const own = marks(svg, "symbol")[0]
      .filter((mark) => mark.includes(ROLE_COLOUR.baseline))
      .map(at);
    const values = algorithm("baseline").metrics.thresholds[algorithm("baseline").chosen].byPt.flatMap((b) =>
      b.efficiency === null ? [] : [b.efficiency.value],
    );
    // The axis goes from 0.7 at the bottom (320) to 1 on top (0).
    own.forEach((y, i) => {
      expect(y).toBeCloseTo(((1 - values[i]) / 0.3) * 320, 1);
    });
  });

  it("draws a line, points and limits of the fake rate, without the baseline, and marks the chosen threshold", async () => {
    const svg = await plot("fake-rate-threshold");
    const both = [algorithm("fixed"), algorithm("float")].flatMap((a) => a.metrics.thresholds);
    const none = both.filter(({ fakes }) => fakes === 0).length;
    expect(none).toBeGreaterThan(0);
    expect(marks(svg, "symbol").map((m) => m.length)).toEqual([both.length - none, none]);
    expect(marks(svg, "line").flat()).toHaveLength(2);
    expect(marks(svg, "area").flat()).toHaveLength(2);
    expect(marks(svg, "rule").flat()).toHaveLength(1);
    expect(svg).toMatch(/>chosen: 0<\/text>/);
    expect(svg).not.toContain(ROLE_COLOUR.baseline);
  });

  it("draws the efficiency against the fake rate with the names of the baseline's working points", async () => {
    const svg = await plot("efficiency-fake-rate");
    expect(marks(svg, "line").flat()).toHaveLength(3);
    for (const name of ["≥ 4 layers", "≥ 5 layers", "6 layers"]) expect(svg).toContain(`>${name}</text>`);
    const sizes = marks(svg, "symbol")[0].map((mark) => / d="M([\d.-]+),/.exec(mark)?.[1]);
    const fixed = marks(svg, "symbol")[0].flatMap((mark, i) =>
      mark.includes(ROLE_COLOUR.fixed) ? [sizes[i]] : [],
    );
    expect(new Set(fixed).size).toBe(2);
  });

  it("leaves out plots without numbers", async () => {
    const [fixed] = physics.algorithms;
    const point = { ...fixed.metrics.thresholds[0], fakeRate: null, plateau: null, byPt: [] };
    const empty = { ...fixed, chosen: 0, metrics: { ...fixed.metrics, thresholds: [point] } };
    expect(await render({ ...physics, algorithms: [empty] })).toEqual([]);
    expect(await render({ ...physics, algorithms: [] })).toEqual([]);
  });

  it("escapes labels and gives different plots different identifiers", async () => {
    const [fixed] = physics.algorithms;
    const svg = await plot("efficiency-pt", { ...physics, algorithms: [{ ...fixed, label: "<b>&" }] });
    expect(svg).toContain("&lt;b&gt;&amp;</text>");
    expect(svg).not.toContain("<b>");
    const plots = await render(physics);
    const ids = plots.flatMap((p) => [...p.svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    expect(ids.length).toBeGreaterThan(1);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { svg: text } of plots) {
      for (const [, id] of text.matchAll(/url\(#([^)]+)\)/g)) expect(text).toContain(` id="${id}"`);
    }
  });

  it("gives the same bytes again", async () => {
    expect(await render(physics)).toEqual(await render(physics));
  });

  it("refuses a specification that Vega-Lite has to correct", async () => {
    const wrong = { data: { values: [] }, mark: "point" as const, encoding: { text: { field: "a" } } };
    await expect(renderSvg(wrong, "wrong")).rejects.toThrow(/specification is wrong/);
  });
});
