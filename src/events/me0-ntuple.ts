import { UserError } from "../ir/errors.js";
import { LAYERS, MIDDLE_LAYER, PARTITIONS, STRIPS, voxelIndex } from "../physics/muon/geometry.js";
import type { TreeEntry } from "./root-tree.js";

/** Branches of the ME0 ntuple that are read; each a list of numbers per entry. */
export const ME0_BRANCHES = [
  "me0_sim_track_id",
  "me0_sim_track_charge",
  "me0_sim_track_pt",
  "me0_sim_track_eta",
  "me0_sim_hit_particle",
  "me0_sim_hit_region",
  "me0_sim_hit_chamber",
  "me0_sim_hit_layer",
  "me0_sim_hit_strip",
  "me0_sim_hit_eta_partition",
  "me0_sim_hit_trackid",
  "me0_digi_hit_region",
  "me0_digi_hit_chamber",
  "me0_digi_hit_layer",
  "me0_digi_hit_bx",
  "me0_digi_hit_strip",
  "me0_digi_hit_eta_partition",
] as const;
export type Me0Branch = (typeof ME0_BRANCHES)[number];

/** A simulated muon in a chamber; the names and units are those of the generator's arrays. */
export interface ChamberMuon {
  readonly pt: number;
  readonly eta: number;
  readonly charge: number;
  readonly partition: number;
  readonly strip: number;
  readonly slope: number;
  /** Whether it crosses at least 4 of the 6 layers of this chamber and its track is known: only then is it to be found. */
  readonly inAcceptance: boolean;
  /** Offsets of its voxels. */
  readonly voxels: readonly number[];
}

/** A chamber with hits in the central bunch crossing. */
export interface ChamberImage {
  readonly entry: number;
  /** Endcap: −1 or 1. */
  readonly region: number;
  /** 1 … 18. */
  readonly chamber: number;
  /** Offsets of the voxels that fired. */
  readonly digis: readonly number[];
  /** Those in acceptance first. */
  readonly muons: readonly ChamberMuon[];
}

/** A muon is in acceptance with hits in this many layers: the fewest from which any segment is made. */
const ACCEPTED_LAYERS = 4;
/** Strips on either side of a muon's hit over which its cluster may reach: the largest modelled is 5 strips. */
const CLUSTER_REACH = 4;
const MUON_PDG = 13;

interface Hit {
  readonly layer: number;
  readonly partition: number;
  /** Strip from 0: the ntuple numbers the strips of hits from 1 and those of digis from 0. */
  readonly strip: number;
}

/** Reads one entry's lists; every list of a group has the group's length, every number its range. */
function columns(entry: TreeEntry<Me0Branch>, names: readonly Me0Branch[], where: string): number[][] {
  const lists = names.map((name) => {
    const value = entry[name];
    if (!(Array.isArray(value) || ArrayBuffer.isView(value))) {
      throw new UserError(`branch '${name}' holds no list of numbers`, { where });
    }
    const list = Array.from(value as ArrayLike<unknown>, Number);
    if (!list.every(Number.isFinite))
      throw new UserError(`branch '${name}' holds what is no number`, { where });
    return list;
  });
  for (let i = 1; i < lists.length; i++) {
    if (lists[i].length === lists[0].length) continue;
    throw new UserError(
      `branch '${names[i]}' has ${lists[i].length} values, but '${names[0]}' has ${lists[0].length}`,
      { where },
    );
  }
  return lists;
}

function checkedHit(layer: number, partition: number, strip: number, what: string, where: string): Hit {
  const good = (value: number, count: number): boolean =>
    Number.isInteger(value) && value >= 0 && value < count;
  if (good(layer, LAYERS) && good(partition, PARTITIONS) && good(strip, STRIPS))
    return { layer, partition, strip };
  throw new UserError(
    `a ${what} lies outside the chamber: layer ${layer + 1}, partition ${partition + 1}, strip ${strip}`,
    { where, hint: `A chamber has ${LAYERS} layers, ${PARTITIONS} partitions and ${STRIPS} strips.` },
  );
}

/** The muon's voxels: in each layer it hit, the run of fired strips around its hit, up to the reach. */
function clusterOf(hit: Hit, fired: ReadonlySet<number>): number[] {
  const at = (strip: number): number => voxelIndex(STRIPS, hit.partition, strip, hit.layer);
  const inside = (strip: number): boolean =>
    strip >= 0 && strip < STRIPS && Math.abs(strip - hit.strip) <= CLUSTER_REACH && fired.has(at(strip));
  const start = [0, -1, 1].map((d) => hit.strip + d).find(inside);
  if (start === undefined) return [];
  const voxels: number[] = [];
  for (let strip = start; inside(strip); strip++) voxels.push(at(strip));
  for (let strip = start - 1; inside(strip); strip--) voxels.push(at(strip));
  return voxels;
}

/** Least-squares line through the hits' strip centres: position in the middle plane and slope per layer. */
function lineThrough(hits: readonly Hit[]): { strip: number; slope: number } {
  const n = hits.length;
  const meanLayer = hits.reduce((s, h) => s + h.layer, 0) / n;
  const meanStrip = hits.reduce((s, h) => s + h.strip + 0.5, 0) / n;
  const spread = hits.reduce((s, h) => s + (h.layer - meanLayer) ** 2, 0);
  const product = hits.reduce((s, h) => s + (h.layer - meanLayer) * (h.strip + 0.5 - meanStrip), 0);
  const slope = spread > 0 ? product / spread : 0;
  return { strip: meanStrip + slope * (MIDDLE_LAYER - meanLayer), slope };
}

/**
 * The chambers of one entry that have digis in the central bunch crossing (`bx` 0), ordered by endcap and number.
 * The truth comes from the simulated muon hits. UserError if the branches do not fit each other.
 */
export function chamberImages(
  entry: TreeEntry<Me0Branch>,
  index: number,
  file: string,
): readonly ChamberImage[] {
  const where = `${file}: entry ${index}`;
  const [dRegion, dChamber, dLayer, dBx, dStrip, dPartition] = columns(
    entry,
    [
      "me0_digi_hit_region",
      "me0_digi_hit_chamber",
      "me0_digi_hit_layer",
      "me0_digi_hit_bx",
      "me0_digi_hit_strip",
      "me0_digi_hit_eta_partition",
    ],
    where,
  );
  const [hParticle, hRegion, hChamber, hLayer, hStrip, hPartition, hTrack] = columns(
    entry,
    [
      "me0_sim_hit_particle",
      "me0_sim_hit_region",
      "me0_sim_hit_chamber",
      "me0_sim_hit_layer",
      "me0_sim_hit_strip",
      "me0_sim_hit_eta_partition",
      "me0_sim_hit_trackid",
    ],
    where,
  );
  const [id, charge, pt, eta] = columns(
    entry,
    ["me0_sim_track_id", "me0_sim_track_charge", "me0_sim_track_pt", "me0_sim_track_eta"],
    where,
  );
  const trackOf = new Map(id.map((value, track) => [value, track]));

  const key = (region: number, chamber: number): number => (region + 2) * 1000 + chamber;
  const chambers = new Map<number, { region: number; chamber: number; fired: Set<number> }>();
  dStrip.forEach((strip, i) => {
    if (dBx[i] !== 0) return;
    const { layer, partition } = checkedHit(dLayer[i] - 1, dPartition[i] - 1, strip, "digi", where);
    const at = key(dRegion[i], dChamber[i]);
    if (!chambers.has(at)) chambers.set(at, { region: dRegion[i], chamber: dChamber[i], fired: new Set() });
    chambers.get(at)!.fired.add(voxelIndex(STRIPS, partition, strip, layer));
  });

  /** Muon hits by chamber and track id. */
  const muonHits = new Map<number, Map<number, Hit[]>>();
  hParticle.forEach((particle, i) => {
    if (Math.abs(particle) !== MUON_PDG) return;
    const hit = checkedHit(hLayer[i] - 1, hPartition[i] - 1, hStrip[i] - 1, "simulated hit", where);
    const at = key(hRegion[i], hChamber[i]);
    if (!muonHits.has(at)) muonHits.set(at, new Map());
    const tracks = muonHits.get(at)!;
    tracks.set(hTrack[i], [...(tracks.get(hTrack[i]) ?? []), hit]);
  });

  return [...chambers.entries()]
    .sort(([a], [b]) => a - b)
    .map(([at, { region, chamber, fired }]) => {
      const muons = [...(muonHits.get(at) ?? [])].map(([trackId, hits]): ChamberMuon => {
        const track = trackOf.get(trackId);
        const { strip, slope } = lineThrough(hits);
        const middle = hits.reduce((best, hit) =>
          Math.abs(hit.layer - MIDDLE_LAYER) < Math.abs(best.layer - MIDDLE_LAYER) ? hit : best,
        );
        return {
          pt: track === undefined ? Number.NaN : pt[track],
          eta: track === undefined ? Number.NaN : Math.abs(eta[track]),
          charge: track === undefined ? Number.NaN : Math.sign(charge[track]),
          partition: middle.partition,
          strip,
          slope,
          inAcceptance: track !== undefined && new Set(hits.map((hit) => hit.layer)).size >= ACCEPTED_LAYERS,
          voxels: [...new Set(hits.flatMap((hit) => clusterOf(hit, fired)))],
        };
      });
      muons.sort((a, b) => Number(b.inAcceptance) - Number(a.inAcceptance));
      return { entry: index, region, chamber, digis: [...fired], muons };
    });
}
