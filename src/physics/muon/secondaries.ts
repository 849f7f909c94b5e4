import type { RandomStream } from "../random.js";
import { clusterSize, type Fire, fireCluster } from "./digitise.js";
import { LAYERS, PARTITIONS, partitionAt, radiusAt, STRIPS } from "./geometry.js";
import {
  FAR_STRIPS,
  SECONDARY_CLUSTERS,
  SECONDARY_DISTANCE,
  SECONDARY_NEIGHBOUR,
  SECONDARY_PROBABILITY,
  TRACK_CONTINUES,
  TRACK_DISTANCE,
  TRACK_DRIFT,
  TRACK_EXTRA_STRIPS,
  TRACK_PROBABILITY,
} from "./parameters.js";
import { type Muon, stripAt } from "./track.js";

/**
 * How a muon's secondaries lie: `clusters`, independent of each other in layer and distance; or `tracks`, one
 * electron through consecutive layers, as the simulated sample has them. Both give the same number of digis;
 * tracks imitate muons, clusters hardly ever do.
 */
export type SecondaryModel = "clusters" | "tracks";
export const SECONDARY_MODELS = ["clusters", "tracks"] as const;

/** Nearest distance of a secondary's strips to the muon's, strips. */
const NEAREST = FAR_STRIPS + 1;

const neighbour = (random: RandomStream): number =>
  random.uniform() < SECONDARY_NEIGHBOUR ? (random.uniform() < 0.5 ? -1 : 1) : 0;

/**
 * Fires a cluster of `size` strips that begins `distance` strips from the muon's strip and reaches away from it,
 * on the given side or, where the chamber ends, on the other; in the muon's partition or that `shift` further.
 */
function fireBeside(
  muon: Muon,
  layer: number,
  { side, distance, size, shift }: { side: number; distance: number; size: number; shift: number },
  fire: Fire,
): void {
  const own = partitionAt(radiusAt(muon.eta, layer));
  const partition = own + shift < 0 || own + shift >= PARTITIONS ? own : own + shift;
  const centre = Math.floor(stripAt(muon, layer));
  const right = centre + distance;
  const left = centre - distance - size + 1;
  const start = side > 0 ? (right + size <= STRIPS ? right : left) : left >= 0 ? left : right;
  fireCluster(partition, start, size, layer, fire);
}

/** A group of clusters on one side of the muon, in random layers, at exponentially falling distances. */
function fireClusters(muon: Muon, random: RandomStream, fire: Fire): void {
  if (random.uniform() >= SECONDARY_PROBABILITY) return;
  const count = 1 + random.poisson(SECONDARY_CLUSTERS - 1);
  const side = random.uniform() < 0.5 ? -1 : 1;
  for (let i = 0; i < count; i++) {
    const layer = random.integer(LAYERS);
    const size = clusterSize(random);
    const distance = NEAREST + Math.floor(random.exponential(SECONDARY_DISTANCE));
    fireBeside(muon, layer, { side, distance, size, shift: neighbour(random) }, fire);
  }
}

/** One electron: a wide cluster in each of some consecutive layers, its distance drifting from layer to layer. */
function fireTrack(muon: Muon, random: RandomStream, fire: Fire): void {
  if (random.uniform() >= TRACK_PROBABILITY) return;
  const side = random.uniform() < 0.5 ? -1 : 1;
  const shift = neighbour(random);
  let distance = NEAREST + random.exponential(TRACK_DISTANCE);
  for (let layer = random.integer(LAYERS); layer < LAYERS; layer++) {
    const size = 1 + Math.floor(random.exponential(1 / Math.log1p(1 / TRACK_EXTRA_STRIPS)));
    fireBeside(muon, layer, { side, distance: Math.floor(distance), size, shift }, fire);
    if (random.uniform() >= TRACK_CONTINUES) return;
    distance = Math.max(NEAREST, distance + TRACK_DRIFT * random.normal());
  }
}

/** Fires the secondaries that come with a muon; every strip lies more than 8 strips from the muon's. */
export function fireSecondaries(model: SecondaryModel, muon: Muon, random: RandomStream, fire: Fire): void {
  if (model === "tracks") fireTrack(muon, random, fire);
  else fireClusters(muon, random, fire);
}
