import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type GenerateTrackerOptions,
  generateTracker,
  TRACKER_DEFAULTS,
} from "../../../src/cli/commands/generate-tracker.js";
import { readGraphPath } from "../../../src/cli/graphs.js";
import type { Output } from "../../../src/cli/output.js";
import { UserError } from "../../../src/ir/errors.js";
import { DEFAULT_TRACKER_OPTIONS } from "../../../src/physics/tracker/options.js";
import { runCli } from "../../support/cli.js";
import { collect } from "../../support/collect.js";
import { sampleGraphs } from "../../support/tracker.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "l1c-generate-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(changes: Partial<GenerateTrackerOptions> = {}) {
  let [value, text] = [undefined as unknown, ""];
  const output: Output = { json: true, progress: () => {}, result: (v, t) => ([value, text] = [v, t]) };
  const file = changes.output ?? join(folder, "graphs.npz");
  const options = { ...TRACKER_DEFAULTS, events: 4, seed: 5, output: file, ...changes };
  expect(await generateTracker.run(options, output)).toBe(0);
  return { file, bytes: readFileSync(file), value, text };
}

describe("l1c generate tracker", () => {
  it("writes the same bytes for the same seed, and others for another", async () => {
    const { bytes } = await run();
    expect((await run({ output: join(folder, "again.npz") })).bytes.equals(bytes)).toBe(true);
    expect((await run({ seed: 6 })).bytes.equals(bytes)).toBe(false);
    expect(readdirSync(folder).sort()).toEqual(["again.npz", "graphs.npz"]);
  });

  it("writes the graphs that the generator makes, and reads them back", async () => {
    // 1000 tracks in 10 layers: each event is a block.
    const { file, value, text } = await run({ tracks: 1000, "pile-up": 0, seed: 7 });
    const made = sampleGraphs({ ...DEFAULT_TRACKER_OPTIONS, tracks: 1000, pileUp: 0, seed: 7 }, 4);
    const read = await collect(readGraphPath(file));
    expect(read).toHaveLength(64);
    expect(read).toEqual(made);
    const edges = made.reduce((sum, graph) => sum + graph.edges, 0);
    const trueEdges = made.reduce((sum, { y }) => sum + (y as Uint8Array).reduce((a, b) => a + b, 0), 0);
    expect(value).toMatchObject({ events: 4, seed: 7, construction: { graphs: 64, z0Max: 200 } });
    const { construction } = value as {
      construction: { truePairs: { kept: number }; purity: { value: number } };
    };
    expect(construction.truePairs.kept).toBe(trueEdges);
    expect(construction.purity.value).toBeCloseTo(trueEdges / edges, 12);
    expect(text).toContain("purity");
    expect(text).toContain(`(4, ${edges})`);
  });

  it("gives event i whatever the number of events", async () => {
    const few = await collect(readGraphPath((await run({ events: 2 })).file));
    const many = await collect(readGraphPath((await run({ events: 5 })).file));
    expect(many.slice(0, few.length)).toEqual(few);
  });

  it("writes events without hits", async () => {
    const { file, text } = await run({ tracks: 0, "pile-up": 0, noise: 0 });
    const graphs = await collect(readGraphPath(file));
    expect(graphs.map(({ nodes, edges }) => nodes + edges)).toEqual(new Array(64).fill(0));
    expect(text).toContain("purity     –");
  });

  it.each<[string, Partial<GenerateTrackerOptions>]>([
    ["no events", { events: 0 }],
    ["an empty pT range", { "pt-min": 50, "pt-max": 20 }],
    ["a pT below 0.1 GeV", { "pt-min": 0.05 }],
    ["a negative field", { field: -1 }],
    ["an efficiency above 1", { efficiency: 1.2 }],
    ["an eleventh layer", { layers: 11 }],
    ["half a sector", { "phi-sectors": 0.5 }],
    ["a slope that is no number", { "phi-slope": Number.NaN }],
    ["edges over more layers than there are", { layers: 3, skip: 2 }],
    ["more hits than fit", { "pile-up": 10_000, "pile-up-tracks": 100 }],
  ])("refuses %s and writes nothing", async (_what, changes) => {
    await expect(run(changes)).rejects.toBeInstanceOf(UserError);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("l1c generate", () => {
  it("knows which options are whose", async () => {
    const made = await runCli("generate", "tracker", "--events", "1", "--muons", "1");
    expect(made).toMatchObject({ code: 2, stderr: expect.stringContaining("Unknown argument: muons") });
  });

  it("says what can be generated", async () => {
    for (const [args, message] of [
      [["calorimeter", "--events", "5"], "generate: there is no 'calorimeter'"],
      [[], "generate: a name is missing"],
    ] as const) {
      const { code, stderr } = await runCli("generate", ...args);
      expect(code).toBe(2);
      expect(stderr).toContain(message);
      expect(stderr).toContain("Name one of: muon, tracker.");
    }
  });
});
