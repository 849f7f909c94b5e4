import { describe, expect, it } from "vitest";
import { muonEventArrays } from "../../../src/physics/muon/arrays.js";
import { BASELINE_THRESHOLDS, baselineScores, roadScore } from "../../../src/physics/muon/baseline.js";
import { DEFAULT_MUON_OPTIONS, type MuonOptions } from "../../../src/physics/muon/generate.js";
import { voxelIndex } from "../../../src/physics/muon/geometry.js";
import { createSegmentMetrics } from "../../../src/physics/muon/metrics.js";

const STRIPS = 384;

/** Scores at given (partition, strip, layer) hits. */
function scoresOf(hits: readonly (readonly [number, number, number])[]): number[] {
  const voxels = new Uint8Array(8 * STRIPS * 6);
  const at = hits.map(([p, s, l]) => voxelIndex(STRIPS, p, s, l));
  for (const voxel of at) voxels[voxel] = 1;
  const scores = baselineScores(voxels, 1, STRIPS);
  expect(scores.filter((s) => s > 0).length).toBeLessThanOrEqual(at.length);
  return at.map((voxel) => scores[voxel]);
}

const line = (partition: number, strip: number, slope: number, layers: readonly number[]) =>
  layers.map((layer) => [partition, Math.floor(strip + slope * (layer - 2.5)), layer] as const);

describe("roads", () => {
  it("need four layers", () => {
    expect(scoresOf(line(3, 200, 0, [0, 2, 5]))).toEqual([0, 0, 0]);
    expect(new Set(scoresOf(line(3, 200, 0, [0, 2, 3, 5])))).toEqual(new Set([roadScore(4, 10)]));
  });

  it("prefer layers to straightness, and among equals the straightest", () => {
    expect(new Set(scoresOf(line(3, 200, 0, [0, 1, 2, 3, 4, 5])))).toEqual(new Set([roadScore(6, 10)]));
    // 3 strips are 1.5 S-bits a layer: no straighter road than the 1.4 … 2.3 window (or 0.9 … 1.7) holds all six.
    const [score] = scoresOf(line(3, 200, 3, [0, 1, 2, 3, 4, 5]));
    expect([roadScore(6, 7), roadScore(6, 6)]).toContain(score);
  });

  it("join two neighbouring partitions, not two that are none", () => {
    const joined = scoresOf([...line(3, 200, 0, [0, 1, 2]), ...line(2, 200, 0, [3, 4, 5])]);
    expect(new Set(joined)).toEqual(new Set([roadScore(6, 10)]));
    const apart = scoresOf([...line(3, 200, 0, [0, 1, 2]), ...line(1, 200, 0, [3, 4, 5])]);
    expect(new Set(apart)).toEqual(new Set([0]));
  });

  it("find muons at the chamber's edges", () => {
    expect(scoresOf(line(0, 0, 0, [0, 1, 2, 3]))).not.toContain(0);
    expect(scoresOf(line(7, 383, 0, [2, 3, 4, 5]))).not.toContain(0);
  });

  it("leave hits outside the road unmarked", () => {
    const scores = scoresOf([...line(3, 200, 0, [0, 1, 2, 3, 4, 5]), [3, 240, 2], [5, 200, 2]]);
    expect(scores.slice(6)).toEqual([0, 0]);
  });

  it("give one road for one muon: the straighter ghost beside a better one is cancelled", () => {
    // A second, worse road 10 strips (5 S-bits) away goes; 40 strips away it stays.
    const muon = line(3, 200, 0, [0, 1, 2, 3, 4, 5]);
    expect(scoresOf([...muon, ...line(3, 210, 0, [0, 1, 2, 3])]).slice(6)).toEqual([0, 0, 0, 0]);
    expect(scoresOf([...muon, ...line(3, 240, 0, [0, 1, 2, 3])]).slice(6)).not.toContain(0);
  });
});

describe("on generated events", () => {
  function judge(changes: Partial<MuonOptions>, rows: number) {
    const options = { ...DEFAULT_MUON_OPTIONS, ...changes };
    const arrays = muonEventArrays(options, rows);
    const read = (name: string) => {
      const blocks = [...arrays.find((a) => a.name === name)!.blocks()];
      return blocks;
    };
    const [voxels, truth, pt] = [read("voxels"), read("truth"), read("muon_pt")];
    const metrics = createSegmentMetrics({ strips: options.strips, thresholds: BASELINE_THRESHOLDS });
    voxels.forEach((block, i) => {
      const n = pt[i].length / 2;
      metrics.add({
        rows: n,
        voxels: block as Uint8Array,
        truth: truth[i] as Uint8Array,
        scores: baselineScores(block as Uint8Array, n, options.strips),
        muonPt: pt[i] as Float32Array,
      });
    });
    return metrics.result().thresholds;
  }
  const at = (found: ReturnType<typeof judge>, layers: number, straightness = 1) =>
    found[BASELINE_THRESHOLDS.indexOf(roadScore(layers, straightness))];

  it.each([384, 192] as const)("finds nearly every muon at nominal background, with %i strips", (strips) => {
    const found = judge({ strips }, 1000);
    // At least 4 of 6 layers at 0.98: a muon is lost to the layers once in 7000.
    expect(at(found, 4).plateau!.value).toBeGreaterThan(0.99);
    expect(at(found, 4).fakeRate!.value).toBeLessThan(0.02);
    // All six layers: 0.98^6 = 0.886, but for hits of the background in the road.
    expect(at(found, 6).efficiency!.low).toBeLessThan(0.9);
    expect(at(found, 6).efficiency!.high).toBeGreaterThan(0.88);
  });

  it("has more fakes with more background, and fewer with a higher threshold", () => {
    const nominal = judge({ mix: [1, 0, 0] }, 300);
    const ten = judge({ mix: [1, 0, 0], background: 10 }, 300);
    expect(at(ten, 4).fakes).toBeGreaterThan(at(nominal, 4).fakes + 10);
    expect(at(ten, 5).fakes).toBeLessThan(at(ten, 4).fakes);
    expect(at(ten, 4).efficiency).toBeNull();
  });
});
