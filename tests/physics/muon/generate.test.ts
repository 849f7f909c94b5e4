import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/ir/errors.js";
import {
  checkMuonOptions,
  DEFAULT_MUON_OPTIONS,
  generateMuonEvent,
  type MuonEvent,
  type MuonOptions,
} from "../../../src/physics/muon/generate.js";
import { LAYERS, STRIPS } from "../../../src/physics/muon/geometry.js";
import {
  BACKGROUND_CLUSTERS,
  bendMradGeV,
  CLUSTER_SIZE_WEIGHTS,
  MEAN_CLUSTER_SIZE,
} from "../../../src/physics/muon/parameters.js";
import { type Muon, stripAt } from "../../../src/physics/muon/track.js";
import { clopperPearson } from "../../../src/statistics/intervals.js";

const N = 6000;
const options = (changes: Partial<MuonOptions> = {}): MuonOptions => ({
  ...DEFAULT_MUON_OPTIONS,
  ...changes,
});
const sample = (changes: Partial<MuonOptions> = {}, n = N): MuonEvent[] =>
  Array.from({ length: n }, (_, i) => generateMuonEvent(options(changes), i));

const layerOf = (voxel: number) => voxel % LAYERS;
const stripOf = (voxel: number) => Math.floor(voxel / LAYERS) % STRIPS;
const partitionOf = (voxel: number) => Math.floor(voxel / LAYERS / STRIPS);

/** One muon, no background: everything but the secondaries is truth. */
const clean = sample({ background: 0 });
const empty = sample({ mix: [1, 0, 0] });

/** Expects a fraction to be compatible with its true value: within the 99.99 % interval. */
function expectFraction(k: number, n: number, truth: number): void {
  const { low, high } = clopperPearson(k, n, 0.9999)!;
  expect(truth).toBeGreaterThan(low);
  expect(truth).toBeLessThan(high);
}

describe("generateMuonEvent: the muon", () => {
  it("leaves a cluster in a layer with the efficiency of 0.98", () => {
    const layers = clean.reduce((sum, e) => sum + new Set(e.truth[0].map(layerOf)).size, 0);
    expectFraction(layers, 6 * N, 0.98);
  });

  it("has clusters of 1 … 5 strips as often as issue 2 says, each one run in one partition", () => {
    const sizes = [0, 0, 0, 0, 0];
    for (const { truth, muons } of clean) {
      if (Math.abs(muons[0].strip - STRIPS / 2) > STRIPS / 2 - 20) continue;
      for (let layer = 0; layer < LAYERS; layer++) {
        const cluster = truth[0].filter((v) => layerOf(v) === layer);
        if (cluster.length === 0) continue;
        sizes[cluster.length - 1]++;
        expect(Math.max(...cluster) - Math.min(...cluster)).toBe((cluster.length - 1) * LAYERS);
        // The crossing point lies in the cluster's middle: within half a strip, plus half of an even cluster.
        const middle = cluster.reduce((sum, v) => sum + stripOf(v) + 0.5, 0) / cluster.length;
        expect(Math.abs(middle - stripAt(muons[0], layer))).toBeLessThanOrEqual(0.5);
      }
    }
    const clusters = sizes.reduce((a, b) => a + b, 0);
    sizes.forEach((n, i) => {
      expectFraction(n, clusters, CLUSTER_SIZE_WEIGHTS[i]);
    });
  });

  it("crosses from partition p to p − 1 about three times in ten, and never elsewhere", () => {
    let crossings = 0;
    for (const { truth } of clean) {
      const partitions = [...new Set(truth[0].map(partitionOf))].sort();
      expect(partitions.length).toBeLessThanOrEqual(2);
      if (partitions.length === 2) {
        crossings++;
        expect(partitions[1] - partitions[0]).toBe(1);
        const inner = truth[0].filter((v) => partitionOf(v) === partitions[1]).map(layerOf);
        const outer = truth[0].filter((v) => partitionOf(v) === partitions[0]).map(layerOf);
        expect(Math.max(...inner)).toBeLessThan(Math.min(...outer));
      }
    }
    // "About 30 %"; straight lines through this geometry give 0.34, the simulated sample 0.30 ± 0.04.
    expect(crossings / N).toBeGreaterThan(0.28);
    expect(crossings / N).toBeLessThan(0.37);
  });

  it.each([
    [5, 20, 0.3],
    [20.001, 100, 0.2],
  ])("bends by 3.9 − 4.0(|η| − 2.4) mrad·GeV per layer from %f to %f GeV, spread %f", (min, max, spread) => {
    const muons = sample({ spectrum: { kind: "flat", min, max }, background: 0 }).map((e) => e.muons[0]);
    const ratio = (m: Muon) => (m.slope * 0.919 * m.pt * m.charge) / bendMradGeV(m.eta);
    const mean = muons.reduce((s, m) => s + ratio(m), 0) / N;
    const width = Math.sqrt(muons.reduce((s, m) => s + (ratio(m) - mean) ** 2, 0) / (N - 1));
    expect(Math.abs(mean - 1)).toBeLessThan((4 * spread) / Math.sqrt(N));
    expect(Math.abs(width - spread)).toBeLessThan((4 * spread) / Math.sqrt(2 * N));
  });

  it("has the bend of the issue at |η| = 2.4 and 2.8", () => {
    expect(bendMradGeV(2.4)).toBeCloseTo(3.9, 12);
    expect(bendMradGeV(-2.8)).toBeCloseTo(2.3, 12);
  });

  it("lies inside the chamber in all layers, both charges, pT and η in range", () => {
    let positive = 0;
    for (const { muons } of sample({ spectrum: { kind: "inverse", min: 1, max: 100 } })) {
      const [muon] = muons;
      if (muon.charge === 1) positive++;
      expect(muon.eta).toBeGreaterThanOrEqual(2.03);
      expect(muon.eta).toBeLessThanOrEqual(2.8);
      for (const layer of [0, 5]) {
        expect(stripAt(muon, layer)).toBeGreaterThanOrEqual(0);
        expect(stripAt(muon, layer)).toBeLessThanOrEqual(STRIPS);
      }
    }
    expectFraction(positive, N, 0.5);
  });

  it("has pT flat from 5 to 100 GeV by default", () => {
    const below = clean.filter((e) => e.muons[0].pt < 28.75).length;
    expectFraction(below, N, 0.25);
    expect(Math.min(...clean.map((e) => e.muons[0].pt))).toBeGreaterThanOrEqual(5);
    expect(Math.max(...clean.map((e) => e.muons[0].pt))).toBeLessThanOrEqual(100);
  });
});

describe("generateMuonEvent: what else fires", () => {
  it.each(["clusters", "tracks"] as const)(
    "puts 14 % of a muon's digis more than 8 strips away: %s",
    (secondaries) => {
      let far = 0;
      let all = 0;
      for (const { muons, digis } of sample({ background: 0, secondaries })) {
        for (const voxel of digis) {
          all++;
          const distance = Math.abs(stripOf(voxel) - Math.floor(stripAt(muons[0], layerOf(voxel))));
          if (distance > 8) far++;
          else expect(distance).toBeLessThanOrEqual(3);
        }
      }
      // N/5 groups or more, of a size that spreads about as widely as its mean: 0.14·sqrt(2·5/N) at one σ.
      expect(Math.abs(far / all - 0.14)).toBeLessThan(4 * 0.14 * Math.sqrt(10 / N));
    },
  );

  it("has electron tracks in consecutive layers on one side of the muon, 2.4 layers long on average", () => {
    const lengths: number[] = [];
    for (const { muons, digis, truth } of sample({ background: 0, secondaries: "tracks" })) {
      if (Math.abs(muons[0].strip - STRIPS / 2) > 60) continue;
      const far = digis.filter((v) => !truth[0].includes(v));
      if (far.length === 0) continue;
      const layers = new Set(far.map(layerOf));
      expect(Math.max(...layers) - Math.min(...layers)).toBe(layers.size - 1);
      expect(new Set(far.map((v) => Math.sign(stripOf(v) - stripAt(muons[0], layerOf(v))))).size).toBe(1);
      lengths.push(layers.size);
    }
    const mean = lengths.reduce((a, b) => a + b, 0) / lengths.length;
    const width = Math.sqrt(lengths.reduce((a, b) => a + (b - mean) ** 2, 0) / lengths.length);
    expect(Math.abs(mean - 2.36)).toBeLessThan((4 * width) / Math.sqrt(lengths.length));
  });

  it.each([1, 10])("has the background of each partition at %i times nominal", (background) => {
    const events = background === 1 ? empty : sample({ mix: [1, 0, 0], background }, 1500);
    const digis = new Array<number>(8).fill(0);
    for (const event of events) for (const voxel of event.digis) digis[partitionOf(voxel)]++;
    BACKGROUND_CLUSTERS.forEach((rate, p) => {
      const clusters = rate * background * 6 * events.length;
      // Compound Poisson: the variance of the digis is clusters · E[size²]; E[size²] = 4.87 strips².
      expect(Math.abs(digis[p] - clusters * MEAN_CLUSTER_SIZE)).toBeLessThan(
        4.5 * Math.sqrt(clusters * 4.87),
      );
    });
  });

  it("spreads background evenly over layers and strips", () => {
    const layers = new Array<number>(6).fill(0);
    const halves = [0, 0];
    for (const event of empty) {
      for (const voxel of event.digis) {
        layers[layerOf(voxel)]++;
        halves[stripOf(voxel) < STRIPS / 2 ? 0 : 1]++;
      }
    }
    const all = halves[0] + halves[1];
    for (const n of layers) expect(Math.abs(n - all / 6)).toBeLessThan(5 * Math.sqrt((all / 6) * 2.7));
    expect(Math.abs(halves[0] - halves[1])).toBeLessThan(5 * Math.sqrt(all * 2.7));
  });

  it("has 0, 1 or 2 muons in the proportions asked for", () => {
    const counts = [0, 0, 0];
    for (const event of sample({ mix: [0.4, 0.4, 0.2] })) counts[event.muons.length]++;
    expectFraction(counts[0], N, 0.4);
    expectFraction(counts[2], N, 0.2);
    expect(empty.every((e) => e.truth.length === 0 && e.muons.length === 0)).toBe(true);
  });
});

describe("generateMuonEvent: reproducibility", () => {
  it("gives the same event whatever came before", () => {
    const one = generateMuonEvent(options({ seed: 42 }), 17);
    generateMuonEvent(options({ seed: 42 }), 3);
    expect(generateMuonEvent(options({ seed: 42 }), 17)).toEqual(one);
    expect(generateMuonEvent(options({ seed: 43 }), 17)).not.toEqual(one);
  });

  it("gives with 192 strips the OR of the pairs of the same event", () => {
    for (let i = 0; i < 50; i++) {
      const full = generateMuonEvent(options(), i);
      const half = generateMuonEvent(options({ strips: 192 }), i);
      const paired = full.digis.map((v) => (partitionOf(v) * 192 + (stripOf(v) >> 1)) * LAYERS + layerOf(v));
      expect(half.digis).toEqual(paired);
      expect(half.muons).toEqual(full.muons);
    }
  });
});

describe("checkMuonOptions", () => {
  it.each<[string, Partial<MuonOptions>]>([
    ["a fractional seed", { seed: 1.5 }],
    ["a negative seed", { seed: -1 }],
    ["probabilities below 1", { mix: [0.5, 0.4, 0] }],
    ["negative probabilities", { mix: [-0.5, 1.5, 0] }],
    ["a negative background", { background: -1 }],
    ["no number as background", { background: Number.NaN }],
    ["other strips", { strips: 100 as 192 }],
  ])("refuses %s", (_what, changes) => {
    expect(() => checkMuonOptions(options(changes))).toThrow(UserError);
  });
});
