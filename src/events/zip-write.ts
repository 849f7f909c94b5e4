import { Deflate } from "fflate";
import type { ByteSink } from "./bytes.js";
import {
  crc32,
  DOS_DATE,
  DOS_TIME,
  EXTRA_ZIP64,
  FLAG,
  FULL16,
  FULL32,
  METHOD,
  SIGNATURE,
} from "./zip-format.js";

/** A member of an archive, its content made as it is written. */
export interface ZipMember {
  readonly name: string;
  /** Bytes in all: decides, before the content is seen, whether the member needs ZIP64. */
  readonly size: number;
  readonly chunks: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

interface Written {
  readonly name: Uint8Array;
  readonly offset: number;
  readonly packed: number;
  readonly size: number;
  readonly crc: number;
}

/** Deflate may grow incompressible data by less than 0.1 %: from this size on a member is written as ZIP64. */
const ZIP64_FROM = 0xf0000000;

/** Little-endian record: pairs of width in bytes and value. */
function record(...fields: readonly (readonly [width: 2 | 4 | 8, value: number])[]): Uint8Array {
  const bytes = new Uint8Array(fields.reduce((sum, [width]) => sum + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [width, value] of fields) {
    if (width === 2) view.setUint16(at, value, true);
    else if (width === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += width;
  }
  return bytes;
}

/**
 * Writes a ZIP archive member by member, deflated, with fixed timestamps: same content, same bytes. The memory
 * needed does not depend on the members' sizes; members and archives beyond 4 GiB become ZIP64.
 */
export async function writeZip(sink: ByteSink, members: readonly ZipMember[]): Promise<void> {
  let at = 0;
  const put = async (bytes: Uint8Array): Promise<void> => {
    at += bytes.length;
    await sink.write(bytes);
  };

  const written: Written[] = [];
  for (const member of members) {
    const name = new TextEncoder().encode(member.name);
    const offset = at;
    const big = member.size >= ZIP64_FROM;
    const extra = big ? record([2, EXTRA_ZIP64], [2, 16], [8, 0], [8, 0]) : new Uint8Array();
    const sizes = big ? FULL32 : 0;
    await put(
      record(
        [4, SIGNATURE.local],
        [2, big ? 45 : 20],
        [2, FLAG.descriptor | FLAG.utf8],
        [2, METHOD.deflate],
        [2, DOS_TIME],
        [2, DOS_DATE],
        [4, 0],
        [4, sizes],
        [4, sizes],
        [2, name.length],
        [2, extra.length],
      ),
    );
    await put(name);
    await put(extra);

    let crc = 0;
    let size = 0;
    const start = at;
    let pending: Uint8Array[] = [];
    const deflate = new Deflate({ level: 1 }, (chunk) => pending.push(chunk));
    const drain = async (): Promise<void> => {
      const ready = pending;
      pending = [];
      for (const chunk of ready) if (chunk.length > 0) await put(chunk);
    };
    for await (const chunk of member.chunks()) {
      crc = crc32(chunk, crc);
      size += chunk.length;
      deflate.push(chunk);
      await drain();
    }
    deflate.push(new Uint8Array(), true);
    await drain();
    const packed = at - start;
    const width = big ? 8 : 4;
    await put(record([4, SIGNATURE.descriptor], [4, crc], [width, packed], [width, size]));
    written.push({ name, offset, packed, size, crc });
  }

  const directory = at;
  for (const { name, offset, packed, size, crc } of written) {
    const big = size >= ZIP64_FROM || offset >= FULL32;
    const extra = big
      ? record([2, EXTRA_ZIP64], [2, 24], [8, size], [8, packed], [8, offset])
      : new Uint8Array();
    await put(
      record(
        [4, SIGNATURE.central],
        [2, big ? 45 : 20],
        [2, big ? 45 : 20],
        [2, FLAG.descriptor | FLAG.utf8],
        [2, METHOD.deflate],
        [2, DOS_TIME],
        [2, DOS_DATE],
        [4, crc],
        [4, big ? FULL32 : packed],
        [4, big ? FULL32 : size],
        [2, name.length],
        [2, extra.length],
        [2, 0], // comment
        [2, 0], // disk
        [2, 0], // internal attributes
        [4, 0], // external attributes
        [4, big ? FULL32 : offset],
      ),
    );
    await put(name);
    await put(extra);
  }
  const length = at - directory;
  const end64 = at;
  const big = end64 >= FULL32 || written.length >= FULL16;
  if (big) {
    const n = written.length;
    await put(
      record(
        [4, SIGNATURE.end64],
        [8, 44],
        [2, 45],
        [2, 45],
        [4, 0],
        [4, 0],
        [8, n],
        [8, n],
        [8, length],
        [8, directory],
      ),
    );
    await put(record([4, SIGNATURE.end64Locator], [4, 0], [8, end64], [4, 1]));
  }
  const n = big ? FULL16 : written.length;
  await put(
    record(
      [4, SIGNATURE.end],
      [2, 0],
      [2, 0],
      [2, n],
      [2, n],
      [4, big ? FULL32 : length],
      [4, big ? FULL32 : directory],
      [2, 0],
    ),
  );
}
