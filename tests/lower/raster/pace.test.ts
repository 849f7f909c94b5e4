import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/ir/errors.js";
import { ratio } from "../../../src/ir/ratio.js";
import { paceOf, type Space, waveOf } from "../../../src/lower/raster/pace.js";
import { mostPixels } from "../../../src/lower/waves/wave.js";

const space = (rows: number, columns: number, rowScale = ratio(1n, 1n), columnScale = rowScale): Space => ({
  rows,
  columns,
  rowScale,
  columnScale,
});

const scales = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }))
  .map(([n, d]) => ratio(BigInt(n), BigInt(d)));
const spaces = fc.array(
  fc.record({
    rows: fc.integer({ min: 1, max: 9 }),
    columns: fc.integer({ min: 1, max: 9 }),
    rowScale: scales,
    columnScale: scales,
  }),
  { minLength: 1, maxLength: 4 },
);

describe("paceOf", () => {
  it("gives one pixel a clock where images only get smaller", () => {
    const half = space(128, 128, ratio(2n, 1n));
    expect(paceOf([space(256, 256), half], "model")).toEqual({
      rowPeriod: 256,
      columnPeriod: 1,
      interval: 65536,
    });
    expect(waveOf(half, { rowPeriod: 256, columnPeriod: 1 })).toEqual({
      rows: 128,
      columns: 128,
      rowPeriod: 512,
      columnPeriod: 2,
    });
  });

  it("slows down for an image that is larger than the input", () => {
    const double = space(8, 8, ratio(1n, 2n));
    expect(paceOf([space(4, 4), double], "model")).toEqual({ rowPeriod: 16, columnPeriod: 2, interval: 64 });
  });

  it("leaves every pixel of every image a clock of its own, in its row and in its event", () => {
    fc.assert(
      fc.property(spaces, (all) => {
        const pace = paceOf(all, "model");
        for (const own of all) {
          const { rows, columns, rowPeriod, columnPeriod } = waveOf(own, pace);
          expect([rowPeriod, columnPeriod].every((n) => Number.isInteger(n) && n >= 1)).toBe(true);
          const row = (columns - 1) * columnPeriod;
          expect(row).toBeLessThan(rowPeriod);
          expect((rows - 1) * rowPeriod + row).toBeLessThan(pace.interval);
        }
      }),
    );
  });

  it("refuses an event that takes too long", () => {
    expect(() => paceOf([space(5000, 5000)], "model 'm'")).toThrow(UserError);
    expect(() => paceOf([space(5000, 5000)], "model 'm'")).toThrow(/25000000 clocks; the limit is 16777216/);
  });
});

describe("mostPixels", () => {
  it("bounds the pixels of any stretch of clocks, with events as dense as they may be", () => {
    fc.assert(
      fc.property(spaces, fc.nat(), fc.array(fc.nat(40), { maxLength: 3 }), (all, seed, gaps) => {
        const pace = paceOf(all, "model");
        const wave = waveOf(all[0] as Space, pace);
        const { rows, columns, rowPeriod, columnPeriod } = wave;
        const pixels: number[] = [];
        let start = 0;
        for (const gap of [0, 0, ...gaps]) {
          start += gap;
          for (let r = 0; r < rows; r++)
            for (let c = 0; c < columns; c++) pixels.push(start + r * rowPeriod + c * columnPeriod);
          start += pace.interval;
        }
        const clocks = 1 + (seed % (2 * pace.interval));
        for (const from of pixels) {
          const inside = pixels.filter((clock) => clock >= from && clock < from + clocks).length;
          expect(inside).toBeLessThanOrEqual(mostPixels(wave, pace.interval, clocks));
        }
      }),
    );
  });
});
