import { expect, it } from "vitest";
import { createScoreComparison } from "../../../src/physics/tracker/score-comparison.js";
import { mistakeOf } from "../../support/mistake.js";

it("counts the edges that two scores decide differently, and the scores of true and false edges", () => {
  const comparison = createScoreComparison({ thresholds: [0.25, 0.5, 0.75], bins: 4, probability: (x) => x });
  const none = Number.NEGATIVE_INFINITY;
  comparison.add(
    { edges: 5, y: Uint8Array.of(1, 1, 0, 0, 1) },
    { fixed: [0.5, 1, 0.2, 0, none], float: [0.49, 0.74, 0.8, 0, none] },
  );
  comparison.add({ edges: 1, y: Uint8Array.of(1) }, { fixed: [0.24], float: [0.25] });
  const { flips, histograms } = comparison.result();
  expect(flips).toEqual([2, 2, 2]);
  expect(histograms.fixed).toEqual({ trueEdges: [1, 0, 1, 1], falseEdges: [2, 0, 0, 0] });
  expect(histograms.float).toEqual({ trueEdges: [0, 2, 1, 0], falseEdges: [1, 0, 0, 1] });
});

it("takes logits by the probability that they stand for", () => {
  const probability = (x: number) => 1 / (1 + Math.exp(-x));
  const comparison = createScoreComparison({ thresholds: [0], bins: 2, probability });
  comparison.add({ edges: 3, y: Uint8Array.of(1, 1, 0) }, { fixed: [-40, 0, 800], float: [0, -1, 1] });
  expect(comparison.result()).toEqual({
    flips: [2],
    histograms: {
      fixed: { trueEdges: [1, 1], falseEdges: [0, 1] },
      float: { trueEdges: [1, 1], falseEdges: [0, 1] },
    },
  });
});

it("refuses thresholds that do not ascend", () => {
  expect(
    mistakeOf(() => createScoreComparison({ thresholds: [1, 0], bins: 2, probability: (x) => x })),
  ).toContain("ascending");
});
