import { describe, expect, it } from "vitest";
import { eventStream } from "../../../src/physics/random.js";
import { crossCylinder, type HelixState } from "../../../src/physics/tracker/helix.js";
import { highlandAngle, scatter } from "../../../src/physics/tracker/scattering.js";

describe("highlandAngle", () => {
  it("is that of the Particle Data Group's formula", () => {
    // By hand: β = 1 but for 1e-10, 13.6/1e4 · √0.02 · (1 + 0.038 ln 0.02) = 1.36e-3 · 0.141421 · 0.851341.
    expect(highlandAngle(10, 0.02)).toBeCloseTo(1.36e-3 * 0.1414214 * 0.8513412, 7);
    // β² = 0.25/(0.25 + 0.01947994) = 0.927713 at 0.5 GeV.
    const logarithm = 1 + 0.038 * Math.log(0.02 / 0.927713);
    expect(highlandAngle(0.5, 0.02)).toBeCloseTo(
      (13.6 / 500 / Math.sqrt(0.927713)) * Math.sqrt(0.02) * logarithm,
      7,
    );
    expect(highlandAngle(1, 0)).toBe(0);
  });
});

describe("scatter", () => {
  const N = 20_000;
  /** Standard deviation of what `value` gives for N scatterings, and its mean. */
  function spread(state: HelixState, pt: number, value: (after: ReturnType<typeof scatter>) => number) {
    const random = eventStream(1, 1);
    const values = Array.from({ length: N }, () => value(scatter(state, pt, 0.02, random)));
    const mean = values.reduce((a, b) => a + b, 0) / N;
    return { mean, width: Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / (N - 1)) };
  }
  const theta = (cotTheta: number) => Math.atan2(1, cotTheta);
  const tolerance = (width: number) => (4.5 * width) / Math.sqrt(2 * N);

  it.each([
    [0.5, 0],
    [2, 0.8],
    [0.7, -1.4],
  ])("turns θ and the direction across by Highland's width: pT %f, η %f", (pt, eta) => {
    const state: HelixState = { x: 72, y: 0, z: 0, phi: 0.2, cotTheta: Math.sinh(eta), curvature: 1e-3 };
    const sinTheta = 1 / Math.cosh(eta);
    const width = highlandAngle(pt / sinTheta, 0.02 / (Math.cos(0.2) * sinTheta));
    const polar = spread(state, pt, (after) => theta(after.state.cotTheta));
    expect(Math.abs(polar.width - width)).toBeLessThan(tolerance(width));
    expect(Math.abs(polar.mean - theta(state.cotTheta))).toBeLessThan((4.5 * width) / Math.sqrt(N));
    const across = spread(state, pt, (after) => after.state.phi * sinTheta);
    expect(Math.abs(across.width - width)).toBeLessThan(tolerance(width));
  });

  it("keeps the momentum and the point, and bends as pT says", () => {
    const state: HelixState = { x: 50, y: 50, z: 7, phi: 0.9, cotTheta: 1.2, curvature: -8e-4 };
    const random = eventStream(2, 2);
    for (let i = 0; i < 100; i++) {
      const after = scatter(state, 0.6, 0.05, random);
      expect(after.pt * Math.hypot(1, after.state.cotTheta)).toBeCloseTo(0.6 * Math.hypot(1, 1.2), 12);
      expect(after.state.curvature * after.pt).toBeCloseTo(-8e-4 * 0.6, 15);
      expect([after.state.x, after.state.y, after.state.z]).toEqual([50, 50, 7]);
    }
  });

  it("does nothing without material", () => {
    const state = crossCylinder(
      { x: 0, y: 0, z: 0, phi: 1, cotTheta: 0.3, curvature: 1e-3 },
      260,
    ) as HelixState;
    const after = scatter(state, 0.6, 0, eventStream(3, 3));
    expect(after.pt).toBeCloseTo(0.6, 14);
    expect(after.state.phi).toBe(state.phi);
  });
});
