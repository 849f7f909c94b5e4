import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/ir/errors.js";
import {
  generateTrackerEvent,
  NOISE,
  type TrackerEvent,
  type TrackerHit,
} from "../../../src/physics/tracker/generate.js";
import { LAYER_RADII, wrapAngle } from "../../../src/physics/tracker/geometry.js";
import { BEND } from "../../../src/physics/tracker/helix.js";
import {
  checkTrackerOptions,
  DEFAULT_TRACKER_OPTIONS,
  type TrackerOptions,
} from "../../../src/physics/tracker/options.js";
import { highlandAngle } from "../../../src/physics/tracker/scattering.js";
import { clopperPearson } from "../../../src/statistics/intervals.js";

const options = (changes: Partial<TrackerOptions> = {}): TrackerOptions => ({
  ...DEFAULT_TRACKER_OPTIONS,
  ...changes,
});
const sample = (changes: Partial<TrackerOptions>, events: number): readonly TrackerEvent[] =>
  Array.from({ length: events }, (_, i) => generateTrackerEvent(options(changes), i));

/** One vertex, nothing that blurs. */
const CLEAN = { pileUp: 0, noise: 0, material: 0, resolution: 0, zResolution: 0, efficiency: 1, d0Spread: 0 };

const hitsOf = (event: TrackerEvent, particle: number) =>
  event.hits.filter((hit) => hit.particle === particle);
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const width = (values: readonly number[]) => {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, x) => sum + (x - middle) ** 2, 0) / (values.length - 1));
};
/** Expects the width of N normal values to be within 4.5 of its own standard errors. */
const expectWidth = (values: readonly number[], truth: number) =>
  expect(Math.abs(width(values) / truth - 1)).toBeLessThan(4.5 / Math.sqrt(2 * values.length));

/** Curvature, signed, of the circle through three points: 4 · area / product of the sides. */
function mengerCurvature(a: TrackerHit, b: TrackerHit, c: TrackerHit): number {
  const [p, q, s] = [a, b, c].map(({ r, phi }) => [r * Math.cos(phi), r * Math.sin(phi)]);
  const cross = (q[0] - p[0]) * (s[1] - p[1]) - (q[1] - p[1]) * (s[0] - p[0]);
  const side = (u: number[], v: number[]) => Math.hypot(u[0] - v[0], u[1] - v[1]);
  return (2 * cross) / (side(p, q) * side(q, s) * side(p, s));
}

describe("generateTrackerEvent: tracks", () => {
  it.each([2, 3.8])("have the pT and the charge of their circle in %f T, exactly without blur", (field) => {
    let judged = 0;
    for (const event of sample({ ...CLEAN, field }, 20)) {
      event.particles.forEach(({ pt, charge }, i) => {
        const hits = hitsOf(event, i);
        const curvature = mengerCurvature(
          hits[0],
          hits[Math.floor(hits.length / 2)],
          hits.at(-1) as TrackerHit,
        );
        expect((-charge * BEND * field) / curvature / pt).toBeCloseTo(1, 6);
        judged++;
      });
    }
    expect(judged).toBeGreaterThan(200);
  });

  it("have a pT from hits that is right within the resolution of scattering and points", () => {
    const pulls = (min: number) =>
      sample({ pileUp: 0, noise: 0, efficiency: 1, spectrum: { kind: "flat", min, max: min } }, 60).flatMap(
        (event) =>
          event.particles.flatMap(({ charge }, i) => {
            const hits = hitsOf(event, i);
            if (hits.length < 10) return [];
            const measured = (-charge * BEND * 2) / mengerCurvature(hits[0], hits[5], hits[9]);
            return [min / measured - 1];
          }),
      );
    for (const [pt, most] of [
      [1, 0.05],
      [10, 0.05],
    ]) {
      const values = pulls(pt);
      expect(values.length).toBeGreaterThan(500);
      expect(Math.abs(mean(values))).toBeLessThan((4.5 * width(values)) / Math.sqrt(values.length));
      // Scattering in eight layers of 2 % at 1 GeV turns by about 1 %·√8 of the bend; less is no scattering at all.
      expect(width(values)).toBeLessThan(most);
      expect(width(values)).toBeGreaterThan(0.005);
    }
  });

  it("leave one hit in each layer they reach, at its radius, from the inside", () => {
    for (const event of sample({ ...CLEAN }, 5)) {
      event.particles.forEach(({ pt }, i) => {
        const reach = (2 * pt) / (BEND * 2);
        const layers = LAYER_RADII.filter((r) => r < reach).length;
        const hits = hitsOf(event, i);
        expect(hits.map(({ layer }) => layer)).toEqual(Array.from({ length: layers }, (_, layer) => layer));
        for (const { r, layer, phi } of hits) {
          expect(r).toBe(LAYER_RADII[layer]);
          expect(phi).toBeGreaterThanOrEqual(-Math.PI);
          expect(phi).toBeLessThan(Math.PI);
        }
      });
    }
  });

  it("turn back where the field is strong: 0.3 GeV in 3.8 T reaches 527 mm", () => {
    const [event] = sample({ ...CLEAN, field: 3.8, spectrum: { kind: "flat", min: 0.3, max: 0.3 } }, 1);
    expect(event.particles.length).toBeGreaterThan(3);
    event.particles.forEach((_, i) => {
      expect(hitsOf(event, i)).toHaveLength(7);
    });
  });

  it("miss layers with the inefficiency", () => {
    const [hits, crossings] = sample({ pileUp: 0, noise: 0, efficiency: 0.9, field: 0 }, 100).reduce(
      ([n, all], event) => [n + event.hits.length, all + 10 * event.particles.length],
      [0, 0],
    );
    const { low, high } = clopperPearson(hits, crossings, 0.9999) ?? { low: 0, high: 0 };
    expect(low).toBeLessThan(0.9);
    expect(high).toBeGreaterThan(0.9);
  });

  it("are measured with the resolutions: 15 µm across, 0.1 mm along", () => {
    const blur = { ...CLEAN, field: 0, resolution: 0.015, zResolution: 0.1 };
    const [across, along]: [number[], number[]] = [[], []];
    for (const event of sample(blur, 30)) {
      for (const { r, phi, z, particle } of event.hits) {
        const { phi: direction, eta, z0 } = event.particles[particle];
        across.push(r * wrapAngle(phi - direction));
        along.push(z - z0 - r * Math.sinh(eta));
      }
    }
    expectWidth(across, 0.015);
    expectWidth(along, 0.1);
  });

  it("are scattered by the width of the formula from layer to layer", () => {
    const spectrum = { kind: "flat", min: 1, max: 1 } as const;
    const pulls = sample({ ...CLEAN, field: 0, material: 0.02, spectrum, etaMax: 1 }, 60).flatMap((event) =>
      event.particles.map(({ eta }, i) => {
        const hits = hitsOf(event, i);
        const at = ({ r, phi }: TrackerHit) => [r * Math.cos(phi), r * Math.sin(phi)];
        const [a, b, c] = [at(hits[0]), at(hits[1]), at(hits[2])];
        const turn = Math.atan2(c[1] - b[1], c[0] - b[0]) - Math.atan2(b[1] - a[1], b[0] - a[0]);
        const sinTheta = 1 / Math.cosh(eta);
        // The first scattering turns the track by a mrad, which changes momentum's share and thickness by as little.
        return (wrapAngle(turn) * sinTheta) / highlandAngle(1 / sinTheta, 0.02 / sinTheta);
      }),
    );
    expect(pulls.length).toBeGreaterThan(1000);
    expectWidth(pulls, 1);
  });

  it("start with the spreads of d0 and of the vertices, which share z0", () => {
    const particles = sample({ tracks: 30, pileUp: 20, pileUpTracks: 3 }, 60).map((event) => event.particles);
    expectWidth(
      particles.flat().map(({ d0 }) => d0),
      0.1,
    );
    const vertices = particles.flatMap((all) => [
      ...new Map(all.map(({ vertex, z0 }) => [vertex, z0])).values(),
    ]);
    expectWidth(vertices, 50);
    for (const all of particles) {
      for (const { vertex, z0 } of all)
        expect(all.filter((other) => other.vertex === vertex).every((other) => other.z0 === z0)).toBe(true);
    }
  });

  it("pass the beam at d0, on the side of its sign", () => {
    const [event] = sample({ ...CLEAN, field: 0, d0Spread: 5 }, 1);
    event.particles.forEach(({ d0, phi }, i) => {
      for (const hit of hitsOf(event, i)) expect(hit.r * Math.sin(hit.phi - phi)).toBeCloseTo(d0, 9);
    });
  });

  it("are as many as asked for, flat in η and φ, of both charges", () => {
    const events = sample({ tracks: 12, pileUp: 5, pileUpTracks: 4, layers: 2 }, 300);
    const counts = events.map(({ particles }) => particles.length);
    // Variance: 12 of the first vertex, and 5 · (4 + 4²) of the others.
    expect(Math.abs(mean(counts) - 32)).toBeLessThan(4.5 * Math.sqrt(112 / 300));
    expect(Math.abs(width(counts) ** 2 / 112 - 1)).toBeLessThan(0.5);
    const all = events.flatMap(({ particles }) => particles);
    for (const fraction of [
      all.filter(({ eta }) => Math.abs(eta) < 0.75),
      all.filter(({ phi }) => phi > 0),
      all.filter(({ charge }) => charge === 1),
      all.filter(({ pt }) => pt < 0.5 * Math.SQRT2),
    ].map((some) => some.length / all.length)) {
      expect(Math.abs(fraction - 0.5)).toBeLessThan(4.5 * Math.sqrt(0.25 / all.length));
    }
  });
});

describe("generateTrackerEvent: noise", () => {
  it("has the mean number in each layer, in reach of |η|", () => {
    const events = sample({ tracks: 0, pileUp: 0, noise: 7 }, 200);
    LAYER_RADII.forEach((r, layer) => {
      const hits = events.flatMap((event) => event.hits.filter((hit) => hit.layer === layer));
      expect(Math.abs(hits.length - 1400)).toBeLessThan(4.5 * Math.sqrt(1400));
      expect(hits.every(({ particle, z }) => particle === NOISE && Math.abs(z) <= r * Math.sinh(1.5))).toBe(
        true,
      );
      expectFlat(hits.map(({ phi }) => phi / Math.PI));
      expectFlat(hits.map(({ z }) => z / (r * Math.sinh(1.5))));
    });
    function expectFlat(values: readonly number[]): void {
      expect(Math.abs(mean(values))).toBeLessThan(4.5 / Math.sqrt(3 * values.length));
    }
  });
});

describe("generateTrackerEvent: reproducibility", () => {
  it("gives the same event whatever came before and however graphs are made", () => {
    const one = generateTrackerEvent(options({ seed: 42 }), 17);
    generateTrackerEvent(options({ seed: 42 }), 3);
    const { construction } = DEFAULT_TRACKER_OPTIONS;
    expect(
      generateTrackerEvent(options({ seed: 42, construction: { ...construction, phiSectors: 3 } }), 17),
    ).toEqual(one);
    expect(generateTrackerEvent(options({ seed: 43 }), 17)).not.toEqual(one);
  });
});

describe("checkTrackerOptions", () => {
  it("accepts the defaults, and a field of 0", () => {
    checkTrackerOptions(DEFAULT_TRACKER_OPTIONS);
    checkTrackerOptions(options({ field: 0 }));
  });

  it.each<[string, Partial<TrackerOptions>]>([
    ["a fractional seed", { seed: 1.5 }],
    ["a pT of 0", { spectrum: { kind: "flat", min: 0, max: 1 } }],
    ["no number as field", { field: Number.NaN }],
    ["one layer", { layers: 1 }],
    ["half a layer", { layers: 2.5 }],
    ["a negative resolution", { resolution: -1 }],
    ["an efficiency above 1", { efficiency: 1.01 }],
    ["no room in η", { etaMax: 0 }],
    ["no sectors", { construction: { ...DEFAULT_TRACKER_OPTIONS.construction, etaSectors: 0 } }],
    ["edges over all layers", { construction: { ...DEFAULT_TRACKER_OPTIONS.construction, skip: 9 } }],
  ])("refuses %s", (_what, changes) => {
    expect(() => checkTrackerOptions(options(changes))).toThrow(UserError);
  });
});
