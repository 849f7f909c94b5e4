import { describe, expect, it } from "vitest";
import {
  type PortPacking,
  packingBeats,
  packingSize,
  packingWidth,
  placeOf,
  placesOf,
} from "../../src/lower/packing.js";

/** A 2 × 5 image of channels of 1, 0 and 3 bits, two columns (or rows) a beat. */
function stream(along: 0 | 1): PortPacking {
  const fields = [
    { low: 0, width: 1, signed: false },
    { low: 1, width: 0, signed: false },
    { low: 1, width: 3, signed: true },
  ];
  return {
    kind: "stream",
    shape: [2, 5, 3],
    along,
    columns: 2,
    last: along === 1 ? 1 : 2,
    fields,
    siteBits: 4,
  };
}

const PARALLEL: PortPacking = {
  kind: "parallel",
  fields: [
    { low: 0, width: 3, signed: true },
    { low: 3, width: 0, signed: false },
    { low: 3, width: 40, signed: false },
  ],
};

/** A 2 × 3 image of pixels of 2 × 2 elements of 2, 0, 1 and 3 bits: what is left of an image of 4 × 6. */
const RASTER: PortPacking = {
  kind: "raster",
  shape: [2, 3, 2, 2],
  axes: [0, 1],
  rowPeriod: 12,
  columnPeriod: 2,
  beats: 24,
  fields: [
    { low: 0, width: 2, signed: true },
    { low: 2, width: 0, signed: false },
    { low: 2, width: 1, signed: false },
    { low: 3, width: 3, signed: true },
  ],
};

/** The element (row, column, channel) of the 2 × 5 × 3 image. */
const element = ([row, column, channel]: readonly [number, number, number]) =>
  (row * 5 + column) * 3 + channel;

describe("the place of an element", () => {
  it.each([
    [1, [0, 0, 0], { beat: 0, low: 0, width: 1, signed: false }],
    [1, [1, 0, 2], { beat: 0, low: 5, width: 3, signed: true }],
    [1, [0, 1, 0], { beat: 0, low: 8, width: 1, signed: false }],
    [1, [1, 4, 2], { beat: 2, low: 5, width: 3, signed: true }],
    [0, [0, 0, 1], { beat: 0, low: 1, width: 0, signed: false }],
    [0, [0, 4, 2], { beat: 0, low: 17, width: 3, signed: true }],
    [0, [1, 0, 0], { beat: 0, low: 20, width: 1, signed: false }],
  ] as const)("of a stream along axis %i, element %j", (along, index, expected) => {
    expect(placeOf(stream(along), element(index))).toEqual(expected);
  });

  it("of a parallel port is its field", () => {
    expect(placeOf(PARALLEL, 2)).toEqual({ beat: 0, low: 3, width: 40, signed: false });
  });

  it("of a raster is a field of its pixel's beat", () => {
    const at = (row: number, column: number, i: number) => placeOf(RASTER, (row * 3 + column) * 4 + i);
    expect(at(0, 0, 0)).toEqual({ beat: 0, low: 0, width: 2, signed: true });
    expect(at(0, 2, 3)).toEqual({ beat: 4, low: 3, width: 3, signed: true });
    expect(at(1, 1, 2)).toEqual({ beat: 14, low: 2, width: 1, signed: false });
    expect(placeOf({ ...RASTER, shape: [2, 3], fields: RASTER.fields.slice(3) }, 5)).toEqual({
      beat: 16,
      low: 3,
      width: 3,
      signed: true,
    });
  });

  it("of a raster may have the axes of the tensor in any order", () => {
    const first: PortPacking = { ...RASTER, shape: [2, 2, 2, 3], axes: [2, 3] };
    for (let row = 0; row < 2; row++) {
      for (let column = 0; column < 3; column++) {
        for (let i = 0; i < 4; i++)
          expect(placeOf(first, (i * 2 + row) * 3 + column)).toEqual(
            placeOf(RASTER, (row * 3 + column) * 4 + i),
          );
      }
    }
  });

  it.each([
    ["a stream along the columns", stream(1), 16, 3],
    ["a stream along the rows", stream(0), 40, 1],
    ["a parallel port", PARALLEL, 43, 1],
    ["a raster", RASTER, 6, 24],
  ] as const)("is another one for every bit of %s, within the port", (_, packing, width, beats) => {
    expect([packingWidth(packing), packingBeats(packing)]).toEqual([width, beats]);
    const seen = new Set<string>();
    let bits = 0;
    for (let e = 0; e < packingSize(packing); e++) {
      const place = placeOf(packing, e);
      bits += place.width;
      expect(place.beat).toBeLessThan(beats);
      expect(place.low + place.width).toBeLessThanOrEqual(width);
      for (let bit = 0; bit < place.width; bit++) seen.add(`${place.beat}.${place.low + bit}`);
    }
    expect(seen.size).toBe(bits);
  });

  it("is the same in the arrays of all of them", () => {
    for (const packing of [
      stream(0),
      stream(1),
      PARALLEL,
      RASTER,
      { ...RASTER, shape: [2, 2, 3, 2], axes: [0, 2] } as const,
    ]) {
      const places = placesOf(packing);
      const rows = Array.from(places.beat, (beat, e) => ({
        beat,
        low: places.low[e],
        width: places.width[e],
        signed: places.signed[e] === 1,
      }));
      expect(rows).toEqual(rows.map((_, e) => placeOf(packing, e)));
    }
  });

  it("leaves a port without any field one bit", () => {
    const empty: PortPacking = { kind: "parallel", fields: [{ low: 0, width: 0, signed: false }] };
    expect([packingWidth(empty), packingBeats(empty), packingSize(empty)]).toEqual([1, 1, 1]);
  });
});
