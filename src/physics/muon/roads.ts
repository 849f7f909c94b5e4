import { LAYERS, MIDDLE_LAYER } from "./geometry.js";

/** One road: for each layer the strips, relative to the road's centre, that belong to it. */
export interface Road {
  /** 10 for the straightest window down to 1: how the firmware prefers patterns at the same layer count. */
  readonly straightness: number;
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/**
 * Ten slope windows, in S-bits (pairs of strips, 1.84 mrad) per layer: the patterns of the CMS ME0 segment
 * finder (A. Peck, A. Datta, C. Grubb, J. Chismar; github.com/andrewpeck/me0sf and CMSSW's L1Trigger/L1TGEM,
 * ME0StubAlgoMask). The first is symmetric; the other nine come with their mirror images: 19 roads.
 */
export const SLOPE_WINDOWS: readonly (readonly [number, number])[] = [
  [-0.4, 0.4],
  [0.2, 0.9],
  [0.5, 1.2],
  [0.9, 1.7],
  [1.4, 2.3],
  [2.0, 3.0],
  [2.7, 3.8],
  [3.5, 4.7],
  [4.3, 5.5],
  [5.4, 7.0],
];

/** Offsets from the centre smaller than this are zero: no window widens for less than a tenth of a strip. */
const NEGLIGIBLE = 0.1;

/** The road of all lines through the centre with slopes in [low, high], its edges rounded outwards to whole strips. */
function roadOf(low: number, high: number, straightness: number): Road {
  const edges = Array.from({ length: LAYERS }, (_, layer) => {
    const distance = layer - MIDDLE_LAYER;
    return [low * distance, high * distance]
      .map((x) => (Math.abs(x) < NEGLIGIBLE ? 0 : x))
      .sort((a, b) => a - b);
  });
  return {
    straightness,
    // Adding 0 turns −0 into 0.
    low: edges.map(([a]) => Math.floor(a) + 0),
    high: edges.map(([, b]) => Math.ceil(b) + 0),
  };
}

/** The 19 roads, straightest first. */
export const ROADS: readonly Road[] = SLOPE_WINDOWS.flatMap(([low, high], i) => {
  const straightness = SLOPE_WINDOWS.length - i;
  const road = roadOf(low, high, straightness);
  return i === 0 ? [road] : [road, roadOf(-high, -low, straightness)];
});
