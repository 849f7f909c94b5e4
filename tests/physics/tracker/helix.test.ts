import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LAYER_RADII } from "../../../src/physics/tracker/geometry.js";
import { crossCylinder, curvatureOf, type HelixState } from "../../../src/physics/tracker/helix.js";

const real = (min: number, max: number) => fc.double({ min, max, noNaN: true });
/** Particles inside a cylinder of 30 mm, going anywhere. */
const starts: fc.Arbitrary<HelixState> = fc
  .record({
    radius: real(0, 30),
    angle: real(-Math.PI, Math.PI),
    z: real(-100, 100),
    phi: real(-10, 10),
    cotTheta: real(-4, 4),
    curvature: real(-6e-3, 6e-3),
  })
  .map(({ radius, angle, ...state }) => ({
    ...state,
    x: radius * Math.cos(angle),
    y: radius * Math.sin(angle),
  }));

/** First crossing by small straight steps of 0.01 mm along the arc of a circle around its centre, z along with it. */
function stepTo(start: HelixState, radius: number): { phi: number; z: number; turned: number } | undefined {
  const { curvature } = start;
  const centre = {
    x: start.x - Math.sin(start.phi) / curvature,
    y: start.y + Math.cos(start.phi) / curvature,
  };
  const at = (s: number) => {
    const phi = start.phi + curvature * s;
    return { x: centre.x + Math.sin(phi) / curvature, y: centre.y - Math.cos(phi) / curvature };
  };
  const most = Math.PI / Math.abs(curvature);
  const inside = (s: number) => Math.hypot(at(s).x, at(s).y) < radius;
  let s = 0;
  const step = most / 2000;
  while (s < most && inside(s + step)) s += step;
  if (s >= most) return undefined;
  let [low, high] = [s, s + step];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (inside(middle)) low = middle;
    else high = middle;
  }
  return {
    phi: Math.atan2(at(low).y, at(low).x),
    z: start.z + low * start.cotTheta,
    turned: low * curvature,
  };
}

describe("crossCylinder", () => {
  it("ends on the cylinder, on the same circle, at the z of its path length", () => {
    let crossed = 0;
    fc.assert(
      fc.property(starts, fc.constantFrom(...LAYER_RADII), (start, radius) => {
        const end = crossCylinder(start, radius);
        if (end === undefined) return;
        crossed++;
        expect(Math.abs(Math.hypot(end.x, end.y) - radius)).toBeLessThan(1e-7);
        const turned = end.phi - start.phi;
        expect(Math.abs(turned)).toBeLessThanOrEqual(Math.PI);
        if (Math.abs(start.curvature) > 1e-5) {
          const length = turned / start.curvature;
          expect(length).toBeGreaterThan(0);
          expect(end.z).toBeCloseTo(start.z + length * start.cotTheta, 5);
          const centre = ({ x, y, phi, curvature }: HelixState) => [
            x - Math.sin(phi) / curvature,
            y + Math.cos(phi) / curvature,
          ];
          centre(end).forEach((value, i) => {
            expect(Math.abs(value - centre(start)[i])).toBeLessThan(1e-6);
          });
        }
      }),
      { numRuns: 2000 },
    );
    expect(crossed).toBeGreaterThan(500);
  });

  it("is where small steps along the circle first leave the cylinder, and nowhere if they do not", () => {
    let missed = 0;
    fc.assert(
      fc.property(
        starts.filter(({ curvature }) => Math.abs(curvature) > 1e-4),
        fc.constantFrom(...LAYER_RADII),
        (start, radius) => {
          const end = crossCylinder(start, radius);
          const stepped = stepTo(start, radius);
          // Where the circle just touches the cylinder, rounding decides.
          const reach =
            Math.hypot(
              start.x - Math.sin(start.phi) / start.curvature,
              start.y + Math.cos(start.phi) / start.curvature,
            ) + Math.abs(1 / start.curvature);
          fc.pre(Math.abs(reach - radius) > 0.1);
          // So it does at the end of half a turn.
          fc.pre(
            !(Math.abs((end?.phi ?? start.phi) - start.phi) > 3.12 || Math.abs(stepped?.turned ?? 0) > 3.12),
          );
          if (end === undefined || stepped === undefined) {
            expect([end, stepped]).toEqual([undefined, undefined]);
            missed++;
            return;
          }
          const dphi = Math.atan2(end.y, end.x) - stepped.phi;
          expect(Math.abs(Math.sin(dphi / 2))).toBeLessThan(1e-6);
          expect(end.z).toBeCloseTo(stepped.z, 3);
        },
      ),
      { numRuns: 1000 },
    );
    expect(missed).toBeGreaterThan(20);
  });

  it("is a straight line without a field, and nearly one in a weak field", () => {
    const start: HelixState = { x: 1, y: 2, z: 3, phi: 0.3, cotTheta: 0.5, curvature: 0 };
    const end = crossCylinder(start, 1020) as HelixState;
    const length = Math.hypot(end.x - 1, end.y - 2);
    expect(end.x).toBeCloseTo(1 + length * Math.cos(0.3), 9);
    expect(end.y).toBeCloseTo(2 + length * Math.sin(0.3), 9);
    expect(end.z).toBeCloseTo(3 + length / 2, 9);
    const weak = crossCylinder({ ...start, curvature: 1e-18 }, 1020) as HelixState;
    expect(weak.x).toBeCloseTo(end.x, 9);
    expect(weak.z).toBeCloseTo(end.z, 9);
  });

  it("bends a positive charge clockwise, with R = pT / (0.3 B)", () => {
    const curvature = curvatureOf(1, 0.6, 2);
    expect(1 / curvature).toBeCloseTo(-600 / (0.299792458 * 2), 6);
    const start: HelixState = { x: 0, y: 0, z: 0, phi: 0, cotTheta: 0, curvature };
    const end = crossCylinder(start, 500) as HelixState;
    expect(Math.atan2(end.y, end.x)).toBeCloseTo(Math.asin((500 * curvature) / 2), 12);
  });
});
