import { inflateSync } from "fflate";
import { UserError } from "../../ir/errors.js";

// Signatures, sizes and offsets: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const LOCAL_SIZE = 30;
const CENTRAL_SIZE = 46;
const END_SIZE = 22;
const LONGEST_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;
/** A 32-bit field whose true value stands in a ZIP64 record. */
const FULL32 = 0xffffffff;

interface Member {
  readonly method: number;
  readonly encrypted: boolean;
  readonly crc: number;
  readonly packed: number;
  readonly unpacked: number;
  readonly offset: number;
}

export interface UnzipOptions {
  /** The file's name in errors. */
  readonly file: string;
  /** Largest sum of the declared sizes of the members that are read, in bytes. */
  readonly limit: number;
}

/**
 * Reads the members `names` of a ZIP archive; members that the archive lacks are missing from the result. Sizes are
 * checked before anything is inflated, and every member against its size and CRC-32. Throws a UserError when the
 * archive is truncated, damaged, larger than `limit` or uses a feature that Keras never writes (ZIP64, encryption).
 */
export function unzip(
  bytes: Uint8Array,
  names: readonly string[],
  { file, limit }: UnzipOptions,
): ReadonlyMap<string, Uint8Array> {
  const members = readDirectory(bytes, new Set(names), file);
  let total = 0;
  for (const member of members.values()) total += member.unpacked;
  if (total > limit) {
    throw new UserError(
      `its contents are ${total} bytes unpacked, more than the ${limit} that are allowed: not a model`,
      { where: file },
    );
  }
  return new Map([...members].map(([name, member]) => [name, extract(bytes, member, `${file}: ${name}`)]));
}

function readDirectory(
  bytes: Uint8Array,
  names: ReadonlySet<string>,
  file: string,
): ReadonlyMap<string, Member> {
  const view = viewOf(bytes);
  const end = findEnd(view);
  if (end === undefined) {
    throw new UserError("the end of the ZIP archive is missing: the file is truncated or damaged", {
      where: file,
      hint: "Copy or save the model again.",
    });
  }
  const damaged = () => new UserError("the ZIP directory is damaged", { where: file });
  const count = view.getUint16(end + 10, true);
  const members = new Map<string, Member>();
  let position = view.getUint32(end + 16, true);
  for (let i = 0; i < count; i++) {
    if (position + CENTRAL_SIZE > end || view.getUint32(position, true) !== CENTRAL) throw damaged();
    const nameLength = view.getUint16(position + 28, true);
    const next =
      position +
      CENTRAL_SIZE +
      nameLength +
      view.getUint16(position + 30, true) +
      view.getUint16(position + 32, true);
    if (next > end) throw damaged();
    const name = new TextDecoder().decode(
      bytes.subarray(position + CENTRAL_SIZE, position + CENTRAL_SIZE + nameLength),
    );
    if (names.has(name)) {
      if (members.has(name)) throw new UserError(`it contains '${name}' twice`, { where: file });
      members.set(name, {
        encrypted: (view.getUint16(position + 8, true) & 1) === 1,
        method: view.getUint16(position + 10, true),
        crc: view.getUint32(position + 16, true),
        packed: view.getUint32(position + 20, true),
        unpacked: view.getUint32(position + 24, true),
        offset: view.getUint32(position + 42, true),
      });
    }
    position = next;
  }
  return members;
}

/** The position of the end record: the last one whose comment ends with the file. */
function findEnd(view: DataView): number | undefined {
  const first = Math.max(0, view.byteLength - END_SIZE - LONGEST_COMMENT);
  for (let i = view.byteLength - END_SIZE; i >= first; i--) {
    if (view.getUint32(i, true) === END && i + END_SIZE + view.getUint16(i + 20, true) === view.byteLength) {
      return i;
    }
  }
  return undefined;
}

function extract(bytes: Uint8Array, member: Member, where: string): Uint8Array {
  const { method, packed, unpacked, offset } = member;
  if (packed === FULL32 || unpacked === FULL32 || offset === FULL32 || member.encrypted) {
    throw new UserError("it is encrypted or a ZIP64 member, which Keras never writes", { where });
  }
  const view = viewOf(bytes);
  const damaged = () => new UserError("it is damaged", { where, hint: "Copy or save the model again." });
  if (offset + LOCAL_SIZE > bytes.length || view.getUint32(offset, true) !== LOCAL) throw damaged();
  // The lengths of the local header's name and extra field may differ from the directory's.
  const start = offset + LOCAL_SIZE + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (start + packed > bytes.length) throw damaged();
  const data = bytes.subarray(start, start + packed);
  const content = method === STORED ? data : method === DEFLATED ? inflate(data, unpacked) : undefined;
  if (content === undefined) {
    throw new UserError(`it is damaged or compressed by method ${method}`, {
      where,
      hint: "Keras stores members; deflate is read too.",
    });
  }
  if (content.length !== unpacked || crc32(content) !== member.crc) throw damaged();
  return content;
}

/** Inflates into a buffer of the declared size, so that a lying size cannot take more memory; undefined on failure. */
function inflate(data: Uint8Array, size: number): Uint8Array | undefined {
  try {
    return inflateSync(data, { out: new Uint8Array(size) });
  } catch {
    return undefined;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Table of the reflected polynomial 0xedb88320, APPNOTE section 4.4.7. */
const CRC_TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});

function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) c = (c >>> 8) ^ CRC_TABLE[(c ^ bytes[i]) & 0xff];
  return ~c >>> 0;
}
