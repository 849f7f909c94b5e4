import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { connectedComponents } from "../../../src/physics/tracker/components.js";
import type { TrackerGraph } from "../../../src/physics/tracker/graphs.js";
import { DEFAULT_TRACKER_OPTIONS } from "../../../src/physics/tracker/options.js";
import { createTrackMetrics } from "../../../src/physics/tracker/track-metrics.js";
import { mistakeOf } from "../../support/mistake.js";
import { sampleGraphs } from "../../support/tracker.js";

/** A graph of these particles' hits and edges; all scores are 1. */
function judge(pid: readonly number[], edges: readonly (readonly [number, number])[], leastHits?: number) {
  const metrics = createTrackMetrics({ thresholds: [0.5], ...(leastHits !== undefined && { leastHits }) });
  metrics.add(graphOf(pid, edges), new Array(edges.length).fill(1));
  const { thresholds, particles } = metrics.result();
  const { tracks, perfect, doubleMajority, lhc } = thresholds[0];
  return { particles, tracks, perfect, doubleMajority, lhc };
}

function graphOf(pid: readonly number[], edges: readonly (readonly [number, number])[]): TrackerGraph {
  return {
    nodes: pid.length,
    edges: edges.length,
    x: new Float32Array(3 * pid.length),
    edgeAttr: new Float32Array(4 * edges.length),
    senders: Int32Array.from(edges, ([from]) => from),
    receivers: Int32Array.from(edges, ([, to]) => to),
    pid: Int32Array.from(pid),
  };
}

/** Edges along a chain of nodes. */
const chain = (...nodes: readonly number[]) => nodes.slice(1).map((node, i) => [nodes[i], node] as const);

describe("createTrackMetrics", () => {
  it("finds whole particles perfectly", () => {
    expect(judge([0, 0, 0, 1, 1, 1, 1], [...chain(0, 1, 2), ...chain(3, 4, 5, 6)])).toEqual({
      particles: 2,
      tracks: 2,
      perfect: 2,
      doubleMajority: 2,
      lhc: 2,
    });
  });

  it("counts a track with a hit too few as no perfect one", () => {
    expect(judge([0, 0, 0, 0, 0], chain(0, 1, 2))).toEqual({
      particles: 1,
      tracks: 1,
      perfect: 0,
      doubleMajority: 1,
      lhc: 1,
    });
  });

  it("wants more than half of the particle for a double majority", () => {
    const halves = [...chain(0, 1, 2), ...chain(3, 4, 5)];
    expect(judge([0, 0, 0, 0, 0, 0], halves)).toMatchObject({ tracks: 2, doubleMajority: 0, lhc: 2 });
  });

  it("wants more than half of the track for a double majority, and more than three quarters for LHC", () => {
    // 3 of 5, 3 of 4 and 4 of 5 hits.
    expect(judge([0, 0, 0, -1, -1], chain(0, 1, 2, 3, 4))).toMatchObject({ doubleMajority: 1, lhc: 0 });
    expect(judge([0, 0, 0, -1], chain(0, 1, 2, 3))).toMatchObject({ doubleMajority: 1, lhc: 0, perfect: 0 });
    expect(judge([0, 0, 0, 0, -1], chain(0, 1, 2, 3, 4))).toMatchObject({
      doubleMajority: 1,
      lhc: 1,
      perfect: 0,
    });
    expect(judge([0, 0, 1, 1], chain(0, 1, 2, 3), 2)).toMatchObject({ tracks: 1, doubleMajority: 0, lhc: 0 });
  });

  it("takes no component of few hits for a track and no particle of few hits for one to be found", () => {
    expect(judge([0, 0, 1, 1, 1, -1], [...chain(0, 1), ...chain(2, 3)])).toEqual({
      particles: 1,
      tracks: 0,
      perfect: 0,
      doubleMajority: 0,
      lhc: 0,
    });
    expect(judge([0, 0, 1, 1, 1, -1], [...chain(0, 1), ...chain(2, 3)], 2)).toMatchObject({
      particles: 2,
      tracks: 2,
      perfect: 1,
      doubleMajority: 2,
      lhc: 2,
    });
  });

  it("does not take noise for a particle", () => {
    expect(judge([-1, -1, -1, -1], chain(0, 1, 2, 3))).toEqual({
      particles: 0,
      tracks: 1,
      perfect: 0,
      doubleMajority: 0,
      lhc: 0,
    });
  });

  it("has no efficiency without particles or tracks, and goes over graphs without nodes", () => {
    const metrics = createTrackMetrics({ thresholds: [0, 1] });
    metrics.add(graphOf([], []), []);
    expect(metrics.result()).toMatchObject({ graphs: 1, particles: 0 });
    expect(metrics.result().thresholds[1]).toMatchObject({ perfectEfficiency: null, lhcEfficiency: null });
  });

  it("joins fewer hits at a higher threshold", () => {
    const metrics = createTrackMetrics({ thresholds: [0.1, 0.5, 0.9] });
    // Two particles, joined at 0.1 by a false edge; the second falls apart at 0.9.
    const edges = [...chain(0, 1, 2), [2, 3] as const, ...chain(3, 4, 5)];
    metrics.add(graphOf([0, 0, 0, 1, 1, 1], edges), [0.95, 0.9, 0.2, 0.6, 0.7]);
    expect(metrics.result().thresholds).toMatchObject([
      { tracks: 1, perfect: 0, doubleMajority: 0, lhc: 0 },
      { tracks: 2, perfect: 2, lhc: 2, lhcEfficiency: { value: 1 } },
      { tracks: 1, perfect: 1, perfectEfficiency: { value: 0.5 } },
    ]);
  });

  it("has, for any graph, perfect ≤ double majority ≤ particles and LHC ≤ tracks", () => {
    const graphs = fc
      .integer({ min: 1, max: 20 })
      .chain((nodes) =>
        fc.tuple(
          fc.array(fc.integer({ min: -1, max: 3 }), { minLength: nodes, maxLength: nodes }),
          fc.array(fc.tuple(fc.nat(nodes - 1), fc.nat(nodes - 1)), { maxLength: 25 }),
          fc.integer({ min: 1, max: 5 }),
        ),
      );
    fc.assert(
      fc.property(graphs, ([pid, edges, least]) => {
        const { particles, tracks, perfect, doubleMajority, lhc } = judge(pid, edges, least);
        expect(perfect).toBeLessThanOrEqual(doubleMajority);
        expect(doubleMajority).toBeLessThanOrEqual(particles);
        expect(lhc).toBeLessThanOrEqual(tracks);
      }),
    );
  });

  it("finds every particle by its true edges where no layer is missed and there is one sector", () => {
    const graphs = sampleGraphs(
      {
        ...DEFAULT_TRACKER_OPTIONS,
        efficiency: 1,
        construction: {
          ...DEFAULT_TRACKER_OPTIONS.construction,
          phiSectors: 1,
          etaSectors: 1,
          phiSlope: 1,
          z0Max: 1e6,
        },
      },
      2,
    );
    const metrics = createTrackMetrics({ thresholds: [1] });
    for (const graph of graphs) metrics.add(graph, graph.y);
    const { particles, thresholds } = metrics.result();
    expect(particles).toBeGreaterThan(100);
    expect(thresholds[0]).toMatchObject({ tracks: particles, perfect: particles, lhc: particles });
  });

  it("refuses graphs without particles, and scores that do not fit", () => {
    const metrics = createTrackMetrics({ thresholds: [0] });
    const { pid: _, ...graph } = graphOf([0, 0], chain(0, 1));
    expect(mistakeOf(() => metrics.add(graph, [1]))).toContain("the graphs have no particles");
    expect(mistakeOf(() => metrics.add(graphOf([0, 0], chain(0, 1)), []))).toContain("0 scores for 1 edges");
    expect(mistakeOf(() => createTrackMetrics({ thresholds: [0], leastHits: 0 }))).toContain(
      "no number of hits",
    );
  });
});

describe("connectedComponents", () => {
  it("joins exactly the nodes between which there is a way, under their lowest", () => {
    const graphs = fc
      .integer({ min: 1, max: 12 })
      .chain((nodes) =>
        fc.tuple(
          fc.constant(nodes),
          fc.array(fc.tuple(fc.nat(nodes - 1), fc.nat(nodes - 1), fc.boolean()), { maxLength: 15 }),
        ),
      );
    fc.assert(
      fc.property(graphs, ([nodes, edges]) => {
        const roots = connectedComponents(
          nodes,
          edges.map(([from]) => from),
          edges.map(([, to]) => to),
          (e) => edges[e][2],
        );
        for (let start = 0; start < nodes; start++) {
          const reached = new Set([start]);
          for (let size = 0; size !== reached.size; ) {
            size = reached.size;
            for (const [a, b, taken] of edges) {
              if (taken && (reached.has(a) || reached.has(b))) reached.add(a).add(b);
            }
          }
          expect(roots[start]).toBe(Math.min(...reached));
        }
      }),
    );
  });
});
