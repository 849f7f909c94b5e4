import { UserError } from "../../ir/errors.js";
import { eventStream } from "../random.js";
import { checkSpectrum, type Spectrum } from "../spectrum.js";
import { fireBackground, fireMuon } from "./digitise.js";
import { LAYERS, STRIPS, type StripCount } from "./geometry.js";
import { DEFAULT_SPECTRUM, LOWEST_PT } from "./parameters.js";
import { fireSecondaries, type SecondaryModel } from "./secondaries.js";
import { drawMuon, type Muon } from "./track.js";

/** What to generate. */
export interface MuonOptions {
  /** Integer in [0, 2^53). */
  readonly seed: number;
  /** Probability of 0, 1, 2 muons in an event; the sum is 1. */
  readonly mix: readonly [number, number, number];
  readonly spectrum: Spectrum;
  /** Factor on the nominal background; 1 is nominal. */
  readonly background: number;
  readonly secondaries: SecondaryModel;
  /** 384 strips, or 192 for the trigger's OR of two. */
  readonly strips: StripCount;
}

export const DEFAULT_MUON_OPTIONS: MuonOptions = {
  seed: 1,
  mix: [0, 1, 0],
  spectrum: DEFAULT_SPECTRUM,
  background: 1,
  secondaries: "clusters",
  strips: STRIPS,
};

/** One bunch crossing of one chamber, as a list of digis. */
export interface MuonEvent {
  readonly muons: readonly Muon[];
  /** Offsets of the fired voxels in an image (8, strips, 6); an offset may occur more than once. */
  readonly digis: readonly number[];
  /** For each muon, the offsets of the voxels that its own clusters fired; a subset of `digis`. */
  readonly truth: readonly (readonly number[])[];
}

/** Offset in an image of 192 strips of the voxel at an offset in one of 384. */
function halveStrips(voxel: number): number {
  const column = Math.floor(voxel / LAYERS);
  return (column >> 1) * LAYERS + (voxel - column * LAYERS);
}

/** Refuses options that make no sense, with a UserError. */
export function checkMuonOptions(options: MuonOptions): void {
  const { seed, mix, background, strips } = options;
  checkSpectrum(options.spectrum, LOWEST_PT);
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new UserError(`the seed must be an integer from 0 to 2^53 − 1, not ${seed}`, { where: "seed" });
  }
  const total = mix[0] + mix[1] + mix[2];
  if (!mix.every((p) => p >= 0 && p <= 1) || Math.abs(total - 1) > 1e-6) {
    throw new UserError(`the probabilities of 0, 1, 2 muons must add up to 1, not ${mix.join(" + ")}`, {
      where: "muons",
    });
  }
  if (!(background >= 0 && background <= 1000)) {
    throw new UserError(`the background factor must lie between 0 and 1000, not ${background}`, {
      where: "background",
    });
  }
  if (strips !== 384 && strips !== 192) {
    throw new UserError(`a chamber image has 384 or 192 strips, not ${strips}`, { where: "strips" });
  }
}

/**
 * Event `index` of the sample that `options` describes; it depends on nothing else, so events can be made in any
 * order, again, and in parallel. With 192 strips the same event comes as with 384, its strips ORed in pairs.
 */
export function generateMuonEvent(options: MuonOptions, index: number): MuonEvent {
  const random = eventStream(options.seed, index);
  const place = options.strips === 192 ? halveStrips : (voxel: number) => voxel;
  const count = random.choice(options.mix);
  const digis: number[] = [];
  const muons: Muon[] = [];
  const truth: number[][] = [];
  for (let m = 0; m < count; m++) {
    const muon = drawMuon(options.spectrum, random);
    const own: number[] = [];
    fireMuon(muon, random, (voxel) => own.push(place(voxel)));
    fireSecondaries(options.secondaries, muon, random, (voxel) => digis.push(place(voxel)));
    muons.push(muon);
    truth.push(own);
    for (const voxel of own) digis.push(voxel);
  }
  fireBackground(options.background, random, (voxel) => digis.push(place(voxel)));
  return { muons, digis, truth };
}
