import type { Spectrum } from "../spectrum.js";
import { PARTITIONS } from "./geometry.js";

/** Flat from 5 to 100 GeV: the default of issue 2. */
export const DEFAULT_SPECTRUM: Spectrum = { kind: "flat", min: 5, max: 100 };

/** Lowest pT the bend's parametrisation is used for, GeV: below it no muon reaches a chamber behind the calorimeters. */
export const LOWEST_PT = 1;

/** Layer efficiency: probability that a muon leaves a cluster in a layer (issue 2; 0.980 in `mc_ntuple.root`). */
export const LAYER_EFFICIENCY = 0.98;

/** Probability of a cluster of 1, 2, 3, 4, 5 strips (issue 2). */
export const CLUSTER_SIZE_WEIGHTS: readonly number[] = [0.33, 0.5, 0.09, 0.03, 0.05];
/** Mean cluster size, strips: 1.97. */
export const MEAN_CLUSTER_SIZE = CLUSTER_SIZE_WEIGHTS.reduce((sum, w, i) => sum + w * (i + 1), 0);

/** Mean bend per layer, pT·|Δφ| in mrad·GeV, at pseudorapidity |η| (issue 2). */
export function bendMradGeV(eta: number): number {
  return 3.9 - 4.0 * (Math.abs(eta) - 2.4);
}

/** Relative spread of the bend, which stands for multiple scattering in the material before the chamber (issue 2). */
export function bendSpread(pt: number): number {
  return pt > 20 ? 0.2 : 0.3;
}

/** Background clusters per layer and bunch crossing in partitions 1…8 (issue 2). */
export const BACKGROUND_CLUSTERS: readonly number[] = [0.035, 0.07, 0.075, 0.11, 0.105, 0.14, 0.17, 0.3];
if (BACKGROUND_CLUSTERS.length !== PARTITIONS) throw new Error("one background rate per partition");

/** Fraction of a muon's digis, secondaries included, that lie more than `FAR_STRIPS` strips away (issue 2). */
export const SECONDARY_FRACTION = 0.14;
/** Distance in strips of 0.919 mrad beyond which a digi counts as a secondary's (issue 2). */
export const FAR_STRIPS = 8;

// Secondaries as independent clusters.
/**
 * Probability that a muon is accompanied by a group of clusters. (In `mc_ntuple.root` 19 ± 3 % of the muons have
 * far digis, 8.6 on average: fewer and larger groups, which the model of tracks follows.)
 */
export const SECONDARY_PROBABILITY = 0.32;
/**
 * Mean number of clusters in a group, so that far digis are SECONDARY_FRACTION of all: with n = 6·ε·c̄ digis of
 * the muon itself and c̄ the mean cluster size, P·m·c̄ = n·f/(1 − f).
 */
export const SECONDARY_CLUSTERS =
  (6 * LAYER_EFFICIENCY * SECONDARY_FRACTION) / (1 - SECONDARY_FRACTION) / SECONDARY_PROBABILITY;
/** Mean distance of far digis beyond `FAR_STRIPS`, strips: the exponential bulk seen in `mc_ntuple.root`. */
export const SECONDARY_DISTANCE = 12;
/** Probability that a secondary lies in a neighbouring partition (51 of 230 far digis in `mc_ntuple.root`). */
export const SECONDARY_NEIGHBOUR = 0.22;

// Secondaries as electron tracks: read off the 27 muons with far digis in `mc_ntuple.root`.
/** Probability of a track (19 ± 3 % there). */
export const TRACK_PROBABILITY = 0.22;
/** Probability that a track goes on to the next layer: gives the 2.4 clusters per muon seen there. */
export const TRACK_CONTINUES = 0.75;
/** Mean distance of a track's first cluster beyond the nearest possible, and drift per layer (σ), strips. */
export const TRACK_DISTANCE = 8;
export const TRACK_DRIFT = 4;
/** Mean number of layers of a track that starts in a layer drawn evenly. */
const TRACK_LAYERS =
  Array.from({ length: 6 }, (_, i) => (1 - TRACK_CONTINUES ** (i + 1)) / (1 - TRACK_CONTINUES)).reduce(
    (sum, n) => sum + n,
    0,
  ) / 6;
/** Mean number of strips of a track's cluster beyond the first, so that far digis are SECONDARY_FRACTION of all. */
export const TRACK_EXTRA_STRIPS =
  (6 * LAYER_EFFICIENCY * MEAN_CLUSTER_SIZE * SECONDARY_FRACTION) /
    (1 - SECONDARY_FRACTION) /
    TRACK_PROBABILITY /
    TRACK_LAYERS -
  1;
