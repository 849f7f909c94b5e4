import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type GenerateMuonOptions,
  generateMuon,
  MUON_DEFAULTS,
  parseMuonMix,
} from "../../../src/cli/commands/generate-muon.js";
import { withFile, writeAtomically } from "../../../src/cli/files.js";
import type { Output } from "../../../src/cli/output.js";
import { openEvents } from "../../../src/events/open.js";
import { UserError } from "../../../src/ir/errors.js";
import { collect } from "../../support/collect.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "l1c-generate-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const defaults = { ...MUON_DEFAULTS, events: 20, seed: 5 };

async function run(changes: Partial<GenerateMuonOptions> = {}): Promise<{ file: Buffer; value: unknown }> {
  let value: unknown;
  const output: Output = { json: true, progress: () => {}, result: (v) => (value = v) };
  const file = changes.output ?? join(folder, "events.npz");
  expect(await generateMuon.run({ ...defaults, output: file, ...changes }, output)).toBe(0);
  return { file: readFileSync(file), value };
}

describe("l1c generate muon", () => {
  it("writes the same bytes for the same seed, and others for another", async () => {
    const { file } = await run();
    expect((await run({ output: join(folder, "again.npz") })).file.equals(file)).toBe(true);
    expect((await run({ seed: 6 })).file.equals(file)).toBe(false);
  });

  it("writes voxels, truth and the muons' parameters", async () => {
    const { value } = await run({ events: 70, muons: "0:0.3,1:0.4,2:0.3", strips: 192 });
    expect(value).toMatchObject({ events: 70, seed: 5 });
    await withFile(join(folder, "events.npz"), async (bytes) => {
      const source = await openEvents(bytes);
      expect(source.count).toBe(70);
      expect(source.shape("voxels")).toEqual([8, 192, 6]);
      const [block] = await collect(source.blocks(source.names, 70));
      const { voxels, truth, muon_count: count, muon_pt: pt } = block.arrays;
      expect(new Set(voxels as Uint8Array)).toEqual(new Set([0, 1]));
      for (let event = 0; event < 70; event++) {
        const n = Number(count[event]);
        const size = 8 * 192 * 6;
        const bits = (truth as Uint8Array)
          .subarray(event * size, (event + 1) * size)
          .reduce((a, b) => a | b, 0);
        expect(bits).toBe((1 << n) - 1);
        for (const m of [0, 1]) expect(Number.isNaN(pt[2 * event + m] as number)).toBe(m >= n);
      }
      (truth as Uint8Array).forEach((t, v) => {
        if (t !== 0 && voxels[v] !== 1) throw new Error(`truth without a digi at ${v}`);
      });
    });
  });

  it("gives event i whatever the number of events", async () => {
    const events = async (n: number) => {
      await run({ events: n });
      return withFile(join(folder, "events.npz"), async (bytes) => {
        const source = await openEvents(bytes);
        const [first] = await collect(source.blocks(["voxels", "muon_pt"], 10));
        return first.arrays;
      });
    };
    expect(await events(10)).toEqual(await events(100));
  });

  it.each<[string, Partial<GenerateMuonOptions>]>([
    ["no events", { events: 0 }],
    ["a fraction of an event", { events: 1.5 }],
    ["a mix that does not add up", { muons: "0:0.5,1:0.4" }],
    ["an empty pT range", { "pt-min": 50, "pt-max": 20 }],
    ["a negative background", { background: -1 }],
  ])("refuses %s and writes nothing", async (_what, changes) => {
    await expect(run(changes)).rejects.toBeInstanceOf(UserError);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("parseMuonMix", () => {
  it("reads a number and a mix", () => {
    expect(parseMuonMix("2")).toEqual([0, 0, 1]);
    expect(parseMuonMix("0:0.4, 1:0.4 ,2:0.2")).toEqual([0.4, 0.4, 0.2]);
    expect(parseMuonMix("1:1e-1,0:0.9")).toEqual([0.9, 0.1, 0]);
  });
  it.each(["3", "", "1,2", "a", "1:", "0:x", "0:0.5;1:0.5"])("refuses '%s'", (text) => {
    expect(() => parseMuonMix(text)).toThrow(UserError);
  });
});

describe("writeAtomically", () => {
  it("leaves nothing behind when the content fails, and keeps what was there", async () => {
    const path = join(folder, "kept");
    writeFileSync(path, "old");
    const failing = writeAtomically(path, async (sink) => {
      await sink.write(new Uint8Array(3_000_000));
      throw new Error("half way");
    });
    await expect(failing).rejects.toThrow("half way");
    expect(readdirSync(folder)).toEqual(["kept"]);
    expect(readFileSync(path, "utf8")).toBe("old");
  });

  it("makes the folders it needs", async () => {
    const path = join(folder, "a", "b", "c");
    await writeAtomically(path, (sink) => sink.write(new TextEncoder().encode("x")));
    expect(readFileSync(path, "utf8")).toBe("x");
  });

  it("refuses a folder, a path through a file, and a place where none can be made", async () => {
    writeFileSync(join(folder, "file"), "");
    for (const path of [folder, join(folder, "file", "x"), "/proc/nowhere/x"]) {
      await expect(writeAtomically(path, async () => {})).rejects.toMatchObject({ where: path, exitCode: 2 });
    }
    expect(existsSync("/proc/nowhere")).toBe(false);
  });
});

describe("withFile", () => {
  it("names a file that is not there, and a folder", async () => {
    const missing = join(folder, "missing.npz");
    await expect(withFile(missing, async () => 1)).rejects.toMatchObject({
      name: "UserError",
      where: missing,
    });
    await expect(withFile(folder, async () => 1)).rejects.toMatchObject({ name: "UserError", where: folder });
  });
});
