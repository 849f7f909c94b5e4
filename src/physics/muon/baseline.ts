import { LAYERS, PARTITIONS, STRIPS, type StripCount } from "./geometry.js";
import { nonzeroVoxels } from "./hits.js";
import { ROADS, type Road } from "./roads.js";

/** Strips of the trigger's image: S-bits, the OR of two strips. */
const BITS = STRIPS / 2;
/** Projections: the 8 partitions, and between each two neighbours their OR, for muons that cross the edge. */
const PROJECTIONS = 2 * PARTITIONS - 1;
/** Reach of the widest road on either side of its centre, S-bits. */
const REACH = Math.max(...ROADS.flatMap((road) => road.high));
/** A row of S-bits with room for roads that reach beyond the chamber, and one for the running sum. */
const ROW = BITS + 2 * REACH + 1;

/** Fewest layers of a road (issue 2). */
export const MIN_LAYERS = 4;
/** Score step per layer; the rest is the road's straightness, 1…10. */
const LAYER_STEP = 16;

/**
 * Score of a road: the more layers the better, then the straighter: the order of the firmware's quality word.
 * A threshold of `roadScore(n, s)` accepts roads of more than n layers, and of n layers if at least as straight as s.
 */
export function roadScore(layers: number, straightness: number): number {
  return layers * LAYER_STEP + straightness;
}

/** Thresholds that make sense for the baseline, ascending: every (layers, straightness) from 4 layers on. */
export const BASELINE_THRESHOLDS: readonly number[] = [4, 5, 6].flatMap((layers) =>
  Array.from({ length: 10 }, (_, i) => roadScore(layers, i + 1)),
);

/**
 * Ghost cancellation: of two roads whose centres lie within 8 S-bits and whose projections share a partition or
 * touch, only the better stays; 8 is the firmware's group width. (The wide windows at the centre overlap over
 * some such distance: neighbouring centres see the same hits.)
 */
const GHOST_BITS = 8;
const GHOST_PROJECTIONS = 2;

interface Found {
  readonly projection: number;
  readonly centre: number;
  readonly road: Road;
  readonly score: number;
  readonly hits: number;
}

/** Better first; ties go to more hits in the road, then to single partitions, then to the lower position. */
function byQuality(a: Found, b: Found): number {
  return (
    b.score - a.score ||
    b.hits - a.hits ||
    (a.projection & 1) - (b.projection & 1) ||
    a.projection - b.projection ||
    a.centre - b.centre
  );
}

const isGhost = (road: Found, better: Found): boolean =>
  Math.abs(road.projection - better.projection) <= GHOST_PROJECTIONS &&
  Math.abs(road.centre - better.centre) <= GHOST_BITS;

/** Partitions that a projection joins: p, or p and p + 1. */
const partitionsOf = (projection: number): readonly number[] =>
  projection % 2 === 0 ? [projection / 2] : [(projection - 1) / 2, (projection + 1) / 2];

/**
 * The classical algorithm beside which the network is shown: layer-count road masks. In each projection and at
 * each S-bit the best of 19 roads with hits in at least 4 of the 6 layers; ghosts cancelled; then every hit in
 * a surviving road is marked with the road's score. The input is one image of (8, strips, 6) in `voxels` from
 * `start`; the scores are written to `scores` from `start`, 0 where nothing is marked.
 *
 * The algorithm is written after the published one's idea, not its code: it uses the OR of whole partitions and
 * cancels ghosts by rank over the whole chamber, where the firmware does so in groups.
 */
export function createBaseline(strips: StripCount) {
  const size = PARTITIONS * strips * LAYERS;
  const perBit = strips / BITS;
  // sums[layer][i]: hits among the first i positions of the row, so that a window's count is a difference.
  const sums = Array.from({ length: LAYERS }, () => new Int32Array(ROW + 1));

  const rowsOf = (hits: readonly number[]): readonly (readonly number[])[][] => {
    const rows = Array.from({ length: PARTITIONS }, () => Array.from({ length: LAYERS }, (): number[] => []));
    for (const voxel of hits) {
      const column = Math.floor(voxel / LAYERS);
      const bit = Math.floor((column % strips) / perBit);
      rows[Math.floor(column / strips)][voxel % LAYERS].push(bit);
    }
    return rows;
  };

  const search = (projection: number, rows: readonly (readonly number[])[], found: Found[]): void => {
    if (rows.filter((row) => row.length > 0).length < MIN_LAYERS) return;
    for (let layer = 0; layer < LAYERS; layer++) {
      const sum = sums[layer].fill(0);
      for (const bit of rows[layer]) sum[bit + REACH + 1] = 1;
      for (let i = 1; i <= ROW; i++) sum[i] += sum[i - 1];
    }
    for (let centre = 0; centre < BITS; centre++) {
      let near = 0;
      for (const sum of sums) near += sum[centre + 2 * REACH + 1] > sum[centre] ? 1 : 0;
      if (near < MIN_LAYERS) continue;
      let best: Found | undefined;
      for (const road of ROADS) {
        let layers = 0;
        let hits = 0;
        for (let layer = 0; layer < LAYERS; layer++) {
          const from = centre + REACH + road.low[layer];
          const n = sums[layer][centre + REACH + road.high[layer] + 1] - sums[layer][from];
          if (n > 0) layers++;
          hits += n;
        }
        if (layers < MIN_LAYERS) continue;
        const score = roadScore(layers, road.straightness);
        if (best === undefined || score > best.score || (score === best.score && hits > best.hits)) {
          best = { projection, centre, road, score, hits };
        }
      }
      if (best !== undefined) found.push(best);
    }
  };

  const mark = (
    image: readonly number[],
    { projection, centre, road, score }: Found,
    scores: Uint8Array,
    start: number,
  ) => {
    const partitions = partitionsOf(projection);
    for (const voxel of image) {
      const column = Math.floor(voxel / LAYERS);
      const layer = voxel % LAYERS;
      const offset = Math.floor((column % strips) / perBit) - centre;
      if (offset < road.low[layer] || offset > road.high[layer]) continue;
      if (!partitions.includes(Math.floor(column / strips))) continue;
      if (scores[start + voxel] < score) scores[start + voxel] = score;
    }
  };

  return (voxels: Uint8Array, scores: Uint8Array, start: number): void => {
    scores.fill(0, start, start + size);
    const hits = nonzeroVoxels(voxels, start, size);
    const rows = rowsOf(hits);
    const found: Found[] = [];
    for (let projection = 0; projection < PROJECTIONS; projection++) {
      const parts = partitionsOf(projection);
      // The OR of neighbours finds nothing new unless both have hits.
      if (parts.length === 2 && !parts.every((p) => rows[p].some((row) => row.length > 0))) continue;
      const joined = Array.from({ length: LAYERS }, (_, layer) => parts.flatMap((p) => rows[p][layer]));
      search(projection, joined, found);
    }
    found.sort(byQuality);
    const kept: Found[] = [];
    for (const road of found) if (!kept.some((better) => isGhost(road, better))) kept.push(road);
    for (const road of kept) mark(hits, road, scores, start);
  };
}

/** The baseline over a block of `rows` images: scores, uint8, of the same shape as `voxels`. */
export function baselineScores(voxels: Uint8Array, rows: number, strips: StripCount): Uint8Array {
  const run = createBaseline(strips);
  const scores = new Uint8Array(voxels.length);
  const size = PARTITIONS * strips * LAYERS;
  for (let row = 0; row < rows; row++) run(voxels, scores, row * size);
  return scores;
}
