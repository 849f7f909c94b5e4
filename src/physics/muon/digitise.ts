import type { RandomStream } from "../random.js";
import { LAYERS, PARTITIONS, partitionAt, radiusAt, STRIPS, voxelIndex } from "./geometry.js";
import { BACKGROUND_CLUSTERS, CLUSTER_SIZE_WEIGHTS, LAYER_EFFICIENCY } from "./parameters.js";
import { type Muon, stripAt } from "./track.js";

/** Where digis go: offset of the fired voxel in an image of 384 strips. */
export type Fire = (voxel: number) => void;

/** Fires `size` neighbouring strips from `start`, as far as they lie inside the chamber. */
export function fireCluster(partition: number, start: number, size: number, layer: number, fire: Fire): void {
  for (let strip = Math.max(start, 0); strip < Math.min(start + size, STRIPS); strip++) {
    fire(voxelIndex(STRIPS, partition, strip, layer));
  }
}

/** Draws the size of a muon's or a background cluster, strips. */
export const clusterSize = (random: RandomStream): number => random.choice(CLUSTER_SIZE_WEIGHTS) + 1;

/**
 * The muon's own clusters: in each layer, with the layer efficiency, one cluster centred on the crossing point
 * (an even cluster reaches out to the nearer neighbour) in the partition the muon crosses there.
 */
export function fireMuon(muon: Muon, random: RandomStream, fire: Fire): void {
  for (let layer = 0; layer < LAYERS; layer++) {
    if (random.uniform() >= LAYER_EFFICIENCY) continue;
    const size = clusterSize(random);
    const start = Math.round(stripAt(muon, layer) - size / 2);
    fireCluster(partitionAt(radiusAt(muon.eta, layer)), start, size, layer, fire);
  }
}

/** Background of one bunch crossing: independent clusters, uniform over the strips, Poisson per layer and partition. */
export function fireBackground(factor: number, random: RandomStream, fire: Fire): void {
  for (let partition = 0; partition < PARTITIONS; partition++) {
    for (let layer = 0; layer < LAYERS; layer++) {
      const clusters = random.poisson(BACKGROUND_CLUSTERS[partition] * factor);
      for (let i = 0; i < clusters; i++) {
        const size = clusterSize(random);
        fireCluster(partition, random.integer(STRIPS + 1 - size), size, layer, fire);
      }
    }
  }
}
