import { UserError } from "../../ir/errors.js";
import { checkMuonOptions, generateMuonEvent, type MuonEvent, type MuonOptions } from "./generate.js";
import { imageShape, MIDDLE_LAYER, partitionAt, radiusAt, STRIPS, type StripCount } from "./geometry.js";

/** Most muons in one chamber image; the truth has one bit for each. */
export const MAX_MUONS = 2;

/** One array over all events, made block by block. */
export interface EventArray {
  readonly name: string;
  readonly dtype: "uint8" | "float32";
  /** The events first. */
  readonly shape: readonly number[];
  readonly blocks: () => Iterable<Uint8Array | Float32Array>;
}

/** Writes the images of one event at `offset`: 1 where a strip fired, bit m of the truth where muon m fired it. */
function fillVoxels(event: MuonEvent, voxels: Uint8Array, offset: number): void {
  for (const voxel of event.digis) voxels[offset + voxel] = 1;
}

function fillTruth(event: MuonEvent, truth: Uint8Array, offset: number): void {
  event.truth.forEach((own, m) => {
    for (const voxel of own) truth[offset + voxel] |= 1 << m;
  });
}

/** The muons' parameters as columns of the event arrays; positions and slopes in strips of the image. */
export const MUON_COLUMNS = {
  muon_pt: (muon: MuonEvent["muons"][number]) => muon.pt,
  muon_eta: (muon: MuonEvent["muons"][number]) => muon.eta,
  muon_charge: (muon: MuonEvent["muons"][number]) => muon.charge,
  muon_partition: (muon: MuonEvent["muons"][number]) => partitionAt(radiusAt(muon.eta, MIDDLE_LAYER)),
  muon_strip: (muon: MuonEvent["muons"][number], strips: StripCount) => (muon.strip * strips) / STRIPS,
  muon_slope: (muon: MuonEvent["muons"][number], strips: StripCount) => (muon.slope * strips) / STRIPS,
} as const;

/** Events per block of the images: 1 MiB or so at 384 strips. */
const BLOCK = 64;

/**
 * The event arrays of a sample of `count` events:
 * `muon_count` uint8 (N), `muon_pt` (GeV), `muon_eta` (|η|), `muon_charge` (±1), `muon_partition` (0…7, in the
 * middle plane), `muon_strip` (in the middle plane, image strips), `muon_slope` (image strips per layer) float32
 * (N, 2) with NaN where there is no muon, `voxels` and `truth` uint8 (N, 8, strips, 6). Each array makes its
 * events anew, so that a sample of any size needs the memory of one block.
 */
export function muonEventArrays(options: MuonOptions, count: number): readonly EventArray[] {
  checkMuonOptions(options);
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new UserError(`the number of events must be a positive integer, not ${count}`, { where: "events" });
  }
  const shape = imageShape(options.strips);
  const size = shape[0] * shape[1] * shape[2];
  const event = (index: number) => generateMuonEvent(options, index);

  const images = (name: string, fill: typeof fillVoxels): EventArray => ({
    name,
    dtype: "uint8",
    shape: [count, ...shape],
    *blocks() {
      for (let start = 0; start < count; start += BLOCK) {
        const rows = Math.min(BLOCK, count - start);
        const block = new Uint8Array(rows * size);
        for (let row = 0; row < rows; row++) fill(event(start + row), block, row * size);
        yield block;
      }
    },
  });

  const column = (name: keyof typeof MUON_COLUMNS): EventArray => ({
    name,
    dtype: "float32",
    shape: [count, MAX_MUONS],
    *blocks() {
      for (let start = 0; start < count; start += BLOCK) {
        const rows = Math.min(BLOCK, count - start);
        const block = new Float32Array(rows * MAX_MUONS).fill(Number.NaN);
        for (let row = 0; row < rows; row++) {
          event(start + row).muons.forEach((muon, m) => {
            block[row * MAX_MUONS + m] = MUON_COLUMNS[name](muon, options.strips);
          });
        }
        yield block;
      }
    },
  });

  const counts: EventArray = {
    name: "muon_count",
    dtype: "uint8",
    shape: [count],
    *blocks() {
      for (let start = 0; start < count; start += BLOCK) {
        const rows = Math.min(BLOCK, count - start);
        yield Uint8Array.from({ length: rows }, (_, row) => event(start + row).muons.length);
      }
    },
  };

  const columns = Object.keys(MUON_COLUMNS) as (keyof typeof MUON_COLUMNS)[];
  return [counts, ...columns.map(column), images("voxels", fillVoxels), images("truth", fillTruth)];
}
