import { UserError } from "../ir/errors.js";

/** Arrays of numbers that events consist of. */
export type TypedArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** Element types of .npy files that are read and written; `bool` is held as 0 and 1 in a Uint8Array. */
export const DTYPES = {
  bool: { code: "|b1", bytes: 1, array: Uint8Array },
  int8: { code: "|i1", bytes: 1, array: Int8Array },
  uint8: { code: "|u1", bytes: 1, array: Uint8Array },
  int16: { code: "<i2", bytes: 2, array: Int16Array },
  uint16: { code: "<u2", bytes: 2, array: Uint16Array },
  int32: { code: "<i4", bytes: 4, array: Int32Array },
  uint32: { code: "<u4", bytes: 4, array: Uint32Array },
  int64: { code: "<i8", bytes: 8, array: BigInt64Array },
  uint64: { code: "<u8", bytes: 8, array: BigUint64Array },
  float32: { code: "<f4", bytes: 4, array: Float32Array },
  float64: { code: "<f8", bytes: 8, array: Float64Array },
} as const;
export type Dtype = keyof typeof DTYPES;

/** What a .npy header says. */
export interface NpyHeader {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Bytes of the header, magic included: where the data starts. */
  readonly length: number;
  /** Present where the first axis, not the last, changes fastest, and more than one has several elements. */
  readonly fortranOrder?: true;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // "\x93NUMPY"
/** Bytes that suffice to learn a header's length. */
export const NPY_PREFIX = 12;
/** Longest header that is believed; numpy itself stops at 10,000 characters unless told otherwise. */
const LONGEST_HEADER = 65536;

/** Length in bytes of the whole header, from the first `NPY_PREFIX` bytes of the file. */
export function npyHeaderLength(prefix: Uint8Array, where: string): number {
  if (prefix.length < NPY_PREFIX || MAGIC.some((byte, i) => prefix[i] !== byte)) {
    throw new UserError("this is no .npy array (the magic \\x93NUMPY is missing)", { where });
  }
  const major = prefix[6];
  if (major < 1 || major > 3) throw new UserError(`.npy format version ${major} is not known`, { where });
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.length);
  const length = major === 1 ? 10 + view.getUint16(8, true) : 12 + view.getUint32(8, true);
  if (length > LONGEST_HEADER) throw new UserError(`the .npy header claims ${length} bytes`, { where });
  return length;
}

/**
 * Reads the Python dictionary of a .npy header; `bytes` is the whole header. Format: numpy.lib.format. An array in Fortran
 * order is a UserError unless `anyOrder` says otherwise.
 */
export function parseNpyHeader(bytes: Uint8Array, where: string, anyOrder = false): NpyHeader {
  const length = npyHeaderLength(bytes.subarray(0, NPY_PREFIX), where);
  if (bytes.length < length) throw new UserError("the file ends inside the .npy header", { where });
  const text = new TextDecoder().decode(bytes.subarray(bytes[6] === 1 ? 10 : 12, length));
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const dims = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (/'descr'\s*:\s*\[/.test(text)) {
    throw new UserError("the array has named fields", { where, hint: "Save one plain array per quantity." });
  }
  if (descr === undefined || fortran === undefined || dims === undefined) {
    throw new UserError(`the .npy header cannot be read: ${text.trim().slice(0, 120)}`, { where });
  }
  const shape = dims
    .split(",")
    .map((d) => d.trim().replace(/L$/, ""))
    .filter((d) => d !== "")
    .map(Number);
  if (!shape.every(Number.isSafeInteger) || !Number.isSafeInteger(elementCount(shape) * 8)) {
    throw new UserError(`the shape (${dims}) is not usable`, { where });
  }
  const fortranOrder = fortran === "True" && shape.filter((d) => d > 1).length > 1;
  if (fortranOrder && !anyOrder) {
    throw new UserError("the array is in Fortran order", {
      where,
      hint: "Save it with numpy.ascontiguousarray(array).",
    });
  }
  return { dtype: dtypeOf(descr, where), shape, length, ...(fortranOrder && { fortranOrder }) };
}

function dtypeOf(descr: string, where: string): Dtype {
  const wanted = descr.replace(/^[=|<]/, "");
  for (const [name, { code }] of Object.entries(DTYPES)) {
    if (code.slice(1) === wanted || (wanted === "?" && name === "bool")) return name as Dtype;
  }
  throw new UserError(`the element type '${descr}' is not supported`, {
    where,
    hint: `Little-endian ${Object.keys(DTYPES).join(", ")} are; convert with array.astype(...).`,
  });
}

/** Product of the dimensions; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, d) => product * d, 1);
}

/** A version 1.0 header, padded to a multiple of 64 bytes as numpy does. */
export function formatNpyHeader(dtype: Dtype, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${DTYPES[dtype].code}', 'fortran_order': False, 'shape': (${dims}), }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64;
  const bytes = new Uint8Array(length).fill(0x20);
  bytes.set(MAGIC);
  bytes.set([1, 0, (length - 10) & 0xff, (length - 10) >> 8], 6);
  bytes.set(new TextEncoder().encode(text), 10);
  bytes[length - 1] = 0x0a;
  return bytes;
}

/** The elements in little-endian `bytes`, copied; the length is a multiple of the element's. */
export function decodeElements(dtype: Dtype, bytes: Uint8Array): TypedArray {
  const copy = bytes.slice();
  const { array: Elements, bytes: width } = DTYPES[dtype];
  return new Elements(copy.buffer, 0, copy.length / width);
}

/** Elements that are stored in Fortran order, the first axis of `shape` changing fastest, in row-major order. */
export function fromFortranOrder<T extends TypedArray>(elements: T, shape: readonly number[]): T {
  const out = elements.slice() as T;
  const index = shape.map(() => 0);
  const strides = shape.map((_, axis) => elementCount(shape.slice(0, axis)));
  for (let i = 0, from = 0; i < out.length; i++) {
    out[i] = elements[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]++;
      from += strides[axis];
      if (index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return out;
}

/** The little-endian bytes of an array, not copied. (All platforms that run V8 today are little-endian.) */
export function encodeElements(array: TypedArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
