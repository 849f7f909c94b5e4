import { UserError } from "../../ir/errors.js";
import { sizeOf } from "../../ir/tensor.js";
import { MOST_ELEMENTS } from "./builder.js";
import { type Dtype, dtypeOf, halfToNumber, storageBits } from "./dtype.js";
import { type External, externalBytes } from "./external.js";
import { type TensorProto, TensorProto_DataLocation } from "./proto/onnx_pb.js";
import { type Constant, constant, showShape } from "./values.js";

/**
 * Reads a tensor of a file. Sizes are compared with the bytes that are there before anything is allocated. Throws a
 * UserError on types that are not supported and on contradictions.
 */
export function readTensor(proto: TensorProto, where: string, external: External): Constant {
  const shape = proto.dims.map(Number);
  if (shape.some((n) => !Number.isSafeInteger(n) || n < 0)) {
    throw new UserError(`${showShape(shape)} is no shape`, { where });
  }
  const count = sizeOf(shape);
  if (count > MOST_ELEMENTS || shape.length > 32) {
    throw new UserError(`its shape ${showShape(shape)} has more than ${MOST_ELEMENTS} elements`, { where });
  }
  if (proto.segment !== undefined) throw new UserError("tensors in segments are not supported", { where });
  const dtype = dtypeOf(proto.dataType, where);
  if (proto.dataLocation === TensorProto_DataLocation.EXTERNAL) {
    return constant(dtype, shape, readRaw(externalBytes(proto, where, external), dtype, count, where));
  }
  if (proto.rawData.length > 0) {
    return constant(dtype, shape, readRaw(proto.rawData, dtype, count, where));
  }
  return constant(dtype, shape, readTyped(proto, dtype, count, where));
}

/** Little-endian elements; those of less than a byte are packed, the lowest bits first. */
function readRaw(bytes: Uint8Array, dtype: Dtype, count: number, where: string): readonly number[] {
  const bits = storageBits(dtype);
  const expected = Math.ceil((count * bits) / 8);
  if (bytes.length !== expected) {
    throw new UserError(
      `its data have ${bytes.length} bytes, ${count} elements of ${dtype} take ${expected}`,
      {
        where,
      },
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = new Array<number>(count);
  for (let n = 0; n < count; n++) data[n] = element(view, dtype, n);
  return data;
}

function element(view: DataView, dtype: Dtype, n: number): number {
  switch (dtype) {
    case "float":
      return view.getFloat32(4 * n, true);
    case "double":
      return view.getFloat64(8 * n, true);
    case "float16":
      return halfToNumber(view.getUint16(2 * n, true));
    case "bfloat16":
      return bfloat16(view.getUint16(2 * n, true));
    case "bool":
      return view.getUint8(n) === 0 ? 0 : 1;
    case "int8":
      return view.getInt8(n);
    case "uint8":
      return view.getUint8(n);
    case "int16":
      return view.getInt16(2 * n, true);
    case "uint16":
      return view.getUint16(2 * n, true);
    case "int32":
      return view.getInt32(4 * n, true);
    case "uint32":
      return view.getUint32(4 * n, true);
    case "int64":
      return Number(view.getBigInt64(8 * n, true));
    case "uint64":
      return Number(view.getBigUint64(8 * n, true));
    default: {
      const bits = storageBits(dtype);
      const byte = view.getUint8(Math.floor((n * bits) / 8));
      return narrow((byte >> ((n * bits) % 8)) & ((1 << bits) - 1), bits, dtype);
    }
  }
}

function narrow(k: number, bits: number, dtype: Dtype): number {
  return dtype.startsWith("u") || k < 1 << (bits - 1) ? k : k - (1 << bits);
}

const scratch = new DataView(new ArrayBuffer(4));

function bfloat16(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

/** Elements in the field of their type; the small types share `int32_data`. */
function readTyped(proto: TensorProto, dtype: Dtype, count: number, where: string): readonly number[] {
  const packed = dtype === "int2" || dtype === "uint2" || dtype === "int4" || dtype === "uint4";
  if (packed) {
    return readRaw(Uint8Array.from(proto.int32Data), dtype, count, where);
  }
  const data = typedField(proto, dtype);
  if (data.length !== count) {
    throw new UserError(`it holds ${data.length} values for shape ${showShape(proto.dims.map(Number))}`, {
      where,
    });
  }
  return data;
}

function typedField(proto: TensorProto, dtype: Dtype): readonly number[] {
  switch (dtype) {
    case "float":
      return proto.floatData.map(Math.fround);
    case "double":
      return proto.doubleData;
    case "int64":
      return proto.int64Data.map(Number);
    case "uint32":
    case "uint64":
      return proto.uint64Data.map(Number);
    case "float16":
      return proto.int32Data.map((bits) => halfToNumber(bits & 0xffff));
    case "bfloat16":
      return proto.int32Data.map((bits) => bfloat16(bits & 0xffff));
    case "bool":
      return proto.int32Data.map((bit) => (bit === 0 ? 0 : 1));
    default:
      return proto.int32Data;
  }
}
