import { invariant, UserError } from "../ir/errors.js";
import { imageShape, STRIPS } from "../physics/muon/geometry.js";
import type { ByteSource } from "./bytes.js";
import { type ChamberImage, type ChamberMuon, chamberImages, ME0_BRANCHES } from "./me0-ntuple.js";
import { DTYPES, type Dtype, type TypedArray } from "./npy.js";
import { openTree } from "./root-tree.js";
import { type ArrayInfo, describeArrays, type EventBlock, type EventSource } from "./source.js";

/** Entries of the tree read at a time. */
const CHUNK = 200;
/** Fewest columns of the muons' arrays, as in the generator's; and most, one per bit of the truth. */
const FEWEST_MUONS = 2;
const MOST_MUONS = 8;

/** How each array's part for one image is filled. */
interface Column {
  readonly dtype: Dtype;
  /** Shape of one image's part. */
  readonly shape: readonly number[];
  readonly fill: (image: ChamberImage, part: TypedArray) => void;
}

function columnsFor(muons: number): ReadonlyMap<string, Column> {
  const scalar = (dtype: Dtype, value: (image: ChamberImage) => number): Column => ({
    dtype,
    shape: [],
    fill: (image, part) => {
      part[0] = value(image);
    },
  });
  const perMuon = (value: (muon: ChamberMuon) => number): Column => ({
    dtype: "float32",
    shape: [muons],
    fill: (image, part) => {
      (part as Float32Array).fill(Number.NaN);
      image.muons.forEach((muon, m) => {
        if (muon.inAcceptance) part[m] = value(muon);
      });
    },
  });
  return new Map<string, Column>([
    ["muon_count", scalar("uint8", (image) => image.muons.filter((muon) => muon.inAcceptance).length)],
    ["muon_pt", perMuon((muon) => muon.pt)],
    ["muon_eta", perMuon((muon) => muon.eta)],
    ["muon_charge", perMuon((muon) => muon.charge)],
    ["muon_partition", perMuon((muon) => muon.partition)],
    ["muon_strip", perMuon((muon) => muon.strip)],
    ["muon_slope", perMuon((muon) => muon.slope)],
    ["entry", scalar("int32", (image) => image.entry)],
    ["region", scalar("int8", (image) => image.region)],
    ["chamber", scalar("uint8", (image) => image.chamber)],
    [
      "voxels",
      {
        dtype: "uint8",
        shape: imageShape(STRIPS),
        fill: (image, part) => {
          for (const voxel of image.digis) part[voxel] = 1;
        },
      },
    ],
    [
      "truth",
      {
        dtype: "uint8",
        shape: imageShape(STRIPS),
        fill: (image, part) => {
          const truth = part as Uint8Array;
          image.muons.forEach((muon, m) => {
            for (const voxel of muon.voxels) truth[voxel] |= 1 << m;
          });
        },
      },
    ],
  ]);
}

/**
 * Opens an ME0 ntuple (a tree with simulated hits and digis) as events: each chamber with digis in the central
 * bunch crossing is one image, in the arrays that `l1c generate muon` writes, and `entry`, `region`, `chamber`
 * for where it came from. A muon that crosses fewer than 4 layers of a chamber has truth voxels but no parameters
 * (it is neither to be found nor a fake). UserError for damaged files, missing branches, impossible hits.
 */
export async function openMe0Ntuple(source: ByteSource): Promise<EventSource> {
  const tree = await openTree(source, ME0_BRANCHES);

  async function* images(): AsyncGenerator<ChamberImage> {
    for (let first = 0; first < tree.entries; first += CHUNK) {
      const entries = await tree.read(first, CHUNK);
      for (let i = 0; i < entries.length; i++) yield* chamberImages(entries[i], first + i, source.name);
    }
  }

  // Once over the file: how many images there are, and the most muons in one.
  let count = 0;
  let muons = FEWEST_MUONS;
  for await (const image of images()) {
    count++;
    muons = Math.max(muons, image.muons.length);
  }
  if (count === 0)
    throw new UserError("no chamber has a hit in the central bunch crossing", { where: source.name });
  if (muons > MOST_MUONS) {
    throw new UserError(`a chamber has ${muons} muons; at most ${MOST_MUONS} can be told apart`, {
      where: source.name,
    });
  }

  const columns = columnsFor(muons);
  const infos = new Map<string, ArrayInfo>(
    [...columns].map(([name, { dtype, shape }]) => [name, { dtype, shape: [count, ...shape] }]),
  );
  const described = describeArrays(source.name, infos);

  return {
    ...described,
    async *blocks(names, rows): AsyncGenerator<EventBlock> {
      invariant(Number.isInteger(rows) && rows > 0, `blocks of ${rows} events`);
      for (const name of names) described.shape(name);
      const build = (block: readonly ChamberImage[], start: number): EventBlock => {
        const arrays: Record<string, TypedArray> = {};
        for (const name of names) {
          const { dtype, shape, fill } = columns.get(name)!;
          const width = shape.reduce((a, b) => a * b, 1);
          const array = new DTYPES[dtype].array(block.length * width);
          block.forEach((image, row) => {
            fill(image, array.subarray(row * width, (row + 1) * width));
          });
          arrays[name] = array;
        }
        return { start, rows: block.length, arrays };
      };
      let pending: ChamberImage[] = [];
      let start = 0;
      for await (const image of images()) {
        pending.push(image);
        if (pending.length < rows) continue;
        yield build(pending, start);
        start += pending.length;
        pending = [];
      }
      if (pending.length > 0) yield build(pending, start);
    },
  };
}
