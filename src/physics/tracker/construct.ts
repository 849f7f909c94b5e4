import { UserError } from "../../ir/errors.js";
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

/** Edges of one graph: beyond, it would hardly fit into memory, and into no firmware. */
const MOST_EDGES = 10_000_000;

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
    const placed = hits
      .map((hit) => ({ hit, place: wrapAngle(hit.phi - centre) }))
      .sort((a, b) => a.hit.layer - b.hit.layer || a.place - b.place);
    const nodes = placed.map(({ hit }) => hit);
    const places = Float64Array.from(placed, ({ place }) => place);
    /** Index of the first node of each layer, and the number of nodes at the end. */
    const starts = Array.from({ length: options.layers + 1 }, (_, layer) => {
      const first = nodes.findIndex((node) => node.layer >= layer);
      return first < 0 ? nodes.length : first;
    });
    const [senders, receivers, labels]: [number[], number[], boolean[]] = [[], [], []];
    nodes.forEach((sender, s) => {
      const last = Math.min(options.layers - 1, sender.layer + 1 + construction.skip);
      for (let layer = sender.layer + 1; layer <= last; layer++) {
        const reach = slope * (LAYER_RADII[layer] - sender.r);
        for (const r of nodesNear(places, starts[layer], starts[layer + 1], places[s], reach)) {
          const receiver = nodes[r];
          if (failedCut(construction, slope, sender, receiver) !== undefined) continue;
          senders.push(s);
          receivers.push(r);
          labels.push(next.get(sender) === receiver);
        }
      }
      if (senders.length > MOST_EDGES) {
        throw new UserError(`a graph has more than ${MOST_EDGES} edges`, {
          where: "phi-slope",
          hint: "Take more sectors, a smaller slope or |z0|, or fewer tracks.",
        });
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

/** More than rounding may move an angle. */
const ANGLE_MARGIN = 1e-9;

/**
 * The nodes from `start` to `end` whose place, in [−π, π) and ascending, is at most `reach` away from `place` the short way
 * round, ascending; a few that are hardly farther may be among them.
 */
function nodesNear(
  places: Float64Array,
  start: number,
  end: number,
  place: number,
  reach: number,
): readonly number[] {
  const near: number[] = [];
  const width = reach + ANGLE_MARGIN;
  if (width >= Math.PI) {
    for (let node = start; node < end; node++) near.push(node);
    return near;
  }
  // A window over the end goes on at the other: of the three, at most two hold nodes, in this order.
  for (const middle of [place - 2 * Math.PI, place, place + 2 * Math.PI]) {
    let low = start;
    for (let high = end; low < high; ) {
      const half = (low + high) >> 1;
      if (places[half] < middle - width) low = half + 1;
      else high = half;
    }
    for (; low < end && places[low] <= middle + width; low++) near.push(low);
  }
  return near;
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
