import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UserError } from "../../src/ir/errors.js";
import { checkSpectrum, ptAt, type Spectrum } from "../../src/physics/spectrum.js";
import { mistakeOf } from "../support/mistake.js";

const range = { min: 2, max: 100 };
/** Each spectrum with its density up to a factor. */
const spectra: readonly [Spectrum, (pt: number) => number][] = [
  [{ kind: "flat", ...range }, () => 1],
  [{ kind: "inverse", ...range }, (pt) => pt ** -2],
  [{ kind: "power", ...range, index: 3 }, (pt) => pt ** -3],
  [{ kind: "power", ...range, index: 1 }, (pt) => 1 / pt],
  [{ kind: "power", ...range, index: -1 }, (pt) => pt],
  [{ kind: "exponential", ...range, scale: 10 }, (pt) => Math.exp(-pt / 10)],
];

describe.each(spectra)("%o", (spectrum, density) => {
  it("inverts the integral of its density", () => {
    const integral = (to: number): number => {
      const n = 4000;
      const step = (to - range.min) / n;
      let sum = 0;
      for (let i = 0; i < n; i++) sum += density(range.min + (i + 0.5) * step) * step;
      return sum;
    };
    const whole = integral(range.max);
    for (const u of [0.05, 0.3, 0.5, 0.8, 0.99]) {
      expect(integral(ptAt(spectrum, u)) / whole).toBeCloseTo(u, 3);
    }
  });

  it("stays in its range", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (u) => {
        const pt = ptAt(spectrum, u);
        expect(pt).toBeGreaterThanOrEqual(range.min * (1 - 1e-12));
        expect(pt).toBeLessThanOrEqual(range.max * (1 + 1e-12));
      }),
      { seed: 3 },
    );
  });
});

describe("checkSpectrum", () => {
  it.each<Spectrum>([
    { kind: "flat", min: 0, max: 10 },
    { kind: "flat", min: 20, max: 10 },
    { kind: "flat", min: Number.NaN, max: 10 },
    { kind: "flat", min: 5, max: Number.POSITIVE_INFINITY },
    { kind: "power", min: 5, max: 10, index: Number.NaN },
    { kind: "exponential", min: 5, max: 10, scale: 0 },
  ])("refuses %o", (spectrum) => {
    expect(() => checkSpectrum(spectrum, 1)).toThrow(UserError);
  });

  it("names the lowest pT that is allowed", () => {
    const below = () => checkSpectrum({ kind: "flat", min: 0.4, max: 10 }, 0.5);
    expect(mistakeOf(below)).toContain("Choose 0.5 ≤ minimum ≤ maximum.");
  });

  it("accepts one single pT", () => {
    checkSpectrum({ kind: "flat", min: 20, max: 20 }, 20);
    expect(ptAt({ kind: "inverse", min: 20, max: 20 }, 0.7)).toBeCloseTo(20, 12);
  });
});
