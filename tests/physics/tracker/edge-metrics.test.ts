import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEdgeMetrics } from "../../../src/physics/tracker/edge-metrics.js";
import { areaUnderCurve } from "../../../src/statistics/roc.js";
import { mistakeOf } from "../../support/mistake.js";

const graph = (...y: readonly number[]) => ({ edges: y.length, y: Uint8Array.from(y) });

describe("createEdgeMetrics", () => {
  it("counts edges of at least the threshold's score", () => {
    const metrics = createEdgeMetrics({ thresholds: [0.2, 0.5, 0.9] });
    metrics.add(graph(1, 0, 1, 0), [0.9, 0.5, 0.5, 0.1]);
    metrics.add(graph(), []);
    metrics.add(graph(1, 0), [0.3, 0.2]);
    const { thresholds, ...all } = metrics.result();
    expect(all).toMatchObject({ graphs: 3, edges: 6, trueEdges: 3, aucError: 0 });
    // Pairs in order: 0.9 beats 3, 0.5 beats 2 and ties one, 0.3 beats 2.
    expect(all.auc).toBeCloseTo(7.5 / 9, 12);
    expect(thresholds[0]).toMatchObject({
      truePositives: 3,
      falsePositives: 2,
      trueNegatives: 1,
      falseNegatives: 0,
    });
    expect(thresholds[1]).toMatchObject({
      truePositives: 2,
      falsePositives: 1,
      trueNegatives: 2,
      falseNegatives: 1,
    });
    expect(thresholds[2]).toMatchObject({
      truePositives: 1,
      falsePositives: 0,
      trueNegatives: 3,
      falseNegatives: 2,
    });
    expect(thresholds[1].efficiency?.value).toBeCloseTo(2 / 3, 12);
    expect(thresholds[1].purity?.value).toBeCloseTo(2 / 3, 12);
    expect(thresholds[1].accuracy?.value).toBeCloseTo(4 / 6, 12);
    expect(thresholds[2].purity?.value).toBe(1);
  });

  it("has no purity where nothing is taken and no area where all edges are of one kind", () => {
    const metrics = createEdgeMetrics({ thresholds: [2] });
    metrics.add(graph(1, 1), [0, 1]);
    expect(metrics.result()).toMatchObject({ auc: null, aucError: null, roc: [] });
    expect(metrics.result().thresholds[0]).toMatchObject({ purity: null, efficiency: { value: 0 } });
  });

  it("gives the same whatever graphs the edges are in, and the area of all edges within its error", () => {
    const edge = fc.tuple(fc.integer({ min: -40, max: 40 }), fc.integer({ min: 0, max: 1 }));
    fc.assert(
      fc.property(
        fc.array(edge, { minLength: 2, maxLength: 80 }),
        fc.nat(80),
        fc.integer({ min: 2, max: 100 }),
        (edges, cut, mostScores) => {
          const thresholds = [-20, 0, 5.5, 30];
          const [one, two] = [
            createEdgeMetrics({ thresholds, mostScores }),
            createEdgeMetrics({ thresholds, mostScores }),
          ];
          const add = (metrics: typeof one, part: typeof edges) =>
            metrics.add(
              graph(...part.map(([, y]) => y)),
              part.map(([score]) => score),
            );
          add(one, edges);
          add(two, edges.slice(0, cut));
          add(two, edges.slice(cut));
          expect({ ...two.result(), graphs: 1 }).toEqual(one.result());
          const area = areaUnderCurve(
            Float64Array.from(edges, ([score]) => score),
            (e) => edges[e][1] === 1,
          );
          const { auc, aucError } = one.result();
          if (Number.isNaN(area)) expect(auc).toBeNull();
          else expect(Math.abs((auc as number) - area)).toBeLessThanOrEqual((aucError as number) + 1e-12);
          if (new Set(edges.map(([score]) => score)).size <= mostScores) expect(aucError ?? 0).toBe(0);
        },
      ),
    );
  });

  it("refuses what cannot be judged", () => {
    for (const thresholds of [[], [1, 1], [2, 1], [Number.NaN]])
      expect(mistakeOf(() => createEdgeMetrics({ thresholds }))).toContain("ascending numbers");
    const metrics = createEdgeMetrics({ thresholds: [0] });
    expect(mistakeOf(() => metrics.add({ edges: 1 }, [0]))).toContain("the graphs have no truth");
    expect(mistakeOf(() => metrics.add(graph(1), []))).toContain("there are 0 scores for 1 edges");
    expect(mistakeOf(() => metrics.add(graph(1, 0), [0, Number.NaN]))).toContain(
      "the score of edge 1 is NaN",
    );
    expect(metrics.result()).toMatchObject({ graphs: 0, edges: 0 });
  });
});
