import type { Point } from "./features.js";
import { NOISE, type TrackerEvent, type TrackerHit } from "./generate.js";
import {
  etaSectorOf,
  LAYER_RADII,
  phiSectorOf,
  type SectorGrid,
  sectorCentre,
  wrapAngle,
} from "./geometry.js";
import { BEND } from "./helix.js";
import type { ConstructionOptions, TrackerOptions } from "./options.js";

/** How much scattering and impact parameters may add to the φ slope of the lowest pT. */
const SLOPE_MARGIN = 1.2;

/** Two hits that an edge may join, in its direction: outwards. */
export interface HitPair {
  readonly sender: TrackerHit;
  readonly receiver: TrackerHit;
}

/** The graph of one sector of one event. */
export interface SectorGraph {
  readonly phiSector: number;
  readonly etaSector: number;
  /** The nodes: by layer from the inside, in a layer by φ. */
  readonly hits: readonly TrackerHit[];
  /** Indices of the edges' nodes; the edges by sender, then by receiver. */
  readonly senders: readonly number[];
  readonly receivers: readonly number[];
  /** For each edge whether it joins consecutive hits of one particle. */
  readonly labels: readonly boolean[];
}

/** What became of the pairs of consecutive hits of particles. */
export interface TruePairs {
  /** Those that are edges. */
  readonly kept: number;
  /** Those that are not, by the first condition that they fail. */
  readonly lostToSectors: number;
  readonly lostToPhiSlope: number;
  readonly lostToZ0: number;
  /** Those with more layers between them than an edge may leave out; no edge is expected there. */
  readonly overGaps: number;
}

export interface ConstructedEvent {
  /** One for each sector, empty ones too; sectors in η of the first sector in φ first. */
  readonly graphs: readonly SectorGraph[];
  readonly truePairs: TruePairs;
}

/** The sectors that the options describe. */
export function gridOf({ construction, etaMax }: TrackerOptions): SectorGrid {
  return { phiSectors: construction.phiSectors, etaSectors: construction.etaSectors, etaMax };
}

/**
 * The largest |Δφ/Δr|, rad/mm, of an edge: the one given, else 1.2 times that of a particle of the lowest pT from the beam,
 * φ(r) = asin(r c B / 2 pT), between layers that it reaches and that an edge may join; 1.2 is for scattering and impact
 * parameters. In a field of 0 it is what d0Spread alone makes of it, four widths far.
 */
export function phiSlopeOf(options: TrackerOptions): number {
  const { construction, field, spectrum, d0Spread } = options;
  if (construction.phiSlope !== undefined) return construction.phiSlope;
  const radii = LAYER_RADII.slice(0, options.layers);
  const half = (BEND * field) / (2 * spectrum.min);
  let [bend, impact] = [0, 0];
  radii.forEach((inner, layer) => {
    for (const outer of radii.slice(layer + 1, layer + 2 + construction.skip)) {
      if (outer * half < 1) {
        bend = Math.max(bend, (Math.asin(outer * half) - Math.asin(inner * half)) / (outer - inner));
      }
      impact = Math.max(impact, (4 * d0Spread) / (inner * outer));
    }
  });
  return Math.max(SLOPE_MARGIN * bend, impact);
}

/** Δφ/Δr, rad/mm. */
export function slopeOf(inner: Point, outer: Point): number {
  return wrapAngle(outer.phi - inner.phi) / (outer.r - inner.r);
}

/** z, mm, at which the straight line through two points in (r, z) meets the beam. */
export function beamCrossing(inner: Point, outer: Point): number {
  return inner.z - (inner.r * (outer.z - inner.z)) / (outer.r - inner.r);
}

/** The hits that follow each hit on its particle's way; noise has none. `hits` of a particle from the inside. */
function successors(hits: readonly TrackerHit[]): ReadonlyMap<TrackerHit, TrackerHit> {
  const next = new Map<TrackerHit, TrackerHit>();
  const latest = new Map<number, TrackerHit>();
  for (const hit of hits) {
    if (hit.particle === NOISE) continue;
    const before = latest.get(hit.particle);
    if (before !== undefined) next.set(before, hit);
    latest.set(hit.particle, hit);
  }
  return next;
}

/** Makes the graphs of an event's sectors. */
export function constructGraphs(options: TrackerOptions, event: TrackerEvent): ConstructedEvent {
  const { construction } = options;
  const grid = gridOf(options);
  const slope = phiSlopeOf(options);
  const next = successors(event.hits);
  const sectorOf = ({ r, phi, z }: TrackerHit) =>
    phiSectorOf(grid, phi) * grid.etaSectors + etaSectorOf(grid, r, z);

  const sectors: TrackerHit[][] = Array.from({ length: grid.phiSectors * grid.etaSectors }, () => []);
  for (const hit of event.hits) (sectors[sectorOf(hit)] as TrackerHit[]).push(hit);

  return {
    graphs: sectors.map((hits, sector) => {
      const [phiSector, etaSector] = [Math.floor(sector / grid.etaSectors), sector % grid.etaSectors];
      return { phiSector, etaSector, ...connect(hits, sectorCentre(grid, phiSector)) };
    }),
    truePairs: countPairs(next),
  };

  function connect(
    hits: readonly TrackerHit[],
    centre: number,
  ): Omit<SectorGraph, "phiSector" | "etaSector"> {
    const place = (hit: TrackerHit) => wrapAngle(hit.phi - centre);
    const nodes = [...hits].sort((a, b) => a.layer - b.layer || place(a) - place(b));
    /** Index of the first node of each layer, and the number of nodes at the end. */
    const starts = Array.from({ length: options.layers + 1 }, (_, layer) => {
      const first = nodes.findIndex((node) => node.layer >= layer);
      return first < 0 ? nodes.length : first;
    });
    const [senders, receivers, labels]: [number[], number[], boolean[]] = [[], [], []];
    nodes.forEach((sender, s) => {
      const last = Math.min(options.layers, sender.layer + 2 + construction.skip);
      for (let r = starts[sender.layer + 1] as number; r < (starts[last] as number); r++) {
        const receiver = nodes[r] as TrackerHit;
        if (failedCut(construction, slope, sender, receiver) !== undefined) continue;
        senders.push(s);
        receivers.push(r);
        labels.push(next.get(sender) === receiver);
      }
    });
    return { hits: nodes, senders, receivers, labels };
  }

  function countPairs(pairs: ReadonlyMap<TrackerHit, TrackerHit>): TruePairs {
    const counts = { kept: 0, lostToSectors: 0, lostToPhiSlope: 0, lostToZ0: 0, overGaps: 0 };
    for (const [sender, receiver] of pairs) {
      if (receiver.layer > sender.layer + 1 + construction.skip) counts.overGaps++;
      else if (sectorOf(sender) !== sectorOf(receiver)) counts.lostToSectors++;
      else counts[failedCut(construction, slope, sender, receiver) ?? "kept"]++;
    }
    return counts;
  }
}

/** The first condition on an edge that a pair of hits fails. */
function failedCut(
  { z0Max }: ConstructionOptions,
  slope: number,
  inner: Point,
  outer: Point,
): "lostToPhiSlope" | "lostToZ0" | undefined {
  if (!(Math.abs(slopeOf(inner, outer)) <= slope)) return "lostToPhiSlope";
  return Math.abs(beamCrossing(inner, outer)) <= z0Max ? undefined : "lostToZ0";
}
