import { UserError } from "../../ir/errors.js";
import { checkSpectrum, type Spectrum } from "../spectrum.js";
import { LAYER_RADII } from "./geometry.js";

/** How hits become graphs. */
export interface ConstructionOptions {
  /** Sectors in φ, all around, and in η, from −etaMax to etaMax; each is a graph. */
  readonly phiSectors: number;
  readonly etaSectors: number;
  /** Largest |Δφ/Δr| of an edge, rad/mm; `undefined`: {@link phiSlopeOf} the lowest pT. */
  readonly phiSlope: number | undefined;
  /** Largest |z0| of an edge, mm: where the straight line through its ends in (r, z) meets the beam. */
  readonly z0Max: number;
  /** Layers that an edge may leave out: 0 joins neighbouring layers only. */
  readonly skip: number;
}

/** What to generate. */
export interface TrackerOptions {
  /** Integer in [0, 2^53). */
  readonly seed: number;
  /** Field along the beam, T. */
  readonly field: number;
  readonly spectrum: Spectrum;
  /** Mean number of tracks of the event's first vertex. */
  readonly tracks: number;
  /** Mean number of further vertices, and of the tracks of each. */
  readonly pileUp: number;
  readonly pileUpTracks: number;
  /** Tracks are flat in η from −etaMax to etaMax. */
  readonly etaMax: number;
  /** Width of the distribution of tracks' transverse impact parameters, and of the vertices along the beam, mm. */
  readonly d0Spread: number;
  readonly z0Spread: number;
  /** How many of the layers there are, from the inside. */
  readonly layers: number;
  /** Thickness of a layer in radiation lengths. */
  readonly material: number;
  /** Resolution of hits along φ and along the beam, mm. */
  readonly resolution: number;
  readonly zResolution: number;
  /** Probability that a crossing of a layer leaves a hit. */
  readonly efficiency: number;
  /** Mean number of noise hits in a layer. */
  readonly noise: number;
  readonly construction: ConstructionOptions;
}

/**
 * Layers, material, resolution along φ and the lowest pT: issue 4. Sectors: 8 in φ and 2 in η, cut at z = 0, are those of the
 * TrackML graphs, as their features show. All else is our choice.
 */
export const DEFAULT_TRACKER_OPTIONS: TrackerOptions = {
  seed: 1,
  field: 2,
  spectrum: { kind: "power", min: 0.5, max: 100, index: 3 },
  tracks: 20,
  pileUp: 10,
  pileUpTracks: 8,
  etaMax: 1.5,
  d0Spread: 0.1,
  z0Spread: 50,
  layers: LAYER_RADII.length,
  material: 0.02,
  resolution: 0.015,
  zResolution: 0.1,
  efficiency: 0.98,
  noise: 5,
  construction: { phiSectors: 8, etaSectors: 2, phiSlope: undefined, z0Max: 200, skip: 0 },
};

/** Lowest pT, GeV: pions below it hardly leave the beam pipe, and Highland's formula is not made for them. */
const LOWEST_PT = 0.1;
/** Most hits of an event, on average: six times those of 200 pile-up vertices in ten layers. */
const MOST_HITS = 1e5;

function checkRange(where: string, what: string, value: number, least: number, most: number): void {
  if (!(value >= least && value <= most)) {
    throw new UserError(`${what} must lie between ${least} and ${most}, not ${value}`, { where });
  }
}

function checkWhole(where: string, what: string, value: number, least: number, most: number): void {
  checkRange(where, what, value, least, most);
  if (!Number.isInteger(value))
    throw new UserError(`${what} must be a whole number, not ${value}`, { where });
}

/** Refuses options that make no sense, with a UserError that names the option of the command line. */
export function checkTrackerOptions(options: TrackerOptions): void {
  const { construction } = options;
  if (!Number.isSafeInteger(options.seed) || options.seed < 0) {
    throw new UserError(`the seed must be an integer from 0 to 2^53 − 1, not ${options.seed}`, {
      where: "seed",
    });
  }
  checkSpectrum(options.spectrum, LOWEST_PT);
  checkRange("field", "the field in T", options.field, 0, 20);
  checkRange("tracks", "the mean number of tracks", options.tracks, 0, 1e5);
  checkRange("pile-up", "the mean number of vertices", options.pileUp, 0, 1e4);
  checkRange("pile-up-tracks", "the mean number of tracks", options.pileUpTracks, 0, 1e4);
  checkRange("eta-max", "the largest |η|", options.etaMax, 0.01, 4);
  checkRange("d0-spread", "the spread in mm", options.d0Spread, 0, 10);
  checkRange("z0-spread", "the spread in mm", options.z0Spread, 0, 1000);
  checkWhole("layers", "the number of layers", options.layers, 2, LAYER_RADII.length);
  checkRange("material", "the thickness in radiation lengths", options.material, 0, 1);
  checkRange("resolution", "the resolution in mm", options.resolution, 0, 10);
  checkRange("z-resolution", "the resolution in mm", options.zResolution, 0, 100);
  checkRange("efficiency", "the efficiency", options.efficiency, 0, 1);
  checkRange("noise", "the mean number of noise hits in a layer", options.noise, 0, 1e5);
  checkWhole("phi-sectors", "the number of sectors", construction.phiSectors, 1, 1024);
  checkWhole("eta-sectors", "the number of sectors", construction.etaSectors, 1, 1024);
  checkRange("z0-max", "the largest |z0| in mm", construction.z0Max, 0, 1e6);
  checkWhole(
    "skip",
    "the number of layers that edges may leave out",
    construction.skip,
    0,
    options.layers - 2,
  );
  if (construction.phiSlope !== undefined) {
    checkRange("phi-slope", "the largest |Δφ/Δr| in rad/mm", construction.phiSlope, 0, 1);
  }
  const hits = options.layers * (options.tracks + options.pileUp * options.pileUpTracks + options.noise);
  if (hits > MOST_HITS) {
    throw new UserError(`an event would have ${hits} hits; at most ${MOST_HITS} are allowed`, {
      where: "pile-up",
    });
  }
}
