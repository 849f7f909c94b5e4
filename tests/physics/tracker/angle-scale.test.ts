import { describe, expect, it } from "vitest";
import { angleScaleOf } from "../../../src/physics/tracker/angle-scale.js";
import { DEFAULT_TRACKER_OPTIONS } from "../../../src/physics/tracker/options.js";
import { sampleGraphs } from "../../support/tracker.js";

describe("angleScaleOf", () => {
  it.each([4, 8, 16])("finds half the width of one of %i sectors in the features", (phiSectors) => {
    const { construction, ...options } = DEFAULT_TRACKER_OPTIONS;
    const graphs = sampleGraphs({ ...options, construction: { ...construction, phiSectors } }, 1);
    const [largest] = graphs.toSorted((a, b) => b.edges - a.edges);
    expect(angleScaleOf(largest)).toBeCloseTo(Math.PI / phiSectors, 4);
  });

  it("is not known without an edge", () => {
    const none = { edges: 0, x: new Float32Array(), edgeAttr: new Float32Array() };
    const ends = { senders: new Int32Array(), receivers: new Int32Array() };
    expect(angleScaleOf({ ...none, ...ends })).toBeUndefined();
  });
});
