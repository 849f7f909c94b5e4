import { describe, expect, it } from "vitest";
import { classifyVoxels } from "../../../src/report/chamber/classify.js";
import type { EventDisplay } from "../../../src/report/data.js";

const muon = { pt: 20, eta: 2.4, charge: 1, strip: 1, slope: 0 };

describe("classifyVoxels", () => {
  it("tells hits, marks and misses apart and lists each voxel once", () => {
    const event: EventDisplay = {
      title: "",
      partitions: 2,
      strips: 4,
      layers: 3,
      hits: [0, 5, 5, 7, 23],
      marked: [5, 23, 11],
      muons: [{ ...muon, voxels: [5, 7] }],
    };
    expect(classifyVoxels(event)).toEqual([
      { kind: "hit", partition: 0, strip: 0, layer: 0 },
      { kind: "missed-true", partition: 0, strip: 2, layer: 1 },
      { kind: "marked-false", partition: 0, strip: 3, layer: 2 },
      { kind: "marked-false", partition: 1, strip: 3, layer: 2 },
      { kind: "marked-true", partition: 0, strip: 1, layer: 2 },
    ]);
  });
});
