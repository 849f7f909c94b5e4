/** Radii of the cylinders around the beam, mm, from the inside (issue 4). */
export const LAYER_RADII: readonly number[] = [31.5, 72, 115.5, 171.5, 260, 360, 500, 660, 820, 1020];

/** An angle brought into [−π, π). */
export function wrapAngle(angle: number): number {
  const wrapped = angle - 2 * Math.PI * Math.floor((angle + Math.PI) / (2 * Math.PI));
  // Rounding may lead just out of the range, at either end.
  return wrapped >= -Math.PI && wrapped < Math.PI ? wrapped : -Math.PI;
}

/** Pseudorapidity of the point at radius `r` > 0 and `z`, seen from the origin. */
export function etaAt(r: number, z: number): number {
  return Math.asinh(z / r);
}

/** How the barrel is cut: equal sectors in φ, the first from −π on, and in η, from −etaMax to etaMax. */
export interface SectorGrid {
  readonly phiSectors: number;
  readonly etaSectors: number;
  readonly etaMax: number;
}

/** Index of the sector in φ of a point at `phi` in [−π, π). */
export function phiSectorOf({ phiSectors }: SectorGrid, phi: number): number {
  return Math.min(phiSectors - 1, Math.floor(((phi + Math.PI) / (2 * Math.PI)) * phiSectors));
}

/** Index of the sector in η of a point; the outermost sectors reach on without end. */
export function etaSectorOf({ etaSectors, etaMax }: SectorGrid, r: number, z: number): number {
  const index = Math.floor(((etaAt(r, z) + etaMax) / (2 * etaMax)) * etaSectors);
  return Math.min(etaSectors - 1, Math.max(0, index));
}

/** φ in the middle of a sector. */
export function sectorCentre({ phiSectors }: SectorGrid, sector: number): number {
  return -Math.PI + ((sector + 0.5) * 2 * Math.PI) / phiSectors;
}
