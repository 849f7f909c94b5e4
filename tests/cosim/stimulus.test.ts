import { describe, expect, it } from "vitest";
import { contractOfManifest, type Manifest } from "../../src/cli/manifest.js";
import { buildStimulus } from "../../src/cosim/stimulus.js";

const starts = (interval: number, grid: number | undefined) =>
  buildStimulus([], interval, Array(200).fill([]), 5, 7, grid).starts;

const distances = (of: readonly number[]) => of.slice(1).map((start, i) => start - (of[i] as number));

describe("the stimulus", () => {
  it("has events back to back, then pauses of any length", () => {
    const all = distances(starts(6, undefined));
    expect(all.slice(0, 99)).toEqual(Array(99).fill(6));
    expect(new Set(all.slice(100)).size).toBeGreaterThan(6);
    expect(Math.min(...all)).toBe(6);
  });

  it("pauses by multiples of the grid, where events come on one", () => {
    const all = distances(starts(6, 6));
    expect(all.slice(0, 99)).toEqual(Array(99).fill(6));
    expect(all.every((distance) => distance % 6 === 0)).toBe(true);
    expect(new Set(all)).toEqual(new Set([6, 12, 18, 24, 30]));
  });

  it("takes the grid from the manifest", () => {
    const manifest = { latency: { cycles: 9 }, interval: { cycles: 6 }, inputs: [], outputs: [] };
    expect(contractOfManifest(manifest as unknown as Manifest).grid).toBeUndefined();
    expect(contractOfManifest({ ...manifest, grid: 6 } as unknown as Manifest).grid).toBe(6);
  });
});
