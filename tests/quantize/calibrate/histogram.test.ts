import { describe, expect, it } from "vitest";
import { binsOf, GrowingHistogram, histogramOf } from "../../../src/quantize/calibrate/histogram.js";
import { Random } from "../../support/random.js";

describe("a growing histogram", () => {
  it.each([1, 2, 3])("counts every value near where it is, however it grows (seed %i)", (seed) => {
    const random = new Random(seed);
    const values = random.array(500, () => (random.next() - 0.4) * 2 ** random.integer(-20, 20));
    const histogram = histogramOf(values);
    expect([histogram.min, histogram.max]).toEqual([Math.min(...values), Math.max(...values)]);
    for (const level of [-(2 ** 19), -1024, 0, 4096, 2 ** 18]) {
      const [bin] = binsOf(histogram);
      const below = [...binsOf(histogram)]
        .filter(({ value }) => value < level)
        .reduce((n, { count }) => n + count, 0);
      const atMost = values.filter((x) => x < level + bin.width).length;
      const atLeast = values.filter((x) => x < level - bin.width).length;
      expect(below).toBeGreaterThanOrEqual(atLeast);
      expect(below).toBeLessThanOrEqual(atMost);
    }
    const halves = new GrowingHistogram();
    halves.merge(histogramOf(values.slice(0, 200)));
    halves.merge(histogramOf(values.slice(200)));
    expect(halves.count).toBe(500);
    expect([halves.min, halves.max, halves.reach]).toEqual([histogram.min, histogram.max, histogram.reach]);
    expect([...binsOf(halves)].reduce((n, { count }) => n + count, 0)).toBe(500);
  });

  it("knows the grid of values that have one", () => {
    expect(histogramOf([3, 5.5, 0, -8]).grid).toBe(0.5);
    expect(histogramOf([96, -32, 64]).grid).toBe(32);
    expect(histogramOf([1, 1 / 3]).grid).toBeUndefined();
    expect(histogramOf([0, 0])).toMatchObject({ reach: 0, zeros: 2, min: 0, max: 0 });
  });
});
