import type { RandomStream } from "../random.js";
import type { HelixState } from "./helix.js";

/** Mass of the charged pion, GeV (Particle Data Group, Phys. Rev. D 110 (2024) 030001). */
export const PION_MASS = 0.13957039;

/** Smallest cosine of the angle to a layer's normal that counts: grazing particles see at most 10 times its thickness. */
const LEAST_COSINE = 0.1;

/** Smallest angle to the beam, rad, that a scattered particle may have: |η| about 7.6. */
const LEAST_THETA = 1e-3;

/**
 * Width θ0, rad, of the angle by which a charged particle is scattered, projected onto a plane: the formula of Highland as
 * given by Lynch and Dahl, Particle Data Group, Phys. Rev. D 110 (2024) 030001, section 34.3:
 * θ0 = 13.6 MeV / (β c p) · √t · (1 + 0.038 ln(t / β²)), charge 1. `momentum` in GeV; t is the thickness in radiation
 * lengths, for which 0.001 < t < 100 is asked. 0 where t is 0.
 */
export function highlandAngle(momentum: number, thickness: number): number {
  if (thickness === 0) return 0;
  const betaSquared = momentum ** 2 / (momentum ** 2 + PION_MASS ** 2);
  const logarithm = 1 + 0.038 * Math.log(thickness / betaSquared);
  return (0.0136 / (Math.sqrt(betaSquared) * momentum)) * Math.sqrt(thickness) * Math.max(0, logarithm);
}

/**
 * The particle behind a thin layer of `thickness` radiation lengths (along the normal) that it crosses at its point: its
 * direction turned by independent normal angles in θ and across, its momentum kept. `pt` in GeV.
 */
export function scatter(
  state: HelixState,
  pt: number,
  thickness: number,
  random: RandomStream,
): { readonly state: HelixState; readonly pt: number } {
  const { x, y, phi, cotTheta, curvature } = state;
  const sinTheta = 1 / Math.hypot(1, cotTheta);
  const momentum = pt / sinTheta;
  const outward = (x * Math.cos(phi) + y * Math.sin(phi)) / Math.hypot(x, y);
  const cosine = Math.max(LEAST_COSINE, Math.abs(outward) * sinTheta);
  const width = highlandAngle(momentum, thickness / cosine);
  const drawn = Math.atan2(1, cotTheta) + width * random.normal();
  // Over the poles, out of any barrel's reach, the angles would lose their meaning.
  const theta = Math.min(Math.PI - LEAST_THETA, Math.max(LEAST_THETA, drawn));
  const turned = momentum * Math.sin(theta);
  return {
    pt: turned,
    state: {
      ...state,
      phi: phi + (width * random.normal()) / sinTheta,
      cotTheta: 1 / Math.tan(theta),
      curvature: (curvature * pt) / turned,
    },
  };
}
