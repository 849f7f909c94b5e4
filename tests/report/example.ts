import { BASELINE_THRESHOLDS } from "../../src/physics/muon/baseline.js";
import { DEFAULT_MUON_OPTIONS, generateMuonEvent } from "../../src/physics/muon/generate.js";
import { PT_EDGES, type SegmentMetrics, type ThresholdMetrics } from "../../src/physics/muon/metrics.js";
import { segmentDefinition } from "../../src/physics/muon/segments.js";
import type { EventDisplay, ReportData } from "../../src/report/data.js";
import { roadNames } from "../../src/report/road-names.js";
import { clopperPearson, ONE_SIGMA, poissonMean } from "../../src/statistics/intervals.js";

const MUONS = 16_000;
const IMAGES = 20_000;

/** Muons of a flat spectrum from 5 to 100 GeV in each bin of pT. */
const BINS = PT_EDGES.slice(1).map((high, i) => {
  const low = PT_EDGES[i];
  return { low, high, muons: low < 5 ? 0 : Math.round((MUONS * (high - low)) / 95) };
});

/** Numbers at one threshold from a plateau efficiency, a turn-on and a fake rate. */
function at(threshold: number, plateau: number, turnOn: number, rate: number): ThresholdMetrics {
  const byPt = BINS.map((bin, i) => {
    const wave = 0.003 * Math.sin(3 * i + 10 * turnOn);
    const efficiency = Math.max(0, Math.min(1, plateau - turnOn * Math.exp(-(bin.low - 5) / 6) + wave));
    const matched = Math.round(bin.muons * efficiency);
    return { ...bin, matched, efficiency: clopperPearson(matched, bin.muons) };
  });
  const sum = (list: typeof byPt, key: "muons" | "matched") =>
    list.reduce((total, bin) => total + bin[key], 0);
  const onPlateau = byPt.filter(({ low }) => low >= 10);
  const fakes = Math.round(rate * IMAGES);
  const matched = sum(byPt, "matched");
  return {
    threshold,
    muons: MUONS,
    matched,
    efficiency: clopperPearson(matched, MUONS),
    plateau: clopperPearson(sum(onPlateau, "matched"), sum(onPlateau, "muons")),
    segments: matched + fakes,
    fakes,
    fakeRate: poissonMean(fakes, IMAGES),
    markedVoxels: 11 * matched + 9 * fakes,
    markedTrueVoxels: Math.round(10.6 * matched),
    byPt,
  };
}

const metrics = (thresholds: readonly ThresholdMetrics[]): SegmentMetrics => ({
  images: IMAGES,
  strips: 384,
  definition: segmentDefinition(384),
  plateauRange: [10, 100],
  level: ONE_SIGMA,
  thresholds,
});

/** A network: smooth curves of the threshold. */
function network(shift: number, turnOn: number): SegmentMetrics {
  return metrics(
    Array.from({ length: 17 }, (_, i) => {
      const t = -4 + 0.5 * i;
      const plateau = 0.988 / (1 + Math.exp(1.6 * (t - 3.4 + shift)));
      return at(t, plateau, turnOn, 0.0015 * Math.exp(-1.35 * (t + shift)));
    }),
  );
}

/** The baseline: from many fakes to few as roads of more layers, and straighter ones, are asked for. */
const baseline = metrics(
  BASELINE_THRESHOLDS.map((threshold, i) =>
    at(threshold, 0.975 - 0.0003 * i ** 2, 0.12, 0.021 * Math.exp(-i / 5.5)),
  ),
);

/** A chamber image of the toy Monte Carlo, with marks as a network might set them. */
export function display(
  title: string,
  index: number,
  mix: readonly [number, number, number],
  background: number,
): EventDisplay {
  const event = generateMuonEvent({ ...DEFAULT_MUON_OPTIONS, seed: 7, mix, background }, index);
  const truth = event.truth.flat();
  const others = event.digis.filter((voxel) => !truth.includes(voxel));
  return {
    title,
    partitions: 8,
    strips: 384,
    layers: 6,
    hits: event.digis,
    marked: [...truth.filter((_, i) => i % 7 !== 3), ...others.filter((_, i) => i % 29 === 5)],
    muons: event.muons.map((muon, m) => ({ ...muon, voxels: event.truth[m] })),
  };
}

/** A report with every part present, of the size of the muon example. The physics numbers are made up. */
export function exampleReport(): ReportData {
  return {
    tool: { name: "l1c", version: "0.1.0" },
    task: "muon",
    model: { name: "muon-cnn", description: "Marks the voxels of muon segments in an ME0-like chamber." },
    hardware: {
      device: { name: "xcvu13p-2", has: { lut: 1_728_000, ff: 3_456_000, dsp: 12_288, bram: 2688 } },
      clockMHz: 320,
      latencyCycles: 41,
      intervalCycles: 8,
      stream:
        "The chamber streams along the strips, 48 columns of 8 partitions × 6 layers per beat, 8 beats per event.",
      resources: { lut: 128_400, ff: 96_213, dsp: 0, bram: 0 },
      resourcesBy: "estimated by the compiler",
      ports: [
        { name: "clk", direction: "in", width: 1, meaning: "clock, rising edge" },
        {
          name: "rst",
          direction: "in",
          width: 1,
          meaning: "synchronous reset of the control signals, active high",
        },
        { name: "in_valid", direction: "in", width: 1, meaning: "a beat is present" },
        { name: "in_first", direction: "in", width: 1, meaning: "the beat is the first of an event" },
        {
          name: "in_voxels",
          direction: "in",
          width: 2304,
          meaning: "48 columns × 8 partitions × 6 layers, ufixed<1,1>",
        },
        { name: "out_valid", direction: "out", width: 1, meaning: "a beat is present" },
        {
          name: "out_mask",
          direction: "out",
          width: 2304,
          meaning: "48 columns × 8 partitions × 6 layers, ufixed<1,1>",
        },
      ],
    },
    layers: [
      { name: "voxels", operation: "input", shape: [8, 384, 6], type: "ufixed<1,1>" },
      {
        name: "conv1",
        operation: "conv2d + relu",
        shape: [8, 384, 8],
        type: "ufixed<4,2>",
        weightType: "fixed<5,2> per channel",
        weights: { nonzero: 421, total: 720 },
        window: [3, 5],
        instances: 384,
        latencyCycles: 14,
        lut: 61_440,
        ff: 41_210,
      },
      {
        name: "conv2",
        operation: "conv2d + relu",
        shape: [8, 384, 8],
        type: "ufixed<4,2>",
        weightType: "fixed<4,1> per channel",
        weights: { nonzero: 310, total: 960 },
        window: [3, 5],
        instances: 384,
        latencyCycles: 16,
        lut: 50_688,
        ff: 39_990,
      },
      {
        name: "mask",
        operation: "conv2d + threshold",
        shape: [8, 384, 6],
        type: "ufixed<1,1>",
        weightType: "fixed<5,2>",
        weights: { nonzero: 44, total: 48 },
        window: [1, 1],
        instances: 384,
        latencyCycles: 8,
        lut: 16_272,
        ff: 15_013,
      },
    ],
    cosim: {
      simulator: "Verilator 5.006",
      events: 1000,
      bitsCompared: 18_432_000,
      bitsDiffering: 0,
      differences: [],
      latencies: [41],
      intervals: [8],
      protocol: [],
    },
    evaluation: {
      task: "muon",
      events: IMAGES,
      physics: {
        sample: "Toy Monte Carlo of one chamber, pT flat from 5 to 100 GeV, nominal background",
        thresholdOf: "logit",
        algorithms: [
          { role: "fixed", metrics: network(0, 0.06), chosen: 8 },
          { role: "float", metrics: network(0.06, 0.05), chosen: 8 },
          { role: "baseline", metrics: baseline, chosen: 14, names: roadNames() },
        ],
      },
      displays: [
        display("One muon", 3, [0, 1, 0], 1),
        display("A muon that crosses partitions", 16, [0, 1, 0], 1),
        display("Two muons", 5, [0, 0, 1], 1),
        display("Ten times the background", 2, [0, 1, 0], 10),
      ],
    },
    provenance: {
      model: {
        path: "examples/muon-cnn/model.keras",
        sha256: "3b1f0c94d2ab5e7786f1c9a0e45d2b6f8130aa97c4de51f2680b9377ace4d015",
      },
      config: {
        path: "examples/muon-cnn/l1c.yaml",
        sha256: "a91e33d0f5c7b2468e10ad94c6f72b3855e0917dc24fa8b6630d19e7c5fb2a84",
      },
      seeds: [
        { use: "physics events", seed: 1 },
        { use: "co-simulation events", seed: 2 },
      ],
      commands: [
        "l1c generate muon --events 20000 --seed 1 --muons 0:0.4,1:0.4,2:0.2 -o demo-out/events.npz",
        "l1c compile examples/muon-cnn/model.keras -c examples/muon-cnn/l1c.yaml -o demo-out/build",
        "l1c cosim demo-out/build --events demo-out/cosim.npz",
      ],
      files: [
        {
          path: "manifest.json",
          bytes: 4210,
          sha256: "5d7c1e90bb2f4a6388c0d1f7e2a9b4c6075813e4fda96b2c30e8f71d54a6b9c2",
        },
        {
          path: "verilog/muon_cnn.v",
          bytes: 1_284_310,
          sha256: "e4a09f7b1c62d8350f9e7ba4c1d6328f50b7e9a2c4d81f63708ea5b9d2c1f046",
        },
        { path: "report.html", bytes: 312_400 },
      ],
    },
  };
}
