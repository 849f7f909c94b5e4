import { eventStream, type RandomStream } from "../random.js";
import { ptAt } from "../spectrum.js";
import { LAYER_RADII, wrapAngle } from "./geometry.js";
import { crossCylinder, curvatureOf, type HelixState } from "./helix.js";
import type { TrackerOptions } from "./options.js";
import { scatter } from "./scattering.js";

/** The particle of a noise hit. */
export const NOISE = -1;

/** A charged particle as it leaves its vertex. */
export interface TrackerParticle {
  /** GeV. */
  readonly pt: number;
  readonly eta: number;
  /** Direction of the transverse momentum, rad. */
  readonly phi: number;
  /** +1 or −1. */
  readonly charge: number;
  /** Distance from the beam at the point of closest approach, mm; positive where the beam lies to the right. */
  readonly d0: number;
  /** z of that point, mm. */
  readonly z0: number;
  /** 0 for the event's first vertex. */
  readonly vertex: number;
}

/** A measured point. */
export interface TrackerHit {
  /** Index of the layer, from the inside. */
  readonly layer: number;
  /** mm: the radius of the layer. */
  readonly r: number;
  /** In [−π, π). */
  readonly phi: number;
  /** mm. */
  readonly z: number;
  /** Index of the particle that left it, or {@link NOISE}. */
  readonly particle: number;
}

/** One bunch crossing. */
export interface TrackerEvent {
  readonly particles: readonly TrackerParticle[];
  /** In order of the particles, of each from the inside; noise at the end. */
  readonly hits: readonly TrackerHit[];
}

function drawParticle(
  options: TrackerOptions,
  vertex: number,
  z0: number,
  random: RandomStream,
): TrackerParticle {
  return {
    pt: ptAt(options.spectrum, random.uniform()),
    eta: (2 * random.uniform() - 1) * options.etaMax,
    phi: (2 * random.uniform() - 1) * Math.PI,
    charge: random.uniform() < 0.5 ? -1 : 1,
    d0: options.d0Spread * random.normal(),
    z0,
    vertex,
  };
}

/** The helix of a particle at its point of closest approach to the beam. */
export function startOf({ pt, eta, phi, charge, d0, z0 }: TrackerParticle, field: number): HelixState {
  return {
    x: -d0 * Math.sin(phi),
    y: d0 * Math.cos(phi),
    z: z0,
    phi,
    cotTheta: Math.sinh(eta),
    curvature: curvatureOf(charge, pt, field),
  };
}

/**
 * The hits of a particle on its way out: it crosses the layers one after the other, is measured and then scattered in
 * each. Its way ends where it does not reach the next layer within half a turn.
 */
export function trackHits(
  options: TrackerOptions,
  particle: TrackerParticle,
  index: number,
  random: RandomStream,
): readonly TrackerHit[] {
  const hits: TrackerHit[] = [];
  let state = startOf(particle, options.field);
  let { pt } = particle;
  for (let layer = 0; layer < options.layers; layer++) {
    const r = LAYER_RADII[layer] as number;
    const there = crossCylinder(state, r);
    if (there === undefined) break;
    if (random.uniform() < options.efficiency) {
      const phi = Math.atan2(there.y, there.x) + (options.resolution * random.normal()) / r;
      const z = there.z + options.zResolution * random.normal();
      hits.push({ layer, r, phi: wrapAngle(phi), z, particle: index });
    }
    ({ state, pt } = scatter(there, pt, options.material, random));
  }
  return hits;
}

/** Noise hits of a layer, even in φ and, from −r·sinh(etaMax) to r·sinh(etaMax), in z. */
function noiseHits(options: TrackerOptions, layer: number, random: RandomStream): readonly TrackerHit[] {
  const r = LAYER_RADII[layer] as number;
  const reach = r * Math.sinh(options.etaMax);
  return Array.from({ length: random.poisson(options.noise) }, () => ({
    layer,
    r,
    phi: (2 * random.uniform() - 1) * Math.PI,
    z: (2 * random.uniform() - 1) * reach,
    particle: NOISE,
  }));
}

/**
 * Event `index` of the sample that `options` describes (checked by the caller); it depends on nothing else, so events
 * can be made in any order, again, and in parallel. How graphs are made of it changes nothing of it.
 */
export function generateTrackerEvent(options: TrackerOptions, index: number): TrackerEvent {
  const random = eventStream(options.seed, index);
  const particles: TrackerParticle[] = [];
  const vertices = 1 + random.poisson(options.pileUp);
  for (let vertex = 0; vertex < vertices; vertex++) {
    const z0 = options.z0Spread * random.normal();
    const count = random.poisson(vertex === 0 ? options.tracks : options.pileUpTracks);
    for (let i = 0; i < count; i++) particles.push(drawParticle(options, vertex, z0, random));
  }
  const hits = particles.flatMap((particle, i) => trackHits(options, particle, i, random));
  for (let layer = 0; layer < options.layers; layer++) hits.push(...noiseHits(options, layer, random));
  return { particles, hits };
}
