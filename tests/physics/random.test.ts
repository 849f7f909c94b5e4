import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventStream } from "../../src/physics/random.js";

/** Mean and variance of n draws. */
function moments(n: number, draw: () => number): { mean: number; variance: number } {
  const values = Array.from({ length: n }, draw);
  const mean = values.reduce((a, b) => a + b, 0) / n;
  return { mean, variance: values.reduce((a, b) => a + (b - mean) ** 2, 0) / (n - 1) };
}

const N = 100_000;

describe("eventStream", () => {
  it("gives the same numbers for the same seed and index, and others for any other", () => {
    const word = fc.oneof(fc.nat(), fc.maxSafeNat());
    fc.assert(
      fc.property(word, word, word, word, (seed, index, seed2, index2) => {
        const first = [eventStream(seed, index).uniform(), eventStream(seed, index).uniform()];
        expect(first[0]).toBe(first[1]);
        if (seed !== seed2 || index !== index2)
          expect(eventStream(seed2, index2).uniform()).not.toBe(first[0]);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it("has values that are fixed for ever: published samples are named by their seed", () => {
    const random = eventStream(1, 0);
    expect([
      random.uniform(),
      random.normal(),
      random.poisson(3),
      random.integer(384),
    ]).toMatchInlineSnapshot(`
      [
        0.6790282831832117,
        -0.05020506508861007,
        2,
        318,
      ]
    `);
  });

  it("is uniform over the events' first numbers, not only within a stream", () => {
    const bins = new Array<number>(20).fill(0);
    for (let i = 0; i < N; i++) bins[Math.floor(eventStream(3, i).uniform() * 20)]++;
    const chi2 = bins.reduce((sum, n) => sum + (n - N / 20) ** 2 / (N / 20), 0);
    // 19 degrees of freedom: above 43.8 with probability 0.001.
    expect(chi2).toBeLessThan(43.8);
  });

  // Bounds are five standard deviations of the sample's mean, and of its variance.
  it.each([
    ["uniform", (r: ReturnType<typeof eventStream>) => r.uniform(), 0.5, 1 / 12, 1.8],
    ["normal", (r: ReturnType<typeof eventStream>) => r.normal(), 0, 1, 3],
    ["exponential", (r: ReturnType<typeof eventStream>) => r.exponential(12), 12, 144, 9],
    ["poisson 0.3", (r: ReturnType<typeof eventStream>) => r.poisson(0.3), 0.3, 0.3, 3 + 1 / 0.3],
    ["poisson 100", (r: ReturnType<typeof eventStream>) => r.poisson(100), 100, 100, 3.01],
  ] as const)("%s has the right mean and variance", (_name, draw, mean, variance, kurtosis) => {
    const random = eventStream(11, 5);
    const found = moments(N, () => draw(random));
    expect(Math.abs(found.mean - mean)).toBeLessThan(5 * Math.sqrt(variance / N));
    expect(Math.abs(found.variance - variance)).toBeLessThan(5 * variance * Math.sqrt((kurtosis - 1) / N));
  });

  it("chooses by weight and never what has weight 0", () => {
    const random = eventStream(2, 2);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < N; i++) counts[random.choice([0, 1, 3, 0])]++;
    expect(counts[0] + counts[3]).toBe(0);
    expect(Math.abs(counts[2] / N - 0.75)).toBeLessThan(5 * Math.sqrt((0.75 * 0.25) / N));
  });

  it("has no Poisson events at mean 0", () => {
    expect(eventStream(1, 1).poisson(0)).toBe(0);
  });
});
