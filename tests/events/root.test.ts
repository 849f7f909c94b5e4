import { existsSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { bytesSource } from "../../src/events/bytes.js";
import { openEvents } from "../../src/events/open.js";
import { UserError } from "../../src/ir/errors.js";
import { voxelIndex } from "../../src/physics/muon/geometry.js";
import { collect } from "../support/collect.js";

const read = (url: URL): Uint8Array => new Uint8Array(readFileSync(url));
const bytes = read(new URL("../fixtures/events/me0.root", import.meta.url));
const open = (data: Uint8Array) => openEvents(bytesSource("me0.root", data));
const SIZE = 8 * 384 * 6;

describe("an ME0 ntuple", () => {
  it("gives one image for each chamber with digis, in the generator's arrays", async () => {
    const source = await open(bytes);
    expect(source.count).toBe(3);
    expect([source.shape("voxels"), source.dtype("voxels"), source.shape("muon_pt")]).toEqual([
      [8, 384, 6],
      "uint8",
      [2],
    ]);
    const [block] = await collect(source.blocks(["entry", "region", "chamber", "muon_count"], 10));
    expect(Object.fromEntries(Object.entries(block.arrays).map(([k, v]) => [k, [...v]]))).toEqual({
      entry: [0, 0, 2],
      region: [-1, 1, 1],
      chamber: [2, 5, 7],
      muon_count: [1, 0, 0],
    });
  });

  it("has the digis of bunch crossing 0, and the muon's clusters as truth", async () => {
    const [{ arrays }] = await collect((await open(bytes)).blocks(["voxels", "truth"], 3));
    const [voxels, truth] = [arrays.voxels as Uint8Array, arrays.truth as Uint8Array];
    const muon = [0, 1, 2, 3, 4, 5].flatMap((layer) =>
      [101 + layer, 102 + layer].map((strip) => voxelIndex(384, layer < 4 ? 3 : 2, strip, layer)),
    );
    const found = (image: Uint8Array, i: number) =>
      [...image.subarray(i * SIZE, (i + 1) * SIZE).entries()].flatMap(([v, value]) =>
        value !== 0 ? [v] : [],
      );
    const sorted = (list: number[]) => list.sort((a, b) => a - b);
    expect(found(truth, 0)).toEqual(sorted([...muon]));
    expect(found(voxels, 0)).toEqual(sorted([...muon, voxelIndex(384, 3, 300, 0)]));
    expect([found(voxels, 1), found(truth, 1)]).toEqual([[voxelIndex(384, 7, 7, 2)], []]);
    // The muon of three layers is not to be found, yet its voxels are no background.
    expect(found(truth, 2)).toEqual([0, 1, 2].map((layer) => voxelIndex(384, 7, 10, layer)));
  });

  it("has the muon's parameters where it crosses four layers", async () => {
    const names = ["muon_pt", "muon_eta", "muon_charge", "muon_partition", "muon_strip", "muon_slope"];
    const blocks = await collect((await open(bytes)).blocks(names, 2));
    expect(blocks.map((b) => [b.start, b.rows])).toEqual([
      [0, 2],
      [2, 1],
    ]);
    // Strip centres 101.5 … 106.5: 104 in the middle plane, one strip per layer.
    expect(names.map((name) => blocks[0].arrays[name][0])).toEqual([12.5, Math.fround(2.35), 1, 3, 104, 1]);
    expect([...blocks[0].arrays.muon_pt].slice(1)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect(blocks[1].arrays.muon_pt[0]).toBeNaN();
  });

  it("without a branch that is needed is refused by the branch's name", async () => {
    const without = read(new URL("../fixtures/events/me0_no_bx.root", import.meta.url));
    await expect(open(without)).rejects.toMatchObject({
      name: "UserError",
      where: "me0.root",
      message: "tree 'ge0/segments' has no branch me0_digi_hit_bx",
    });
  });

  it("truncated anywhere is refused", async () => {
    for (const length of [10, 100, 1000, 20_000, bytes.length - 1]) {
      await expect(open(bytes.subarray(0, length))).rejects.toBeInstanceOf(UserError);
    }
    await expect(open(bytes.subarray(0, 20_000))).rejects.toThrow("truncated");
  });

  it("of which only the header is whole is refused", async () => {
    const noise = bytes.map((byte, i) => (i < 64 ? byte : (i * 2654435761) >>> 24));
    await expect(open(noise)).rejects.toBeInstanceOf(UserError);
  });
});

// The simulated sample is not part of the project: this runs where L1C_ME0_NTUPLE names a copy of it.
const sample = process.env.L1C_ME0_NTUPLE ?? "";
describe.runIf(existsSync(sample))("the fully simulated sample", () => {
  it("gives 139 chamber images with 136 muons and all 1834 digis of the central crossing", async () => {
    const source = await open(read(pathToFileURL(sample)));
    const [{ rows, arrays }] = await collect(source.blocks(["voxels", "truth", "muon_pt"], 200));
    expect(rows).toBe(139);
    expect((arrays.voxels as Uint8Array).reduce((sum, v) => sum + v, 0)).toBe(1834);
    expect([...(arrays.muon_pt as Float32Array)].filter((pt) => !Number.isNaN(pt))).toHaveLength(136);
    const stray = (arrays.truth as Uint8Array).some((t, v) => t !== 0 && arrays.voxels[v] === 0);
    expect(stray).toBe(false);
  });
});
