/** Speed of light in GeV / (T mm): a particle of charge 1 and pT in GeV bends with the radius pT / (c B) mm. */
export const BEND = 0.299792458e-3;

/** A charged particle at a point of its way in a field along z. Lengths in mm, angles in rad. */
export interface HelixState {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** Direction of the transverse momentum. */
  readonly phi: number;
  /** pz / pT. */
  readonly cotTheta: number;
  /** Change of `phi` per transverse path length, 1/mm: −charge · c B / pT. Positive charges turn clockwise. */
  readonly curvature: number;
}

/** Curvature, 1/mm, at a pT in GeV in a field in T. */
export function curvatureOf(charge: number, pt: number, field: number): number {
  return (-charge * BEND * field) / pt;
}

/**
 * The state after the transverse path length at which the particle has turned by 2·atan(κh/2), κ its curvature; for κ = 0
 * that length is h.
 */
function advance(state: HelixState, h: number): HelixState {
  const half = Math.atan((state.curvature * h) / 2);
  const chord = h * Math.cos(half);
  // Path length over h: atan(t)/t with t = κh/2, 1 at t = 0.
  const path = half === 0 ? h : (2 * half) / state.curvature;
  return {
    ...state,
    x: state.x + chord * Math.cos(state.phi + half),
    y: state.y + chord * Math.sin(state.phi + half),
    z: state.z + path * state.cotTheta,
    phi: state.phi + 2 * half,
  };
}

/**
 * Where a particle inside the cylinder of `radius` around the z axis first crosses it, or `undefined` where it does not
 * within half a turn. Exact but for rounding, for straight lines (curvature 0) as well.
 *
 * After turning by ψ the particle is at |p|² + (2a/κ) sin ψ + (2(1 + bκ)/κ²)(1 − cos ψ) from the axis, squared; a and b
 * are its position p along and across (to the left of) its direction. With tan(ψ/2) = κh/2 that equals radius² where
 * (1 + bκ − qκ²/4) h² + 2a h − q = 0, q = radius² − |p|². The smallest positive root is q / (a + √discriminant), which loses no
 * digits at small curvatures.
 */
export function crossCylinder(state: HelixState, radius: number): HelixState | undefined {
  const { x, y, phi, curvature } = state;
  const along = x * Math.cos(phi) + y * Math.sin(phi);
  const across = y * Math.cos(phi) - x * Math.sin(phi);
  const q = radius * radius - x * x - y * y;
  const quadratic = 1 + across * curvature - (q * curvature * curvature) / 4;
  const discriminant = along * along + quadratic * q;
  if (!(discriminant >= 0)) return undefined;
  const divisor = along + Math.sqrt(discriminant);
  return divisor > 0 ? advance(state, q / divisor) : undefined;
}
