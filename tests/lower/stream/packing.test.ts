import { describe, expect, it } from "vitest";
import { axesAlong } from "../../../src/lower/stream/layout.js";
import { type Packing, positionOf } from "../../../src/lower/stream/packing.js";

/** A 2 × 5 image of channels of 1, 0 and 3 bits, two columns a beat. */
function packing(along: 0 | 1): Packing {
  const axes = axesAlong(along);
  const shape = [2, 5, 3] as const;
  const fields = [
    { low: 0, width: 1, signed: false },
    { low: 1, width: 0, signed: false },
    { low: 1, width: 3, signed: true },
  ];
  const sites = shape[axes.across];
  return {
    shape,
    axes,
    layout: { fields, siteBits: 4, sites, columnBits: 4 * sites },
    beat: { columns: 2, last: along === 1 ? 1 : 2 },
  };
}

describe("the place of an element in the stream", () => {
  it.each([
    [1, [0, 0, 0], { beat: 0, low: 0 }],
    [1, [1, 0, 2], { beat: 0, low: 5 }],
    [1, [0, 1, 0], { beat: 0, low: 8 }],
    [1, [1, 4, 2], { beat: 2, low: 5 }],
    [0, [0, 0, 0], { beat: 0, low: 0 }],
    [0, [0, 4, 2], { beat: 0, low: 17 }],
    [0, [1, 0, 0], { beat: 0, low: 20 }],
  ] as const)("along axis %i, element %j", (along, [row, column, channel], expected) => {
    expect(positionOf(packing(along), row, column, channel)).toEqual(expected);
  });

  it("is another one for every bit", () => {
    for (const along of [0, 1] as const) {
      const seen = new Set<string>();
      for (let row = 0; row < 2; row++) {
        for (let column = 0; column < 5; column++) {
          for (const [channel, width] of [1, 0, 3].entries()) {
            const { beat, low } = positionOf(packing(along), row, column, channel);
            for (let bit = 0; bit < width; bit++) seen.add(`${beat}.${low + bit}`);
          }
        }
      }
      expect(seen.size).toBe(2 * 5 * 4);
    }
  });
});
