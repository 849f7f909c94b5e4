import type { RandomStream } from "../random.js";
import { ptAt, type Spectrum } from "../spectrum.js";
import { ETA_MAX, ETA_MIN, LAYERS, MIDDLE_LAYER, STRIP_PITCH_MRAD, STRIPS } from "./geometry.js";
import { bendMradGeV, bendSpread } from "./parameters.js";

/** A muon in the chamber: a straight line in (layer, strip), constant in η. */
export interface Muon {
  /** Transverse momentum, GeV. */
  readonly pt: number;
  /** |η|. */
  readonly eta: number;
  /** Charge: +1 or −1; a positive muon bends towards higher strips. */
  readonly charge: number;
  /** Position in the middle plane, in strips of 0.919 mrad: strip k covers [k, k + 1). */
  readonly strip: number;
  /** Bend, in strips of 0.919 mrad per layer. */
  readonly slope: number;
}

/** Position of the muon in a layer, in strips. */
export function stripAt(muon: Muon, layer: number): number {
  return muon.strip + muon.slope * (layer - MIDDLE_LAYER);
}

/**
 * Draws a muon: η flat over the chamber, both charges, pT of the spectrum, bend with its spread, and φ uniform
 * over the positions for which the muon crosses all six layers inside the chamber. Every muon generated is
 * therefore in the acceptance; muons that leave through the sides, which the neighbouring chamber would see
 * too, are not generated.
 */
export function drawMuon(spectrum: Spectrum, random: RandomStream): Muon {
  const pt = ptAt(spectrum, random.uniform());
  const eta = ETA_MIN + random.uniform() * (ETA_MAX - ETA_MIN);
  const charge = random.uniform() < 0.5 ? -1 : 1;
  const bend = (charge * bendMradGeV(eta) * (1 + bendSpread(pt) * random.normal())) / pt;
  const slope = bend / STRIP_PITCH_MRAD;
  const reach = (Math.abs(slope) * (LAYERS - 1)) / 2;
  const strip = reach + random.uniform() * (STRIPS - 2 * reach);
  return { pt, eta, charge, strip, slope };
}
