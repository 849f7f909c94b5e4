import { describe, expect, it } from "vitest";
import { ROADS, SLOPE_WINDOWS } from "../../../src/physics/muon/roads.js";

describe("ROADS", () => {
  it("are ten slope windows and the mirrors of nine", () => {
    expect(SLOPE_WINDOWS).toHaveLength(10);
    expect(ROADS).toHaveLength(19);
  });

  it("has the window 0.2 … 0.9 as the firmware's masks have it", () => {
    // Strips per layer −3…0, −2…0, −1…0, 0…1, 0…2, 0…3: the example in CMSSW's ME0StubAlgoMask.h.
    expect(ROADS[1].low.map((low, i) => [low, ROADS[1].high[i]])).toEqual([
      [-3, 0],
      [-2, 0],
      [-1, 0],
      [0, 1],
      [0, 2],
      [0, 3],
    ]);
  });

  it("spans 37 S-bits at the widest", () => {
    expect(Math.max(...ROADS.flatMap((road) => road.high))).toBe(18);
    expect(Math.min(...ROADS.flatMap((road) => road.low))).toBe(-18);
  });

  it("come in mirror images", () => {
    for (let i = 1; i < ROADS.length; i += 2) {
      expect(ROADS[i + 1].low).toEqual(ROADS[i].high.map((x) => (x === 0 ? 0 : -x)));
      expect(ROADS[i + 1].high).toEqual(ROADS[i].low.map((x) => (x === 0 ? 0 : -x)));
    }
  });

  it("contain every line through the centre with a slope in the window", () => {
    for (let slope = -7; slope <= 7; slope += 0.01) {
      const inside = ROADS.some((road) =>
        road.low.every((low, layer) => {
          const strip = Math.round(slope * (layer - 2.5));
          return strip >= low && strip <= road.high[layer];
        }),
      );
      expect(inside).toBe(true);
    }
  });
});
