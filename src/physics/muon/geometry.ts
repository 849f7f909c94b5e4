/**
 * The chamber: one ME0-like stack of triple-GEM layers. Numbers are those of the project's issue 2, which were
 * taken from the CMS ME0 simulation (`mc_ntuple.root`); where it gives none, the source is named.
 */

/** Number of layers in the stack; index 0 lies nearest to the interaction point. */
export const LAYERS = 6;
/** Number of η partitions; index 0 is partition 1 (outermost, lowest |η|), index 7 is partition 8. */
export const PARTITIONS = 8;
/** Number of strips of one partition of one layer. */
export const STRIPS = 384;
/** Angular pitch of a strip, mrad. */
export const STRIP_PITCH_MRAD = 0.919;
/** Distance between neighbouring layers, cm. */
export const LAYER_GAP_CM = 4.165;
/**
 * |z| of the chamber's middle plane, between layers 3 and 4, cm. Mean of the simulated hits' |z| over the six
 * layers of `mc_ntuple.root` (528.61, 532.78, 536.94, 541.12, 545.29, 549.45); it also gives |η| = 2.03 and 2.80
 * at the mean radii of partitions 1 and 8.
 */
export const MIDDLE_Z_CM = 539.03;
/** Position of the middle plane in units of the layer index. */
export const MIDDLE_LAYER = (LAYERS - 1) / 2;
/** Mean radius of partition 1…8 (index 0…7), cm. */
export const PARTITION_RADIUS_CM: readonly number[] = [143, 128, 115, 103, 92, 83, 74, 66];
/** |η| range of the chamber. */
export const ETA_MIN = 2.03;
export const ETA_MAX = 2.8;

/**
 * Radii between neighbouring partitions, cm: halfway between the mean radii. (The hits of `mc_ntuple.root` put
 * the edges at 135.5, 120, 108.7, 96.5, 87, 78, 70.4: at most 1.5 cm away.)
 */
export const PARTITION_EDGE_CM: readonly number[] = PARTITION_RADIUS_CM.slice(1).map(
  (radius, i) => (radius + PARTITION_RADIUS_CM[i]) / 2,
);

/** Radius in cm at which a straight line from the origin with pseudorapidity `eta` crosses `layer`. */
export function radiusAt(eta: number, layer: number): number {
  return (MIDDLE_Z_CM + (layer - MIDDLE_LAYER) * LAYER_GAP_CM) / Math.sinh(Math.abs(eta));
}

/** Partition index 0…7 at a radius in cm. Radii beyond the first and last edge belong to the end partitions. */
export function partitionAt(radius: number): number {
  let partition = 0;
  while (partition < PARTITION_EDGE_CM.length && radius < PARTITION_EDGE_CM[partition]) partition++;
  return partition;
}

/** Strips of the image: all, or the trigger's OR of two neighbours. */
export type StripCount = 384 | 192;

/** Shape of a chamber image, channels last: partitions × strips × layers. */
export function imageShape(strips: StripCount): readonly [number, number, number] {
  return [PARTITIONS, strips, LAYERS];
}

/** Offset of a voxel in a chamber image of `strips` strips. */
export function voxelIndex(strips: number, partition: number, strip: number, layer: number): number {
  return (partition * strips + strip) * LAYERS + layer;
}
