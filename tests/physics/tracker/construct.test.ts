import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { trackerGraph } from "../../../src/physics/tracker/arrays.js";
import {
  beamCrossing,
  constructGraphs,
  gridOf,
  phiSlopeOf,
  slopeOf,
} from "../../../src/physics/tracker/construct.js";
import { createConstructionMetrics } from "../../../src/physics/tracker/construction-metrics.js";
import { edgeFeatures, nodeFeatures } from "../../../src/physics/tracker/features.js";
import { generateTrackerEvent, NOISE, type TrackerHit } from "../../../src/physics/tracker/generate.js";
import {
  etaAt,
  etaSectorOf,
  LAYER_RADII,
  phiSectorOf,
  sectorCentre,
  wrapAngle,
} from "../../../src/physics/tracker/geometry.js";
import {
  type ConstructionOptions,
  DEFAULT_TRACKER_OPTIONS,
  type TrackerOptions,
} from "../../../src/physics/tracker/options.js";
import { mistakeOf } from "../../support/mistake.js";

const options = (
  construction: Partial<ConstructionOptions> = {},
  changes: Partial<TrackerOptions> = {},
): TrackerOptions => ({
  ...DEFAULT_TRACKER_OPTIONS,
  ...changes,
  construction: { ...DEFAULT_TRACKER_OPTIONS.construction, ...construction },
});
/** One sector, all pairs of hits of neighbouring layers. */
const OPEN = { phiSectors: 1, etaSectors: 1, phiSlope: 1, z0Max: 1e6 };

const hit = (layer: number, phi: number, z: number, particle = NOISE): TrackerHit => ({
  layer,
  r: LAYER_RADII[layer],
  phi,
  z,
  particle,
});
/** The graphs of some hits of no known particles. */
const graphsOfHits = (hits: readonly TrackerHit[], construction: Partial<ConstructionOptions>) =>
  constructGraphs(options(construction), { particles: [], hits });

describe("sectors", () => {
  it("hold every point in one, whose middle is at most half a width away", () => {
    const points = fc.record({
      phi: fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }).map(wrapAngle),
      z: fc.double({ min: -5000, max: 5000, noNaN: true }),
      r: fc.constantFrom(...LAYER_RADII),
      phiSectors: fc.integer({ min: 1, max: 40 }),
      etaSectors: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(points, ({ phi, z, r, ...sectors }) => {
        const grid = { ...sectors, etaMax: 1.5 };
        const sector = phiSectorOf(grid, phi);
        expect(Number.isInteger(sector) && sector >= 0 && sector < grid.phiSectors).toBe(true);
        const [, relative] = nodeFeatures(grid, sector, { r, phi, z });
        expect(Math.abs(relative)).toBeLessThanOrEqual(1 + 1e-9);
        const slice = etaSectorOf(grid, r, z);
        expect(Number.isInteger(slice) && slice >= 0 && slice < grid.etaSectors).toBe(true);
        const low = -1.5 + (slice * 3) / grid.etaSectors;
        if (slice > 0) expect(etaAt(r, z)).toBeGreaterThanOrEqual(low - 1e-9);
        if (slice < grid.etaSectors - 1) expect(etaAt(r, z)).toBeLessThan(low + 3 / grid.etaSectors + 1e-9);
      }),
    );
    expect(sectorCentre({ phiSectors: 8, etaSectors: 1, etaMax: 1 }, 0)).toBeCloseTo((-7 / 8) * Math.PI, 12);
  });
});

describe("wrapAngle", () => {
  it("brings angles into [−π, π), those in it unchanged", () => {
    fc.assert(
      fc.property(fc.double({ min: -20, max: 20, noNaN: true }), fc.constantFrom(0, -1, 1), (angle, ulps) => {
        for (const a of [angle, Math.PI * (1 + ulps * 2 ** -52), -Math.PI * (1 + ulps * 2 ** -52)]) {
          const wrapped = wrapAngle(a);
          expect(wrapped >= -Math.PI && wrapped < Math.PI).toBe(true);
          expect(Math.abs(Math.sin((wrapped - a) / 2))).toBeLessThan(1e-14);
          if (a >= -Math.PI && a < Math.PI) expect(wrapped).toBe(a);
        }
      }),
    );
  });
});

describe("features", () => {
  it("are those of the TrackML graphs: r/1000, φ/(π/8), z/1000 and their differences, ΔR in rad and η", () => {
    const grid = { phiSectors: 8, etaSectors: 2, etaMax: 5 };
    const sender = { r: 32, phi: -Math.PI / 8 + 0.1, z: -20 };
    const receiver = { r: 72, phi: -Math.PI / 8 + 0.13, z: -45 };
    const near = (values: readonly number[], wanted: readonly number[]) => {
      expect(values).toHaveLength(wanted.length);
      values.forEach((value, i) => {
        expect(value).toBeCloseTo(wanted[i], 12);
      });
    };
    near(nodeFeatures(grid, 3, sender), [0.032, 0.1 / (Math.PI / 8), -0.02]);
    // η from the polar angle, as another way to it.
    const eta = ({ r, z }: typeof sender) => -Math.log(Math.tan(Math.atan2(r, z) / 2));
    const dR = Math.hypot(eta(receiver) - eta(sender), 0.03);
    near(edgeFeatures(grid, sender, receiver), [0.04, 0.03 / (Math.PI / 8), -0.025, dR]);
  });

  it("take Δφ the short way round", () => {
    const grid = { phiSectors: 2, etaSectors: 1, etaMax: 1 };
    const [, dphi] = edgeFeatures(grid, { r: 32, phi: 3.1, z: 0 }, { r: 72, phi: -3.1, z: 0 });
    expect(dphi).toBeCloseTo((2 * Math.PI - 6.2) / (Math.PI / 2), 12);
  });
});

describe("constructGraphs", () => {
  it("joins hits of neighbouring layers outwards, by sender and receiver, nodes by layer and φ", () => {
    const { graphs } = graphsOfHits(
      [hit(2, 0.1, 0), hit(0, 0.2, 0), hit(1, 0.3, 0), hit(1, -0.3, 0), hit(0, -0.2, 0)],
      OPEN,
    );
    expect(graphs).toHaveLength(1);
    const [{ hits, senders, receivers, labels }] = graphs;
    expect(hits.map(({ layer, phi }) => [layer, phi])).toEqual([
      [0, -0.2],
      [0, 0.2],
      [1, -0.3],
      [1, 0.3],
      [2, 0.1],
    ]);
    expect(senders).toEqual([0, 0, 1, 1, 2, 3]);
    expect(receivers).toEqual([2, 3, 2, 3, 4, 4]);
    expect(labels).toEqual(new Array(6).fill(false));
  });

  it("cuts on the slope and on z0, at their values", () => {
    const [inner, outer] = [hit(0, 0, 10), hit(1, 0.0243, 50)];
    const edges = (construction: Partial<ConstructionOptions>) =>
      graphsOfHits([inner, outer], { ...OPEN, ...construction }).graphs[0].senders.length;
    expect(slopeOf(inner, outer)).toBeCloseTo(0.0006, 12);
    expect(edges({ phiSlope: 0.000601 })).toBe(1);
    expect(edges({ phiSlope: 0.000599 })).toBe(0);
    // 10 − 31.5 · 40/40.5 mm.
    expect(beamCrossing(inner, outer)).toBeCloseTo(10 - (31.5 * 40) / 40.5, 12);
    expect(edges({ z0Max: 21.2 })).toBe(1);
    expect(edges({ z0Max: 21.1 })).toBe(0);
  });

  it("joins across φ = π where there is one sector, not where there are more", () => {
    const hits = [hit(0, 3.14, 0), hit(1, -3.14, 0)];
    expect(graphsOfHits(hits, OPEN).graphs[0].senders).toHaveLength(1);
    const split = graphsOfHits(hits, { ...OPEN, phiSectors: 2 }).graphs;
    expect(split.map(({ senders, hits: own }) => [own.length, senders.length])).toEqual([
      [1, 0],
      [1, 0],
    ]);
  });

  it("refuses a graph of more edges than fit", () => {
    const hits = [0, 1].flatMap((layer) => Array.from({ length: 3200 }, () => hit(layer, 0, 0)));
    expect(mistakeOf(() => graphsOfHits(hits, OPEN))).toContain("a graph has more than 10000000 edges");
  });

  it("labels consecutive hits of a particle, over a missed layer only where edges may leave one out", () => {
    const hits = [hit(0, 0, 0, 4), hit(1, 0, 0, 4), hit(3, 0, 0, 4), hit(3, 0.01, 0)];
    const near = graphsOfHits(hits, OPEN);
    expect(near.graphs[0]).toMatchObject({ senders: [0], receivers: [1], labels: [true] });
    expect(near.truePairs).toMatchObject({ kept: 1, overGaps: 1 });
    const far = graphsOfHits(hits, { ...OPEN, skip: 1 });
    expect(far.graphs[0]).toMatchObject({
      senders: [0, 1, 1],
      receivers: [1, 2, 3],
      labels: [true, true, false],
    });
    expect(far.truePairs).toMatchObject({ kept: 2, overGaps: 0 });
    // An edge that leaves out a layer with a hit of the particle is no part of its track.
    const whole = graphsOfHits([hit(0, 0, 0, 4), hit(1, 0, 0, 4), hit(2, 0, 0, 4)], { ...OPEN, skip: 1 });
    expect(whole.graphs[0]).toMatchObject({ receivers: [1, 2, 2], labels: [true, false, true] });
  });

  it("says of each pair of a particle's hits what it was lost to", () => {
    const pair = (a: TrackerHit, b: TrackerHit) =>
      graphsOfHits([a, b], { phiSlope: 0.001, z0Max: 100 }).truePairs;
    const none = { kept: 0, lostToSectors: 0, lostToPhiSlope: 0, lostToZ0: 0, overGaps: 0 };
    expect(pair(hit(0, 0.1, 1, 0), hit(1, 0.11, 2, 0))).toEqual({ ...none, kept: 1 });
    expect(pair(hit(0, 0.01, 1, 0), hit(1, -0.01, 2, 0))).toEqual({ ...none, lostToSectors: 1 });
    expect(pair(hit(0, 0.1, 1, 0), hit(1, 0.1, -1, 0))).toEqual({ ...none, lostToSectors: 1 });
    expect(pair(hit(0, 0.1, 1, 0), hit(1, 0.2, 2, 0))).toEqual({ ...none, lostToPhiSlope: 1 });
    expect(pair(hit(0, 0.1, 1, 0), hit(1, 0.1, 300, 0))).toEqual({ ...none, lostToZ0: 1 });
    expect(pair(hit(0, 0.1, 1, 0), hit(2, 0.1, 2, 0))).toEqual({ ...none, overGaps: 1 });
    expect(pair(hit(0, 0.1, 1), hit(1, 0.1, 2))).toEqual(none);
  });

  it.each([
    [{}, {}],
    [{ phiSectors: 1, etaSectors: 1 }, { field: 3.8 }],
    [
      { phiSectors: 5, etaSectors: 3, skip: 2, phiSlope: 0.0004, z0Max: 30 },
      { noise: 30, efficiency: 0.8 },
    ],
  ])(
    "keeps all hits, makes exactly the edges that the conditions allow, counts its true ones: %o %o",
    (construction, changes) => {
      const chosen = options(construction, changes);
      const grid = gridOf(chosen);
      const slope = phiSlopeOf(chosen);
      for (let index = 0; index < 3; index++) {
        const event = generateTrackerEvent(chosen, index);
        const { graphs, truePairs } = constructGraphs(chosen, event);
        expect(graphs).toHaveLength(grid.phiSectors * grid.etaSectors);
        expect(graphs.flatMap(({ hits }) => hits)).toHaveLength(event.hits.length);
        const made = new Set<string>();
        const number = new Map(event.hits.map((one, i) => [one, i]));
        let trueEdges = 0;
        for (const { hits, senders, receivers, labels } of graphs) {
          senders.forEach((s, e) => {
            made.add(`${number.get(hits[s])} ${number.get(hits[receivers[e]])}`);
          });
          trueEdges += labels.filter(Boolean).length;
        }
        expect(trueEdges).toBe(truePairs.kept);
        let allowed = 0;
        event.hits.forEach((a, i) => {
          event.hits.forEach((b, j) => {
            if (b.layer <= a.layer || b.layer > a.layer + 1 + chosen.construction.skip) return;
            if (phiSectorOf(grid, a.phi) !== phiSectorOf(grid, b.phi)) return;
            if (etaSectorOf(grid, a.r, a.z) !== etaSectorOf(grid, b.r, b.z)) return;
            if (Math.abs(wrapAngle(b.phi - a.phi)) > slope * (b.r - a.r) * (1 + 1e-12)) return;
            const z0 = a.z - (a.r / (b.r - a.r)) * (b.z - a.z);
            if (Math.abs(z0) > chosen.construction.z0Max * (1 + 1e-12)) return;
            allowed++;
            if (!made.has(`${i} ${j}`)) throw new Error(`no edge from hit ${i} to hit ${j}`);
          });
        });
        expect(made.size).toBe(allowed);
      }
    },
  );

  it("derives the slope from the lowest pT, so that tracks lose few edges to it", () => {
    expect(phiSlopeOf(options({ phiSlope: 0.0123 }))).toBe(0.0123);
    // In four layers the bend of 0.5 GeV in 2 T is c B / 2 pT, the 0.0006 rad/mm of the TrackML graphs.
    expect(phiSlopeOf(options({}, { layers: 4 })) / 1.2).toBeCloseTo(0.0006, 5);
    const metrics = createConstructionMetrics();
    const whole = options({ ...OPEN, phiSlope: undefined });
    for (let i = 0; i < 10; i++) metrics.add(constructGraphs(whole, generateTrackerEvent(whole, i)));
    const { kept, lostToPhiSlope } = metrics.result().truePairs;
    expect(kept).toBeGreaterThan(5000);
    expect(lostToPhiSlope / kept).toBeLessThan(0.001);
    expect(phiSlopeOf(options({}, { field: 0 }))).toBeCloseTo(0.4 / (31.5 * 72), 12);
  });
});

describe("createConstructionMetrics", () => {
  it("adds up events and graphs", () => {
    const metrics = createConstructionMetrics();
    const chosen = options();
    let [edges, trueEdges, nodes] = [0, 0, 0];
    const sizes: number[] = [];
    for (let i = 0; i < 4; i++) {
      const constructed = constructGraphs(chosen, generateTrackerEvent(chosen, i));
      metrics.add(constructed);
      for (const sector of constructed.graphs) {
        const graph = trackerGraph(gridOf(chosen), sector);
        nodes += graph.nodes;
        edges += graph.edges;
        trueEdges += graph.y.reduce((a, b) => a + b, 0);
        sizes.push(graph.nodes);
      }
    }
    sizes.sort((a, b) => a - b);
    const result = metrics.result();
    expect(result.graphs).toBe(64);
    expect(result.nodes).toEqual({ mean: nodes / 64, most: sizes[63], percentile99: sizes[63] });
    expect(result.edges.mean).toBe(edges / 64);
    expect(result.purity?.value).toBeCloseTo(trueEdges / edges, 12);
    const { lostToSectors, lostToPhiSlope, lostToZ0, kept } = result.truePairs;
    expect(kept).toBe(trueEdges);
    expect(result.efficiency?.value).toBeCloseTo(
      kept / (kept + lostToSectors + lostToPhiSlope + lostToZ0),
      12,
    );
  });

  it("has the least size that 99 % of the graphs do not exceed", () => {
    const metrics = createConstructionMetrics();
    const graphs = Array.from({ length: 200 }, (_, i) => ({
      phiSector: 0,
      etaSector: 0,
      hits: new Array(i).fill(hit(0, 0, 0)),
      senders: [],
      receivers: [],
      labels: [],
    }));
    const truePairs = { kept: 0, lostToSectors: 0, lostToPhiSlope: 0, lostToZ0: 0, overGaps: 0 };
    metrics.add({ graphs, truePairs });
    expect(metrics.result()).toMatchObject({
      nodes: { mean: 99.5, most: 199, percentile99: 197 },
      edges: { mean: 0, most: 0, percentile99: 0 },
      efficiency: null,
      purity: null,
    });
  });
});
