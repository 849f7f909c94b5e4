import { describe, expect, it } from "vitest";
import {
  ETA_MAX,
  ETA_MIN,
  LAYERS,
  PARTITION_EDGE_CM,
  PARTITION_RADIUS_CM,
  partitionAt,
  radiusAt,
  voxelIndex,
} from "../../../src/physics/muon/geometry.js";

describe("the chamber", () => {
  it("puts each mean radius into its partition", () => {
    expect(PARTITION_RADIUS_CM.map(partitionAt)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it("spans the η range in every layer: the first and last partition, and not beyond by more than half one", () => {
    for (let layer = 0; layer < LAYERS; layer++) {
      expect(partitionAt(radiusAt(ETA_MIN, layer))).toBe(0);
      expect(partitionAt(radiusAt(ETA_MAX, layer))).toBe(7);
      expect(radiusAt(ETA_MIN, layer)).toBeLessThan(143 + 7.5);
      expect(radiusAt(ETA_MAX, layer)).toBeGreaterThan(66 - 4);
    }
  });

  it("is crossed outwards: the radius grows and the partition never does", () => {
    for (let eta = ETA_MIN; eta <= ETA_MAX; eta += 0.001) {
      expect(radiusAt(-eta, 5)).toBeGreaterThan(radiusAt(eta, 0));
      const step = partitionAt(radiusAt(eta, 0)) - partitionAt(radiusAt(eta, 5));
      expect([0, 1]).toContain(step);
    }
  });

  it("gives an edge to the outer partition", () => {
    PARTITION_EDGE_CM.forEach((edge, i) => {
      expect(partitionAt(edge)).toBe(i);
      expect(partitionAt(edge - 1e-9)).toBe(i + 1);
    });
  });

  it("numbers voxels with the layers last", () => {
    expect(voxelIndex(384, 0, 0, 5)).toBe(5);
    expect(voxelIndex(384, 0, 1, 0)).toBe(6);
    expect(voxelIndex(384, 1, 0, 0)).toBe(2304);
    expect(voxelIndex(192, 7, 191, 5)).toBe(8 * 192 * 6 - 1);
  });
});
