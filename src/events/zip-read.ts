import { Inflate } from "fflate";
import { UserError } from "../ir/errors.js";
import type { ByteSource } from "./bytes.js";
import { crc32, EXTRA_ZIP64, FLAG, FULL16, FULL32, METHOD, SIGNATURE } from "./zip-format.js";

/** A member of an archive, as its central directory describes it. */
export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly flags: number;
  readonly crc: number;
  /** Bytes in the archive, and unpacked. */
  readonly packed: number;
  readonly size: number;
  /** Where its local header starts. */
  readonly offset: number;
}

/** Bytes read from the file at a time. */
const READ = 1 << 18;
/** Packed bytes inflated at a time: deflate grows at most 1032-fold, so this bounds the memory at some 8 MiB. */
const INFLATE = 1 << 13;

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

function damaged(source: ByteSource, what: string): UserError {
  return new UserError(`the archive is damaged: ${what}`, {
    where: source.name,
    hint: "The file may be truncated; make or copy it again.",
  });
}

async function readAt(source: ByteSource, offset: number, length: number, what: string): Promise<Uint8Array> {
  if (!(offset >= 0 && length >= 0 && offset + length <= source.size)) {
    throw damaged(source, `${what} lies outside the file`);
  }
  return source.read(offset, length);
}

/** Reads the central directory, ZIP64 included. Raises UserError for what is no archive or a damaged one. */
export async function readZipDirectory(source: ByteSource): Promise<readonly ZipEntry[]> {
  const start = await source.read(0, Math.min(2, source.size));
  if (start[0] !== 0x50 || start[1] !== 0x4b) {
    throw new UserError(
      source.size === 0 ? "the file is empty" : "this is no ZIP archive, as .npz files are",
      {
        where: source.name,
      },
    );
  }
  // The end record is 22 bytes and a comment of at most 65535.
  const tailAt = Math.max(0, source.size - 22 - 65535);
  const tail = await source.read(tailAt, source.size - tailAt);
  const view = viewOf(tail);
  let end = tail.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== SIGNATURE.end) end--;
  if (end < 0) throw damaged(source, "the directory at its end is missing");

  let count = view.getUint16(end + 10, true);
  let length = view.getUint32(end + 12, true);
  let offset = view.getUint32(end + 16, true);
  if (count === FULL16 || length === FULL32 || offset === FULL32) {
    const locator = await readAt(source, tailAt + end - 20, 20, "the ZIP64 locator");
    if (viewOf(locator).getUint32(0, true) === SIGNATURE.end64Locator) {
      const at = Number(viewOf(locator).getBigUint64(8, true));
      const end64 = viewOf(await readAt(source, at, 56, "the ZIP64 end record"));
      if (end64.getUint32(0, true) !== SIGNATURE.end64)
        throw damaged(source, "the ZIP64 end record is missing");
      count = Number(end64.getBigUint64(32, true));
      length = Number(end64.getBigUint64(40, true));
      offset = Number(end64.getBigUint64(48, true));
    }
  }
  return parseDirectory(source, await readAt(source, offset, length, "the directory"), count);
}

function parseDirectory(source: ByteSource, bytes: Uint8Array, count: number): readonly ZipEntry[] {
  const view = viewOf(bytes);
  const entries: ZipEntry[] = [];
  for (let at = 0, i = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== SIGNATURE.central) {
      throw damaged(source, `directory entry ${i + 1} of ${count} cannot be read`);
    }
    const nameEnd = at + 46 + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    if (extraEnd > bytes.length) throw damaged(source, `directory entry ${i + 1} is cut off`);
    const sizes = [
      view.getUint32(at + 24, true),
      view.getUint32(at + 20, true),
      view.getUint32(at + 42, true),
    ];
    // The ZIP64 extra field holds, in this order, only those values that are full in the entry itself.
    for (let extra = nameEnd; extra + 4 <= extraEnd; ) {
      const length = view.getUint16(extra + 2, true);
      let field = extra + 4;
      const fieldEnd = Math.min(field + length, extraEnd);
      if (view.getUint16(extra, true) === EXTRA_ZIP64) {
        for (let k = 0; k < 3; k++) {
          if (sizes[k] !== FULL32 || field + 8 > fieldEnd) continue;
          sizes[k] = Number(view.getBigUint64(field, true));
          field += 8;
        }
      }
      extra += 4 + length;
    }
    entries.push({
      name: new TextDecoder().decode(bytes.subarray(at + 46, nameEnd)),
      method: view.getUint16(at + 10, true),
      flags: view.getUint16(at + 8, true),
      crc: view.getUint32(at + 16, true),
      size: sizes[0],
      packed: sizes[1],
      offset: sizes[2],
    });
    at = extraEnd + view.getUint16(at + 32, true);
  }
  return entries;
}

/**
 * The unpacked bytes of a member, piece by piece; the memory needed does not depend on its size. A member that is
 * damaged, of an unknown method, encrypted, or of another length or checksum than promised is a UserError.
 */
export async function* readZipEntry(source: ByteSource, entry: ZipEntry): AsyncGenerator<Uint8Array> {
  const where = `${source.name}: ${entry.name}`;
  if (entry.flags & FLAG.encrypted) throw new UserError("it is encrypted", { where });
  if (entry.method !== METHOD.stored && entry.method !== METHOD.deflate) {
    throw new UserError(`compression method ${entry.method} is not known`, {
      where,
      hint: "numpy.savez and numpy.savez_compressed write what can be read.",
    });
  }
  const local = viewOf(await readAt(source, entry.offset, 30, `the header of ${entry.name}`));
  if (local.getUint32(0, true) !== SIGNATURE.local)
    throw damaged(source, `the header of ${entry.name} is missing`);
  const start = entry.offset + 30 + local.getUint16(26, true) + local.getUint16(28, true);
  if (start + entry.packed > source.size) throw damaged(source, `${entry.name} ends beyond the file`);

  let crc = 0;
  let size = 0;
  const check = (piece: Uint8Array): Uint8Array => {
    crc = crc32(piece, crc);
    size += piece.length;
    if (size > entry.size)
      throw damaged(source, `${entry.name} is longer than the ${entry.size} bytes promised`);
    return piece;
  };

  let ready: Uint8Array[] = [];
  const inflate = new Inflate((piece) => ready.push(piece));
  for (let at = 0; at < entry.packed; at += READ) {
    const read = await source.read(start + at, Math.min(READ, entry.packed - at));
    if (entry.method === METHOD.stored) {
      yield check(read);
      continue;
    }
    for (let i = 0; i < read.length; i += INFLATE) {
      try {
        inflate.push(read.subarray(i, i + INFLATE), at + i + INFLATE >= entry.packed);
      } catch (error) {
        throw damaged(
          source,
          `${entry.name} cannot be inflated (${error instanceof Error ? error.message : error})`,
        );
      }
      const pieces = ready;
      ready = [];
      for (const piece of pieces) if (piece.length > 0) yield check(piece);
    }
  }
  if (size !== entry.size)
    throw damaged(source, `${entry.name} has ${size} bytes, not the ${entry.size} promised`);
  if (crc !== entry.crc) throw damaged(source, `the checksum of ${entry.name} is wrong`);
}
