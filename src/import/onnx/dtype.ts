import { UserError } from "../../ir/errors.js";

/** The element types that are read; every element is a JavaScript number. */
export const DTYPES = [
  "float",
  "double",
  "float16",
  "bfloat16",
  "bool",
  "int2",
  "int4",
  "int8",
  "int16",
  "int32",
  "int64",
  "uint2",
  "uint4",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
] as const;
export type Dtype = (typeof DTYPES)[number];

/** TensorProto.DataType of each element type. */
const CODES: ReadonlyMap<number, Dtype> = new Map([
  [1, "float"],
  [2, "uint8"],
  [3, "int8"],
  [4, "uint16"],
  [5, "int16"],
  [6, "int32"],
  [7, "int64"],
  [9, "bool"],
  [10, "float16"],
  [11, "double"],
  [12, "uint32"],
  [13, "uint64"],
  [16, "bfloat16"],
  [21, "uint4"],
  [22, "int4"],
  [25, "uint2"],
  [26, "int2"],
]);

const REFUSED: ReadonlyMap<number, string> = new Map([
  [8, "string"],
  [14, "complex64"],
  [15, "complex128"],
  [17, "float8e4m3fn"],
  [18, "float8e4m3fnuz"],
  [19, "float8e5m2"],
  [20, "float8e5m2fnuz"],
  [23, "float4e2m1"],
  [24, "float8e8m0"],
]);

/** The element type of a TensorProto.DataType. Throws a UserError for one that is not supported. */
export function dtypeOf(code: number, where: string): Dtype {
  const dtype = CODES.get(code);
  if (dtype !== undefined) return dtype;
  const name = REFUSED.get(code) ?? `number ${code}`;
  throw new UserError(`the element type ${name} is not supported`, {
    where,
    hint: `Supported: ${DTYPES.join(", ")}.`,
  });
}

export function isFloat(dtype: Dtype): boolean {
  return dtype === "float" || dtype === "double" || dtype === "float16" || dtype === "bfloat16";
}

/** The smallest and the largest integer of an integer type. */
export function integerRange(dtype: Dtype): { readonly lo: bigint; readonly hi: bigint } {
  if (dtype === "bool") return { lo: 0n, hi: 1n };
  const bits = BigInt(/\d+$/.exec(dtype)?.[0] ?? "0");
  if (dtype.startsWith("u")) return { lo: 0n, hi: (1n << bits) - 1n };
  return { lo: -(1n << (bits - 1n)), hi: (1n << (bits - 1n)) - 1n };
}

/** How many bits an element takes in a file. */
export function storageBits(dtype: Dtype): number {
  if (dtype === "bool") return 8;
  if (dtype === "float") return 32;
  if (dtype === "double") return 64;
  return Number(/\d+$/.exec(dtype)?.[0]);
}

/** Rounds the result of an operation to its element type, as the framework does. */
export function roundTo(dtype: Dtype, x: number, where: string): number {
  switch (dtype) {
    case "double":
      return x;
    case "float":
      return Math.fround(x);
    case "float16":
      return halfToNumber(numberToHalf(x));
    case "bfloat16":
      return roundBfloat16(x);
    case "bool":
      return x === 0 ? 0 : 1;
    default:
      return checkInteger(dtype, x, where);
  }
}

function checkInteger(dtype: Dtype, x: number, where: string): number {
  const { lo, hi } = integerRange(dtype);
  if (!Number.isSafeInteger(x) || BigInt(x) < lo || BigInt(x) > hi) {
    throw new UserError(`its constant result ${x} does not fit ${dtype} exactly`, { where });
  }
  return x;
}

/** The value of an IEEE 754 half. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  return sign * (1024 + mantissa) * 2 ** (exponent - 25);
}

/** The half nearest to a number, ties to even. */
function numberToHalf(x: number): number {
  if (Number.isNaN(x)) return 0x7e00;
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  const size = Math.abs(x);
  if (size >= 65520) return sign | 0x7c00;
  const exponent = Math.max(Math.floor(Math.log2(size)), -14);
  const unit = 2 ** (exponent - 10);
  const whole = Math.floor(size / unit);
  const rest = size / unit - whole;
  const mantissa = rest > 0.5 || (rest === 0.5 && whole % 2 === 1) ? whole + 1 : whole;
  // The carry of the mantissa into the exponent is what the encoding does by itself.
  return sign | (mantissa >= 1024 ? mantissa - 1024 + ((exponent + 15) << 10) : mantissa);
}

function roundBfloat16(x: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, x);
  const bits = view.getUint32(0);
  if (!Number.isFinite(x)) return x;
  const rounded = bits + 0x7fff + ((bits >>> 16) & 1);
  view.setUint32(0, (rounded & 0xffff0000) >>> 0);
  return view.getFloat32(0);
}
