import { invariant, UserError } from "../ir/errors.js";
import type { ByteSource } from "./bytes.js";
import {
  DTYPES,
  decodeElements,
  elementCount,
  fromFortranOrder,
  NPY_PREFIX,
  type NpyHeader,
  npyHeaderLength,
  parseNpyHeader,
  type TypedArray,
} from "./npy.js";
import { describeArrays, type EventBlock, type EventSource } from "./source.js";
import { readZipDirectory, readZipEntry } from "./zip-read.js";

/** Takes exact numbers of bytes from pieces of any length. */
function takeFrom(pieces: AsyncGenerator<Uint8Array>, where: string) {
  let rest: Uint8Array = new Uint8Array();
  return {
    /** The next `length` bytes; UserError if the pieces end before. */
    async take(length: number): Promise<Uint8Array> {
      const out = new Uint8Array(length);
      for (let done = 0; ; ) {
        const part = rest.subarray(0, length - done);
        out.set(part, done);
        rest = rest.subarray(part.length);
        done += part.length;
        if (done === length) return out;
        const next = await pieces.next();
        if (next.done === true) throw new UserError("the array ends too early", { where });
        rest = next.value;
      }
    },
    /** Reads on to the end, so that the checksum is verified. */
    async finish(): Promise<void> {
      while ((await pieces.next()).done !== true) {}
    },
    /** Gives the pieces up. */
    async close(): Promise<void> {
      await pieces.return(undefined);
    },
  };
}

type Taker = ReturnType<typeof takeFrom>;

/** A stored array: its header, and a fresh stream over its bytes, header included. */
interface StoredArray {
  readonly where: string;
  readonly header: NpyHeader;
  readonly open: () => AsyncGenerator<Uint8Array>;
}

async function readHeader(taker: Taker, where: string, anyOrder: boolean): Promise<NpyHeader> {
  const prefix = await taker.take(NPY_PREFIX);
  const rest = await taker.take(npyHeaderLength(prefix, where) - NPY_PREFIX);
  const whole = new Uint8Array(prefix.length + rest.length);
  whole.set(prefix);
  whole.set(rest, prefix.length);
  return parseNpyHeader(whole, where, anyOrder);
}

/**
 * Learns an array's header and checks that its `size` bytes, header included, are what the header promises. An array in
 * Fortran order is a UserError unless `anyOrder` says otherwise: it has no events one after the other.
 */
async function storedArray(
  where: string,
  size: number,
  open: () => AsyncGenerator<Uint8Array>,
  anyOrder = false,
): Promise<StoredArray> {
  const taker = takeFrom(open(), where);
  try {
    const header = await readHeader(taker, where, anyOrder);
    const wanted = header.length + elementCount(header.shape) * DTYPES[header.dtype].bytes;
    if (wanted !== size) {
      throw new UserError(
        `shape (${header.shape.join(", ")}) of ${header.dtype} needs ${wanted} bytes, not ${size}`,
        {
          where,
          hint: "The file may be truncated; make or copy it again.",
        },
      );
    }
    return { where, header, open };
  } finally {
    await taker.close();
  }
}

function sourceOf(file: string, arrays: ReadonlyMap<string, StoredArray>): EventSource {
  const described = describeArrays(file, new Map([...arrays].map(([name, { header }]) => [name, header])));
  return {
    ...described,
    async *blocks(names, rows): AsyncGenerator<EventBlock> {
      invariant(Number.isInteger(rows) && rows > 0, `blocks of ${rows} events`);
      const readers: { name: string; header: NpyHeader; taker: Taker; width: number }[] = [];
      try {
        for (const name of names) {
          described.shape(name);
          const { header, open, where } = arrays.get(name)!;
          const taker = takeFrom(open(), where);
          const width = elementCount(header.shape.slice(1)) * DTYPES[header.dtype].bytes;
          readers.push({ name, header, taker, width });
          await taker.take(header.length);
        }
        for (let start = 0; start < described.count; start += rows) {
          const n = Math.min(rows, described.count - start);
          const block: Record<string, TypedArray> = {};
          for (const { name, header, taker, width } of readers) {
            block[name] = decodeElements(header.dtype, await taker.take(n * width));
          }
          yield { start, rows: n, arrays: block };
        }
        for (const { taker } of readers) await taker.finish();
      } finally {
        for (const { taker } of readers) await taker.close();
      }
    },
  };
}

/**
 * Opens a .npz file, as numpy's `savez` and `savez_compressed` write it: one array per member. Arrays without
 * axes are no events and are passed over; all others must have the first axis, the event, in common.
 */
export async function openNpz(source: ByteSource): Promise<EventSource> {
  const arrays = new Map<string, StoredArray>();
  for (const entry of await readZipDirectory(source)) {
    if (!entry.name.endsWith(".npy")) continue;
    const name = entry.name.slice(0, -4);
    const where = `${source.name}: array '${name}'`;
    const array = await storedArray(where, entry.size, () => readZipEntry(source, entry));
    if (array.header.shape.length > 0) arrays.set(name, array);
  }
  return sourceOf(source.name, arrays);
}

/** An array read whole. */
export interface WholeArray {
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

/** The names of the arrays of a .npz file. */
export async function npzNames(source: ByteSource): Promise<readonly string[]> {
  const entries = await readZipDirectory(source);
  return entries.flatMap(({ name }) => (name.endsWith(".npy") ? [name.slice(0, -4)] : []));
}

/** Reads the arrays of a .npz file that `wanted` asks for into memory, whatever their shapes and orders. */
export async function readNpz(
  source: ByteSource,
  wanted: (name: string) => boolean,
): Promise<ReadonlyMap<string, WholeArray>> {
  const arrays = new Map<string, WholeArray>();
  for (const entry of await readZipDirectory(source)) {
    const name = entry.name.slice(0, -4);
    if (!entry.name.endsWith(".npy") || !wanted(name)) continue;
    const where = `${source.name}: array '${name}'`;
    const { header, open } = await storedArray(where, entry.size, () => readZipEntry(source, entry), true);
    const taker = takeFrom(open(), where);
    try {
      await taker.take(header.length);
      const bytes = await taker.take(entry.size - header.length);
      await taker.finish();
      const data = decodeElements(header.dtype, bytes);
      const { shape, fortranOrder } = header;
      arrays.set(name, { shape, data: fortranOrder ? fromFortranOrder(data, shape) : data });
    } finally {
      await taker.close();
    }
  }
  return arrays;
}

/** Name under which the one array of a .npy file is known; the user does not know it. */
export const NPY_NAME = "events";

/** Bytes read from a .npy file at a time. */
const READ = 1 << 20;

async function* readPieces(source: ByteSource): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < source.size; at += READ)
    yield await source.read(at, Math.min(READ, source.size - at));
}

/** Opens a .npy file: events with one array, called `NPY_NAME`. */
export async function openNpy(source: ByteSource): Promise<EventSource> {
  const array = await storedArray(source.name, source.size, () => readPieces(source));
  if (array.header.shape.length === 0) {
    throw new UserError("the array has no axes", {
      where: source.name,
      hint: "The first axis is the event.",
    });
  }
  return { ...sourceOf(source.name, new Map([[NPY_NAME, array]])), unnamed: true };
}
