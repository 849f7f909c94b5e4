import { UserError } from "../../ir/errors.js";
import { clopperPearson, type Interval, ONE_SIGMA, poissonMean } from "../../statistics/intervals.js";
import { LAYERS, PARTITIONS } from "./geometry.js";
import { nonzeroVoxels } from "./hits.js";
import { createSegmentFinder, type SegmentDefinition, segmentDefinition } from "./segments.js";

/** A muon is matched when more than 3/5 of its true voxels are marked (issue 2: more than 0.6). */
export const MATCH = { numerator: 3, denominator: 5 } as const;
/** pT range of the plateau, GeV (issue 2). */
export const PLATEAU: readonly [number, number] = [10, 100];
/** Edges of the pT bins, GeV: fine in the turn-on, then 10 GeV wide. */
export const PT_EDGES: readonly number[] = [
  0, 2, 3, 4, 5, 6, 7, 8, 10, 15, 20, 30, 40, 50, 60, 70, 80, 90, 100,
];

export interface SegmentMetricsOptions {
  /** Strips of the image. */
  readonly strips: number;
  /** A voxel is marked at a threshold when it has a hit and its score is at least the threshold. Ascending. */
  readonly thresholds: readonly number[];
  readonly definition?: SegmentDefinition;
  readonly ptEdges?: readonly number[];
  readonly plateau?: readonly [number, number];
  /** Confidence level of all intervals; one standard deviation by default. */
  readonly level?: number;
}

/** Some chamber images and what an algorithm gave for them; images (8, strips, 6), channels last. */
export interface ScoredImages {
  readonly rows: number;
  /** Hits: nonzero where a strip fired. */
  readonly voxels: Uint8Array;
  /** Bit m set where muon m fired the voxel. */
  readonly truth: Uint8Array;
  /** The algorithm's answer for each voxel; any numbers that compare. A binary mask has the threshold 1. */
  readonly scores: Readonly<ArrayLike<number>>;
  /** (rows, M): pT of the muons in GeV, NaN where there is none. M at most 8. */
  readonly muonPt: Float32Array | Float64Array;
}

export interface PtBin {
  readonly low: number;
  readonly high: number;
  readonly muons: number;
  readonly matched: number;
  readonly efficiency: Interval | null;
}

/** What one threshold gives. Plain data. */
export interface ThresholdMetrics {
  readonly threshold: number;
  readonly muons: number;
  readonly matched: number;
  /** Matched over all muons, and over those of the plateau. */
  readonly efficiency: Interval | null;
  readonly plateau: Interval | null;
  /** Marked segments, and those among them without a true voxel. */
  readonly segments: number;
  readonly fakes: number;
  /** Fake segments per chamber image (bunch crossing). */
  readonly fakeRate: Interval | null;
  /** Marked voxels, and those among them that are a muon's. */
  readonly markedVoxels: number;
  readonly markedTrueVoxels: number;
  readonly byPt: readonly PtBin[];
}

export interface SegmentMetrics {
  readonly images: number;
  readonly strips: number;
  readonly definition: SegmentDefinition;
  readonly plateauRange: readonly [number, number];
  readonly level: number;
  readonly thresholds: readonly ThresholdMetrics[];
}

export interface SegmentMetricsAccumulator {
  add(images: ScoredImages): void;
  result(): SegmentMetrics;
}

/**
 * Efficiency and fake rate against threshold, over any number of images, in memory that does not depend on it.
 *
 * Only voxels with a hit can be marked: the algorithms select among the hits, so that a high score where
 * nothing fired says nothing. A muon counts in the efficiency whenever it is in the image (its pT is a number),
 * even if it left no hit. An image is sparse, so the work goes with its hits.
 */
export function createSegmentMetrics(options: SegmentMetricsOptions): SegmentMetricsAccumulator {
  const { strips, thresholds, level = ONE_SIGMA, plateau = PLATEAU, ptEdges = PT_EDGES } = options;
  const definition = options.definition ?? segmentDefinition(strips);
  if (
    thresholds.length === 0 ||
    thresholds.some((t, i) => !(i === 0 || t > thresholds[i - 1]) || Number.isNaN(t))
  ) {
    throw new UserError("the thresholds must be one or more ascending numbers", { where: "thresholds" });
  }
  const size = PARTITIONS * strips * LAYERS;
  const count = thresholds.length;
  const bins = ptEdges.length - 1;
  const finder = createSegmentFinder(definition);

  let images = 0;
  const segments = new Float64Array(count);
  const fakes = new Float64Array(count);
  const marked = new Float64Array(count);
  const markedTrue = new Float64Array(count);
  const muons = { all: 0, plateau: 0, bins: new Float64Array(bins) };
  const matched = {
    all: new Float64Array(count),
    plateau: new Float64Array(count),
    bins: thresholds.map(() => new Float64Array(bins)),
  };

  /** How many thresholds a score reaches; NaN reaches none. */
  const reached = (score: number): number => {
    let low = 0;
    for (let high = count; low < high; ) {
      const middle = (low + high) >> 1;
      if (score >= thresholds[middle]) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  const binOf = (pt: number): number => {
    for (let bin = 0; bin < bins; bin++) {
      // The last bin includes its upper edge.
      if (pt >= ptEdges[bin] && (pt < ptEdges[bin + 1] || (bin === bins - 1 && pt === ptEdges[bins])))
        return bin;
    }
    return -1;
  };

  const addSegments = (
    hits: readonly number[],
    levels: readonly number[],
    truth: readonly number[],
  ): void => {
    finder.reset();
    let found = { segments: 0, fakes: 0 };
    for (let t = count - 1; t >= 0; t--) {
      let more = false;
      for (let i = 0; i < hits.length; i++) {
        if (levels[i] !== t + 1) continue;
        const column = Math.floor(hits[i] / LAYERS);
        finder.mark(Math.floor(column / strips), column % strips, hits[i] % LAYERS, truth[i] !== 0);
        more = true;
      }
      if (more) found = finder.count();
      segments[t] += found.segments;
      fakes[t] += found.fakes;
    }
  };

  const addMuon = (pt: number, total: number, markedAt: readonly number[]): void => {
    const bin = binOf(pt);
    const inPlateau = pt >= plateau[0] && pt <= plateau[1];
    muons.all++;
    if (inPlateau) muons.plateau++;
    if (bin >= 0) muons.bins[bin]++;
    for (let t = 0; t < count; t++) {
      if (markedAt[t] * MATCH.denominator <= total * MATCH.numerator) continue;
      matched.all[t]++;
      if (inPlateau) matched.plateau[t]++;
      if (bin >= 0) matched.bins[t][bin]++;
    }
  };

  const addImage = (batch: ScoredImages, row: number, perRow: number): void => {
    const start = row * size;
    const hits = nonzeroVoxels(batch.voxels, start, size);
    const levels = hits.map((v) => reached(batch.scores[start + v]));
    const truth = hits.map((v) => batch.truth[start + v]);
    hits.forEach((_, i) => {
      for (let t = 0; t < levels[i]; t++) {
        marked[t]++;
        if (truth[i] !== 0) markedTrue[t]++;
      }
    });
    addSegments(hits, levels, truth);

    const trueVoxels = nonzeroVoxels(batch.truth, start, size);
    for (let m = 0; m < perRow; m++) {
      const pt = batch.muonPt[row * perRow + m];
      if (Number.isNaN(pt)) continue;
      const bit = 1 << m;
      const total = trueVoxels.filter((v) => batch.truth[start + v] & bit).length;
      const markedAt = thresholds.map(() => 0);
      for (let i = 0; i < hits.length; i++) {
        if (truth[i] & bit) for (let t = 0; t < levels[i]; t++) markedAt[t]++;
      }
      addMuon(pt, total, markedAt);
    }
  };

  return {
    add(batch) {
      const { rows, voxels, truth, scores, muonPt } = batch;
      const perRow = rows === 0 ? 0 : muonPt.length / rows;
      for (const [name, array] of Object.entries({ voxels, truth, scores })) {
        if (array.length !== rows * size) {
          throw new UserError(
            `${rows} chamber images of ${strips} strips need ${rows * size} voxels, not ${array.length}`,
            {
              where: name,
            },
          );
        }
      }
      if (!Number.isInteger(perRow) || perRow > 8) {
        throw new UserError(`${muonPt.length} values do not fit ${rows} images of at most 8 muons`, {
          where: "muon_pt",
        });
      }
      for (let row = 0; row < rows; row++) addImage(batch, row, perRow);
      images += rows;
    },

    result: () => ({
      images,
      strips,
      definition,
      plateauRange: plateau,
      level,
      thresholds: thresholds.map((threshold, t) => ({
        threshold,
        muons: muons.all,
        matched: matched.all[t],
        efficiency: clopperPearson(matched.all[t], muons.all, level),
        plateau: clopperPearson(matched.plateau[t], muons.plateau, level),
        segments: segments[t],
        fakes: fakes[t],
        fakeRate: poissonMean(fakes[t], images, level),
        markedVoxels: marked[t],
        markedTrueVoxels: markedTrue[t],
        byPt: Array.from(muons.bins, (n, bin) => ({
          low: ptEdges[bin],
          high: ptEdges[bin + 1],
          muons: n,
          matched: matched.bins[t][bin],
          efficiency: clopperPearson(matched.bins[t][bin], n, level),
        })),
      })),
    }),
  };
}
