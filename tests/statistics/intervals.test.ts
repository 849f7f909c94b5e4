import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clopperPearson, poissonMean } from "../../src/statistics/intervals.js";

describe("clopperPearson", () => {
  // Tabulated 95 % limits: e.g. Brown, Cai, DasGupta (2001); scipy.stats.beta.ppf gives the same digits.
  it.each([
    [0, 10, 0, 0.3084971],
    [1, 10, 0.0025286, 0.4450161],
    [5, 10, 0.187086, 0.812914],
    [10, 10, 0.6915029, 1],
    [95, 100, 0.8871651, 0.9835681],
  ])("%i of %i at 95 %%", (k, n, low, high) => {
    const interval = clopperPearson(k, n, 0.95)!;
    expect(interval.value).toBe(k / n);
    expect(interval.low).toBeCloseTo(low, 6);
    expect(interval.high).toBeCloseTo(high, 6);
  });

  it("knows nothing of no trials", () => {
    expect(clopperPearson(0, 0)).toBeNull();
  });

  it("inverts the binomial tails: P(X ≥ k | low) = P(X ≤ k | high) = 16 %", () => {
    const tail = (n: number, p: number, from: number, to: number): number => {
      let sum = 0;
      for (let k = from; k <= to; k++) {
        let log = 0;
        for (let i = 0; i < k; i++) log += Math.log(((n - i) / (k - i)) * p);
        sum += Math.exp(log + (n - k) * Math.log1p(-p));
      }
      return sum;
    };
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), fc.nat(), (n, r) => {
        const k = 1 + (r % (n - 1));
        const { low, high } = clopperPearson(k, n)!;
        expect(tail(n, low, k, n)).toBeCloseTo(0.158655, 5);
        expect(tail(n, high, 0, k)).toBeCloseTo(0.158655, 5);
      }),
      { seed: 2, numRuns: 100 },
    );
  });
});

describe("poissonMean", () => {
  // Garwood's limits as the PDG Review tabulates them (Statistics, table of Poisson limits), 95 % central.
  it.each([
    [0, 0, 3.68888],
    [1, 0.0253178, 5.57164],
    [3, 0.618672, 8.767273],
    [10, 4.795389, 18.390356],
  ])("%i events at 95 %%", (count, low, high) => {
    const interval = poissonMean(count, 1, 0.95)!;
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it("scales with the exposure", () => {
    const one = poissonMean(7, 1)!;
    const many = poissonMean(7, 200)!;
    expect(many.value).toBeCloseTo(0.035, 12);
    expect(many.low * 200).toBeCloseTo(one.low, 9);
    expect(many.high * 200).toBeCloseTo(one.high, 9);
    expect(poissonMean(0, 0)).toBeNull();
  });
});
