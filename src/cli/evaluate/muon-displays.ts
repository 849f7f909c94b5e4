import { LAYERS, PARTITIONS } from "../../physics/muon/geometry.js";
import type { EventDisplay } from "../../report/data.js";

/** One chamber image with its truth and what the network marks. */
export interface DisplayCandidate {
  readonly index: number;
  readonly voxels: Uint8Array;
  readonly truth: Uint8Array;
  readonly marked: (voxel: number) => boolean;
  readonly muons: readonly Omit<EventDisplay["muons"][number], "voxels">[];
}

interface Kind {
  readonly title: string;
  readonly fits: (candidate: DisplayCandidate) => boolean;
}

/** What a reader wants to see: the first event of each kind is shown. */
const KINDS: readonly Kind[] = [
  {
    title: "One muon in one partition",
    fits: ({ muons, truth }) => muons.length === 1 && partitions(truth) === 1,
  },
  {
    title: "One muon that crosses partitions",
    fits: ({ muons, truth }) => muons.length === 1 && partitions(truth) > 1,
  },
  { title: "Two muons", fits: ({ muons }) => muons.length === 2 },
  { title: "No muon", fits: ({ muons, voxels }) => muons.length === 0 && voxels.some((v) => v !== 0) },
];

/** Collects the first event of each kind. */
export function createDisplayPicker(strips: number) {
  const found = new Map<string, EventDisplay>();
  return {
    offer(candidate: DisplayCandidate): void {
      for (const { title, fits } of KINDS) {
        if (!found.has(title) && fits(candidate)) found.set(title, display(title, candidate, strips));
      }
    },
    displays: (): readonly EventDisplay[] => KINDS.flatMap(({ title }) => found.get(title) ?? []),
  };
}

function display(
  title: string,
  { index, voxels, truth, marked, muons }: DisplayCandidate,
  strips: number,
): EventDisplay {
  const offsets = (fires: (voxel: number) => boolean) =>
    Array.from(voxels.keys()).filter((voxel) => fires(voxel));
  return {
    title: `${title} (event ${index})`,
    partitions: PARTITIONS,
    strips,
    layers: LAYERS,
    hits: offsets((v) => voxels[v] !== 0),
    marked: offsets((v) => voxels[v] !== 0 && marked(v)),
    muons: muons.map((muon, m) => ({
      ...muon,
      voxels: offsets((v) => ((truth[v] as number) & (1 << m)) !== 0),
    })),
  };
}

function partitions(truth: Uint8Array): number {
  const perPartition = truth.length / PARTITIONS;
  return Array.from({ length: PARTITIONS }, (_, p) =>
    truth.subarray(p * perPartition, (p + 1) * perPartition).some((v) => v !== 0),
  ).filter(Boolean).length;
}
