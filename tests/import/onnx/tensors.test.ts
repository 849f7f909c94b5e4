import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { openExternal } from "../../../src/import/onnx/external.js";
import { type TensorProto, TensorProtoSchema } from "../../../src/import/onnx/proto/onnx_pb.js";
import { readTensor } from "../../../src/import/onnx/tensor-proto.js";

const external = openExternal({ name: "m.onnx", bytes: new Uint8Array() });
const read = (proto: TensorProto) => readTensor(proto, "tensor", external).data;
const tensor = (dataType: number, count: number, more: Partial<TensorProto>) =>
  create(TensorProtoSchema, { dims: [BigInt(count)], dataType, ...(more as object) });
const raw = (array: ArrayBufferView) => new Uint8Array(array.buffer as ArrayBuffer);

test.each([
  ["float", 1, raw(Float32Array.of(0.5, -3, 1e-40)), [0.5, -3, Math.fround(1e-40)]],
  ["uint8", 2, raw(Uint8Array.of(0, 200, 255)), [0, 200, 255]],
  ["int8", 3, raw(Int8Array.of(0, -128, 127)), [0, -128, 127]],
  ["uint16", 4, raw(Uint16Array.of(1, 65535, 2)), [1, 65535, 2]],
  ["int16", 5, raw(Int16Array.of(1, -32768, 2)), [1, -32768, 2]],
  ["int32", 6, raw(Int32Array.of(1, -(2 ** 31), 2)), [1, -(2 ** 31), 2]],
  ["int64", 7, raw(BigInt64Array.of(1n, -5n, 2n ** 40n)), [1, -5, 2 ** 40]],
  ["bool", 9, raw(Uint8Array.of(0, 1, 1)), [0, 1, 1]],
  ["float16", 10, raw(Uint16Array.of(0x3c00, 0xc000, 0x0001)), [1, -2, 2 ** -24]],
  ["double", 11, raw(Float64Array.of(0.1, 2, 3)), [0.1, 2, 3]],
  ["uint32", 12, raw(Uint32Array.of(2 ** 32 - 1, 2, 3)), [2 ** 32 - 1, 2, 3]],
  ["uint64", 13, raw(BigUint64Array.of(2n ** 50n, 2n, 3n)), [2 ** 50, 2, 3]],
  ["bfloat16", 16, raw(Uint16Array.of(0x3f80, 0xc040, 0x0000)), [1, -3, 0]],
  ["uint4", 21, Uint8Array.of(0xf1, 0x07), [1, 15, 7]],
  ["int4", 22, Uint8Array.of(0xf1, 0x07), [1, -1, 7]],
  ["uint2", 25, Uint8Array.of(0b111001), [1, 2, 3]],
  ["int2", 26, Uint8Array.of(0b111001), [1, -2, -1]],
] as const)("reads raw %s", (_, code, rawData, expected) => {
  expect(read(tensor(code, 3, { rawData }))).toEqual(expected);
});

test.each([
  ["float", 1, { floatData: [0.5, -3, 2] }, [0.5, -3, 2]],
  ["double", 11, { doubleData: [0.1, 2, 3] }, [0.1, 2, 3]],
  ["int64", 7, { int64Data: [1n, -5n, 7n] }, [1, -5, 7]],
  ["uint64", 13, { uint64Data: [1n, 5n, 7n] }, [1, 5, 7]],
  ["uint32", 12, { uint64Data: [1n, 5n, 7n] }, [1, 5, 7]],
  ["int8", 3, { int32Data: [1, -5, 7] }, [1, -5, 7]],
  ["bool", 9, { int32Data: [1, 0, 1] }, [1, 0, 1]],
  ["float16", 10, { int32Data: [0x3c00, 0xc000, 0x7bff] }, [1, -2, 65504]],
  ["bfloat16", 16, { int32Data: [0x3f80, 0xc040, 0] }, [1, -3, 0]],
  ["int4", 22, { int32Data: [0xf1, 0x07] }, [1, -1, 7]],
] as const)("reads %s in its own field", (_, code, fields, expected) => {
  expect(read(tensor(code, 3, fields as unknown as Partial<TensorProto>))).toEqual(expected);
});
