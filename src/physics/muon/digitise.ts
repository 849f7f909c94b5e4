import type { RandomStream } from "../random.js";
import { LAYERS, PARTITIONS, partitionAt, radiusAt, STRIPS, voxelIndex } from "./geometry.js";
import {
  BACKGROUND_CLUSTERS,
  CLUSTER_SIZE_WEIGHTS,
  FAR_STRIPS,
  LAYER_EFFICIENCY,
  SECONDARY_CLUSTERS,
  SECONDARY_DISTANCE,
  SECONDARY_NEIGHBOUR,
  SECONDARY_PROBABILITY,
} from "./parameters.js";
import { type Muon, stripAt } from "./track.js";

/** Where digis go: offset of the fired voxel in an image of 384 strips. */
export type Fire = (voxel: number) => void;

/** Fires `size` neighbouring strips from `start`, as far as they lie inside the chamber. */
function fireCluster(partition: number, start: number, size: number, layer: number, fire: Fire): void {
  for (let strip = Math.max(start, 0); strip < Math.min(start + size, STRIPS); strip++) {
    fire(voxelIndex(STRIPS, partition, strip, layer));
  }
}

const clusterSize = (random: RandomStream): number => random.choice(CLUSTER_SIZE_WEIGHTS) + 1;

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

/**
 * The secondaries that come with a muon: with some probability one group of clusters on one side of the muon,
 * in random layers, every strip more than 8 strips from the crossing point's strip, at exponentially falling
 * distance; a group that would leave the chamber is put on the other side.
 */
export function fireSecondaries(muon: Muon, random: RandomStream, fire: Fire): void {
  if (random.uniform() >= SECONDARY_PROBABILITY) return;
  const count = 1 + random.poisson(SECONDARY_CLUSTERS - 1);
  const side = random.uniform() < 0.5 ? -1 : 1;
  for (let i = 0; i < count; i++) {
    const layer = random.integer(LAYERS);
    const size = clusterSize(random);
    const distance = FAR_STRIPS + 1 + Math.floor(random.exponential(SECONDARY_DISTANCE));
    const own = partitionAt(radiusAt(muon.eta, layer));
    const shift = random.uniform() < SECONDARY_NEIGHBOUR ? (random.uniform() < 0.5 ? -1 : 1) : 0;
    const partition = own + shift < 0 || own + shift >= PARTITIONS ? own : own + shift;
    const centre = Math.floor(stripAt(muon, layer));
    const right = centre + distance;
    const left = centre - distance - size + 1;
    const start = side > 0 ? (right + size <= STRIPS ? right : left) : left >= 0 ? left : right;
    fireCluster(partition, start, size, layer, fire);
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
