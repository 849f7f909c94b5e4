import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSegmentFinder, segmentDefinition } from "../../../src/physics/muon/segments.js";

/** partition, strip, layer, whether it is a muon's. */
type Voxel = readonly [number, number, number, boolean];
const definition = segmentDefinition(384);

function count(voxels: readonly Voxel[]) {
  const finder = createSegmentFinder(definition);
  finder.reset();
  for (const voxel of voxels) finder.mark(...voxel);
  return finder.count();
}

const line = (
  partition: number,
  strip: number,
  slope: number,
  layers: readonly number[],
  isTrue = false,
): Voxel[] => layers.map((layer) => [partition, strip + slope * layer, layer, isTrue]);

describe("segments", () => {
  it("need four different layers", () => {
    expect(count(line(3, 100, 1, [0, 1, 2]))).toEqual({ segments: 0, fakes: 0 });
    expect(count([...line(3, 100, 1, [0, 1, 2]), [3, 101, 0, false]])).toEqual({ segments: 0, fakes: 0 });
    expect(count(line(3, 100, 1, [0, 2, 3, 5]))).toEqual({ segments: 1, fakes: 1 });
  });

  it("reach over four strips and not over five", () => {
    expect(count(line(3, 100, 4, [0, 1, 2, 3])).segments).toBe(1);
    expect(count(line(3, 100, 5, [0, 1, 2, 3])).segments).toBe(0);
  });

  it("reach over a partition's edge and not over a whole partition", () => {
    expect(count([...line(3, 100, 0, [0, 1]), ...line(2, 100, 0, [2, 3])]).segments).toBe(1);
    expect(count([...line(3, 100, 0, [0, 1]), ...line(1, 100, 0, [2, 3])]).segments).toBe(0);
  });

  it("are no fakes if any voxel is a muon's, in whatever order the parts come together", () => {
    const parts = [...line(3, 100, 0, [0, 1, 2]), ...line(3, 108, 0, [3, 4], true), ...line(3, 104, 0, [5])];
    expect(count(parts)).toEqual({ segments: 1, fakes: 0 });
    expect(count([...parts].reverse())).toEqual({ segments: 1, fakes: 0 });
  });

  it("scale their reach with the strips of the image", () => {
    expect(segmentDefinition(192)).toEqual({ gapStrips: 2, minLayers: 4 });
  });

  it("equal a flood fill over columns, whatever the order", () => {
    const voxel = fc.tuple(fc.nat({ max: 7 }), fc.nat({ max: 60 }), fc.nat({ max: 5 }), fc.boolean());
    fc.assert(
      fc.property(
        fc.uniqueArray(voxel, { maxLength: 60, selector: ([p, s, l]) => `${p} ${s} ${l}` }),
        (voxels) => {
          const left = new Set(voxels);
          const expected = { segments: 0, fakes: 0 };
          while (left.size > 0) {
            const queue = [[...left][0]];
            left.delete(queue[0]);
            for (const [p, s] of queue) {
              for (const other of left) {
                if (Math.abs(other[0] - p) > 1 || Math.abs(other[1] - s) > 4) continue;
                left.delete(other);
                queue.push(other);
              }
            }
            if (new Set(queue.map(([, , layer]) => layer)).size < 4) continue;
            expected.segments++;
            if (!queue.some(([, , , isTrue]) => isTrue)) expected.fakes++;
          }
          expect(count(voxels)).toEqual(expected);
          expect(count([...voxels].reverse())).toEqual(expected);
        },
      ),
      { seed: 4, numRuns: 300 },
    );
  });
});
