import { etaAt, type SectorGrid, sectorCentre, wrapAngle } from "./geometry.js";

/** Features of a node: r, φ, z. */
export const NODE_FEATURES = 3;
/** Features of an edge: Δr, Δφ, Δz, ΔR. */
export const EDGE_FEATURES = 4;
/** mm for which the features r, z, Δr and Δz are 1. */
export const LENGTH_SCALE = 1000;

/** A point in cylindrical coordinates: mm, rad, mm. */
export interface Point {
  readonly r: number;
  readonly phi: number;
  readonly z: number;
}

/** The angle for which the features φ and Δφ are 1: half the width of a sector. */
export const angleScale = ({ phiSectors }: SectorGrid) => Math.PI / phiSectors;

/**
 * Features of a hit as a node of a sector's graph: r/1000, φ/(π/nφ) from the sector's middle, which is −1 to 1, and z/1000.
 * These and the {@link edgeFeatures} are those of the TrackML graphs (nφ = 8), where they were recomputed from the nodes to
 * 7e-8, ΔR to 4e-6.
 */
export function nodeFeatures(grid: SectorGrid, sector: number, { r, phi, z }: Point): readonly number[] {
  const relative = wrapAngle(phi - sectorCentre(grid, sector));
  return [r / LENGTH_SCALE, relative / angleScale(grid), z / LENGTH_SCALE];
}

/**
 * Features of an edge: Δr/1000, Δφ/(π/nφ), Δz/1000, each receiver minus sender, Δφ the short way round; and
 * ΔR = √(Δη² + Δφ²), Δφ in rad.
 */
export function edgeFeatures(grid: SectorGrid, sender: Point, receiver: Point): readonly number[] {
  const dphi = wrapAngle(receiver.phi - sender.phi);
  const deta = etaAt(receiver.r, receiver.z) - etaAt(sender.r, sender.z);
  return [
    (receiver.r - sender.r) / LENGTH_SCALE,
    dphi / angleScale(grid),
    (receiver.z - sender.z) / LENGTH_SCALE,
    Math.hypot(deta, dphi),
  ];
}
