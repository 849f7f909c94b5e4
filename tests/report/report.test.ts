import { describe, expect, it } from "vitest";
import type { MuonEvaluation, ReportData } from "../../src/report/data.js";
import { renderReport } from "../../src/report/report.js";
import { exampleReport } from "./example.js";
import { trackerReport } from "./tracker-example.js";

const data = exampleReport();
const evaluation = data.evaluation as MuonEvaluation;
const page = await renderReport(data);

/** The text of one section, without markup. */
function section(html: string, id: string): string {
  const body = new RegExp(`<section id="${id}">(.*?)</section>`, "s").exec(html)![1];
  return body
    .replaceAll(/<svg.*?<\/svg>/gs, "")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll("\u202f", " ")
    .replaceAll(/\s+/g, " ")
    .trim();
}

describe("renderReport", () => {
  it("is one document that needs no script and fetches nothing", () => {
    expect(page).toMatch(/^<!DOCTYPE html>\n<html lang="en">/);
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|\bon\w+="/i);
    expect(page).not.toMatch(/\b(src|href)="(?!#)/);
    expect(page.match(/url\((?!#)/g)).toBeNull();
    expect(page).not.toMatch(/undefined|NaN|\[object/);
  });

  it("closes every element, uses each identifier once, and links only to what is there", () => {
    const open: string[] = [];
    for (const [, close, name, self] of page.matchAll(/<(\/?)([a-zA-Z][\w-]*)[^>]*?(\/?)>/g)) {
      if (self === "/" || ["meta", "br"].includes(name)) continue;
      if (close === "/") expect(open.pop()).toBe(name);
      else open.push(name);
    }
    expect(open).toEqual([]);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of page.matchAll(/(?:href="|url\()#([^")]+)/g)) expect(ids).toContain(id);
  });

  it("has its sections in order and as many pictures as there are to show", () => {
    expect([...page.matchAll(/<section id="(\w+)">/g)].map(([, id]) => id)).toEqual([
      "summary",
      "physics",
      "events",
      "layers",
      "hardware",
      "reproducibility",
    ]);
    expect(page.match(/<figure class="plot">/g)).toHaveLength(3);
    expect(page.match(/<figure class="event">/g)).toHaveLength(evaluation.displays.length);
  });

  it("sums up: latency, interval, clock, device, verdict, efficiency and fake rate", () => {
    const text = section(page, "summary");
    expect(text).toContain(
      "Co-simulation equal. 1 000 events: every output bit, latency and interval equal.",
    );
    expect(text).toContain("Latency 41 cycles 128.1 ns");
    expect(text).toContain("Initiation interval 8 cycles 25 ns");
    expect(text).toContain("320 MHz xcvu13p-2");
    expect(text).toMatch(/Efficiency, fixed point 0\.98\d+ float 0\.98\d+ · road masks 0\.91\d+/);
    expect(text).toMatch(/Fake rate, fixed point 0\.0015\d* float 0\.0014\d* · road masks 0\.001\d+/);
  });

  it("lists layers, ports, resources and what reproduces it", () => {
    expect(section(page, "layers")).toContain("421 of 720");
    expect(section(page, "layers")).toMatch(/All layers 775 38 128 400 96 213/);
    const hardware = section(page, "hardware");
    for (const port of data.hardware.ports)
      expect(hardware).toContain(`${port.name} ${port.direction}put ${port.width === 1 ? 1 : "2 304"}`);
    expect(hardware).toContain("LUT 128 400 1 728 000 7.4 %");
    const provenance = section(page, "reproducibility");
    expect(provenance).toContain(data.provenance.model.sha256);
    for (const command of data.provenance.commands) expect(provenance).toContain(command);
  });

  it("gives the same bytes again, also from JSON", async () => {
    expect(await renderReport(JSON.parse(JSON.stringify(data)) as ReportData)).toBe(page);
  });
});

describe("a report of unequal firmware", () => {
  const cosim = data.cosim!;
  const difference = { event: 3, output: "mask", index: [2, 100, 5], bit: 0, expected: 1, found: 0 };

  it("names differing bits and never says equal", async () => {
    const html = await renderReport({
      ...data,
      cosim: { ...cosim, bitsDiffering: 7, differences: [difference] },
    });
    expect(section(html, "summary")).toContain(
      "Co-simulation differs. 1 000 events: 7 of 18 432 000 output bits differ.",
    );
    expect(section(html, "hardware")).toContain("3 mask [2, 100, 5] 0 1 0 The first 1 of 7 differences.");
  });

  it.each([
    ["a latency", { latencies: [41, 42] }, "latency promised 41 cycles, measured 41, 42"],
    ["an interval", { intervals: [9] }, "interval promised 8 cycles, measured 9"],
    ["a missing latency", { latencies: [] }, "no latency was measured"],
    ["control signals", { protocol: ["clock 7 is marked valid"] }, "the valid and first signals are wrong"],
    ["an empty comparison", { events: 0 }, "no event was compared"],
  ])("is told by %s", async (_, change, text) => {
    const summary = section(await renderReport({ ...data, cosim: { ...cosim, ...change } }), "summary");
    expect(summary).toContain(text);
    expect(summary).toContain("Co-simulation differs.");
  });
});

describe("a report of unequal parts", () => {
  it("says in words what is missing", async () => {
    const { evaluation: _e, cosim: _c, ...bare } = data;
    const html = await renderReport({
      ...bare,
      hardware: { ...bare.hardware, resources: {} },
      provenance: { model: bare.provenance.model, seeds: [], commands: [], files: [] },
    });
    expect(section(html, "summary")).toContain("Not verified. Co-simulation was not run.");
    expect(section(html, "physics")).toContain("The physics was not evaluated. l1c eval");
    expect(section(html, "events")).toContain("No event is displayed.");
    expect(section(html, "hardware")).toContain("Co-simulation was not run. l1c cosim");
    expect(section(html, "hardware")).toContain("Resources were not estimated.");
    expect(section(html, "hardware")).toContain("not measured");
    expect(section(html, "reproducibility")).toContain("No configuration file was given");
    expect(html).not.toMatch(/undefined|NaN|\[object/);
  });

  it("shows a chamber without any muon", async () => {
    const empty = { ...evaluation.displays[0], muons: [], marked: [], hits: [] };
    const html = await renderReport({ ...data, evaluation: { ...evaluation, displays: [empty] } });
    expect(section(html, "events")).toContain("No muon. No voxel marked without a muon, no other hit.");
  });
});

describe("a report of tracker graphs", () => {
  it("has tables, plots and event displays of the edges", async () => {
    const own = await trackerReport();
    const html = await renderReport({ ...data, ...own });
    const { physics, displays } = own.evaluation;
    expect(section(html, "summary")).toMatch(/AUC, fixed point 0\.\d{5} float 0\.\d{5}/);
    const text = section(html, "physics");
    expect(text).toContain(`${physics.cut.graphs} graphs had more and lost`);
    expect(text).toContain("Decided differently");
    expect(text).toContain("Double majority");
    expect(html.match(/<figure class="plot">/g)).toHaveLength(3);
    expect(displays.length).toBeGreaterThan(1);
    expect(html.match(/<figure class="event">/g)).toHaveLength(displays.length);
    expect(html).not.toMatch(/undefined|NaN|\[object/);
  });

  it("does without particles, true edges, displays and any evaluation", async () => {
    const { task, evaluation: found } = await trackerReport();
    const { physics } = found;
    const bare = {
      ...physics,
      ...{ leastHits: null, particles: null, edges: 0, trueEdges: 0 },
      algorithms: physics.algorithms.map((algorithm) => ({
        ...algorithm,
        ...{ auc: null, aucError: null, roc: [] },
        thresholds: algorithm.thresholds.map((point) => ({
          ...point,
          ...{ efficiency: null, purity: null, accuracy: null, tracks: null },
        })),
      })),
    };
    const html = await renderReport({ ...data, task, evaluation: { ...found, physics: bare, displays: [] } });
    expect(section(html, "physics")).toContain("so tracks are not judged");
    expect(section(html, "events")).toContain("No graph is displayed.");
    expect(html).not.toMatch(/undefined|NaN|\[object/);
    const { evaluation: _, ...without } = data;
    const none = await renderReport({ ...without, task });
    expect(section(none, "physics")).toContain(
      "The physics was not evaluated. l1c eval BUILD --events GRAPHS",
    );
    expect(section(none, "summary")).toContain("not evaluated");
  });
});

describe("texts of the user in a report", () => {
  it("are escaped wherever they stand", async () => {
    const evil = `<img src=x onerror="alert('1')">&`;
    const poison = (value: unknown): unknown => {
      if (typeof value === "string") return `${value}${evil}`;
      if (Array.isArray(value)) return value.map(poison);
      if (value !== null && typeof value === "object") {
        return Object.fromEntries(
          Object.entries(value).map(([key, item]) => [
            key,
            ["task", "role", "direction", "kind"].includes(key) ? item : poison(item),
          ]),
        );
      }
      return value;
    };
    const tracker = { ...data, ...(await trackerReport()) };
    const pages = [data, tracker].map((one) => renderReport(poison(one) as ReportData));
    const html = (await Promise.all(pages)).join("");
    expect(html).toContain("&lt;img src=x onerror=");
    expect(html).not.toContain("<img");
    expect(html).not.toMatch(/&(?!amp;|lt;|gt;|quot;|#39;|#x?\w+;)/);
    // In plots, Vega leaves quotes in text as they are, which is safe there; attributes must not break open.
    for (const [tag] of html.matchAll(/<[a-zA-Z][^>]*>/g)) expect(tag).not.toContain('onerror="');
  });
});
