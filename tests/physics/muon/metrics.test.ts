import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/ir/errors.js";
import { muonEventArrays } from "../../../src/physics/muon/arrays.js";
import { DEFAULT_MUON_OPTIONS } from "../../../src/physics/muon/generate.js";
import { voxelIndex } from "../../../src/physics/muon/geometry.js";
import { createSegmentMetrics, type ScoredImages } from "../../../src/physics/muon/metrics.js";
import { eventStream } from "../../../src/physics/random.js";

const STRIPS = 192;
const SIZE = 8 * STRIPS * 6;

/** An image with a straight muon of `layers` layers at strip 50, scores 3 on its hits, 0 elsewhere. */
function muonImage(layers: number, pt = 20): ScoredImages & { voxels: Uint8Array; scores: Int32Array } {
  const voxels = new Uint8Array(SIZE);
  const scores = new Int32Array(SIZE);
  for (let layer = 0; layer < layers; layer++) {
    voxels[voxelIndex(STRIPS, 4, 50, layer)] = 1;
    scores[voxelIndex(STRIPS, 4, 50, layer)] = 3;
  }
  return { rows: 1, voxels, truth: voxels.slice(), scores, muonPt: new Float32Array([pt, Number.NaN]) };
}

function judge(images: readonly ScoredImages[], thresholds: readonly number[] = [1]) {
  const metrics = createSegmentMetrics({ strips: STRIPS, thresholds });
  for (const image of images) metrics.add(image);
  return metrics.result();
}

describe("matching", () => {
  it("needs more than 0.6 of the true voxels", () => {
    const image = muonImage(5);
    for (const layer of [3, 4]) image.scores[voxelIndex(STRIPS, 4, 50, layer)] = 0;
    expect(judge([image]).thresholds[0].matched).toBe(0);
    image.scores[voxelIndex(STRIPS, 4, 50, 3)] = 3;
    expect(judge([image]).thresholds[0].matched).toBe(1);
  });

  it("counts a muon without hits as missed, and an image without muons not at all", () => {
    expect(judge([muonImage(0)]).thresholds[0]).toMatchObject({ muons: 1, matched: 0, segments: 0 });
    const none = { ...muonImage(0), muonPt: new Float32Array([Number.NaN, Number.NaN]) };
    expect(judge([none]).thresholds[0]).toMatchObject({
      muons: 0,
      matched: 0,
      efficiency: null,
      plateau: null,
    });
  });

  it("judges two muons of one image each by its own voxels", () => {
    const image = muonImage(6);
    const truth = image.truth.slice();
    for (let layer = 0; layer < 6; layer++) {
      const at = voxelIndex(STRIPS, 1, 150, layer);
      image.voxels[at] = 1;
      truth[at] = 2;
    }
    const two = { ...image, truth, muonPt: new Float32Array([20, 40]) };
    const [found] = judge([two]).thresholds;
    expect(found).toMatchObject({ muons: 2, matched: 1 });
    expect(found.byPt.filter((bin) => bin.muons > 0)).toMatchObject([
      { low: 20, high: 30, muons: 1, matched: 1 },
      { low: 40, high: 50, muons: 1, matched: 0 },
    ]);
  });

  it("takes the plateau from 10 to 100 GeV, both included", () => {
    const pts = [9.99, 10, 100, 100.1].map((pt) => muonImage(6, pt));
    const [found] = judge(pts).thresholds;
    expect(found.muons).toBe(4);
    expect(found.plateau!.value).toBe(1);
    expect(found.byPt.reduce((n, bin) => n + bin.muons, 0)).toBe(3);
    expect(found.byPt.at(-1)).toMatchObject({ low: 90, high: 100, muons: 1 });
    // Two muons in the plateau: the interval is that of 2 of 2.
    expect(found.plateau!.low).toBeCloseTo(Math.sqrt(0.158655), 5);
  });
});

describe("marking", () => {
  it("counts no voxel without a hit", () => {
    const image = muonImage(6);
    for (let layer = 0; layer < 6; layer++) image.scores[voxelIndex(STRIPS, 0, 10, layer)] = 9;
    expect(judge([image]).thresholds[0]).toMatchObject({
      segments: 1,
      fakes: 0,
      markedVoxels: 6,
      markedTrueVoxels: 6,
    });
  });

  it("finds a fake where hits that are no muon's are marked", () => {
    const image = muonImage(6);
    const none = { ...image, truth: new Uint8Array(SIZE), muonPt: new Float32Array([Number.NaN]) };
    const result = judge([none, image]);
    expect(result.images).toBe(2);
    expect(result.thresholds[0]).toMatchObject({
      segments: 2,
      fakes: 1,
      markedVoxels: 12,
      markedTrueVoxels: 6,
    });
    expect(result.thresholds[0].fakeRate!.value).toBe(0.5);
  });

  it("marks at a threshold what reaches it, NaN never", () => {
    const image = muonImage(6);
    const counts = judge([image], [-5, 2.5, 3, 3.1]).thresholds.map((t) => t.matched);
    expect(counts).toEqual([1, 1, 1, 0]);
    const scores = new Float64Array(SIZE).fill(Number.NaN);
    expect(judge([{ ...image, scores }], [-5]).thresholds[0].markedVoxels).toBe(0);
  });
});

describe("many thresholds at once", () => {
  it("give what each gives alone, on generated events with random scores", () => {
    const rows = 60;
    const arrays = muonEventArrays(
      { ...DEFAULT_MUON_OPTIONS, strips: STRIPS, background: 10, mix: [0.2, 0.4, 0.4] },
      rows,
    );
    const read = (name: string) => [...arrays.find((a) => a.name === name)!.blocks()][0];
    const truth = read("truth") as Uint8Array;
    const random = eventStream(9, 9);
    const scores = Int32Array.from(truth, (t) => Math.round(3 * random.normal()) + (t !== 0 ? 6 : 0));
    const images: ScoredImages = {
      rows,
      voxels: read("voxels") as Uint8Array,
      truth,
      scores,
      muonPt: read("muon_pt") as Float32Array,
    };
    const thresholds = [-4, -1, 0, 2, 3, 5, 8, 11, 30];
    const together = judge([images], thresholds);
    expect(together.thresholds).toEqual(thresholds.map((t) => judge([images], [t]).thresholds[0]));
    // The sample has something to tell: fakes at low thresholds, muons lost at high ones.
    expect(together.thresholds[1].fakes).toBeGreaterThan(10);
    expect(together.thresholds[1].matched).toBeGreaterThan(together.thresholds[6].matched);
    expect(together.thresholds[8]).toMatchObject({ matched: 0, segments: 0 });
  });

  it("come out as plain data", () => {
    const result = judge([muonImage(6)], [1, 2]);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });
});

describe("what does not fit", () => {
  it.each<[string, Partial<ScoredImages>]>([
    ["voxels", { voxels: new Uint8Array(SIZE - 1) }],
    ["truth", { truth: new Uint8Array(2 * SIZE) }],
    ["scores", { scores: new Int32Array(0) }],
    ["muon_pt", { muonPt: new Float32Array(9) }],
  ])("%s of another shape is refused by name", (name, change) => {
    const add = () => judge([{ ...muonImage(6), ...change }]);
    expect(add).toThrow(UserError);
    expect(add).toThrow(expect.objectContaining({ where: name }));
  });

  it.each([[[]], [[2, 1]], [[1, 1]], [[Number.NaN]]])("thresholds %j are refused", (thresholds) => {
    expect(() => createSegmentMetrics({ strips: STRIPS, thresholds })).toThrow(UserError);
  });
});
