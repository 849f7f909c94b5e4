import { fromBinary } from "@bufbuild/protobuf";
import { UserError } from "../../ir/errors.js";
import { type ModelProto, ModelProtoSchema } from "./proto/onnx_pb.js";
import { checkMessages, readVarint } from "./wire.js";

/** Whether bytes begin as a file of ONNX does: with fields of ModelProto that are well formed. */
export function looksLikeOnnx(bytes: Uint8Array): boolean {
  let position = 0;
  for (let fields = 0; fields < 3 && position < bytes.length; fields++) {
    const tag = readVarint(bytes, position);
    if (tag === undefined) return false;
    const [number, wire] = [Math.floor(tag.value / 8), tag.value % 8];
    // Fields of ModelProto: 1 and 5 are numbers, the others up to 26 are strings or messages.
    if (number < 1 || number > 26) return false;
    if (wire !== (number === 1 || number === 5 ? 0 : 2)) return false;
    const value = readVarint(bytes, tag.end);
    if (value === undefined) return false;
    position = wire === 2 ? value.end + value.value : value.end;
  }
  return bytes.length > 0;
}

/** Messages in messages: subgraphs and types may nest without end, real files do not. */
const DEEPEST = 64;

/**
 * Reads the protobuf message of an ONNX file. Throws a UserError when it is damaged.
 */
export function parseModel(bytes: Uint8Array, file: string): ModelProto {
  checkMessages(ModelProtoSchema, bytes, DEEPEST, file);
  let proto: ModelProto;
  try {
    proto = fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false, recursionLimit: DEEPEST });
  } catch (error) {
    throw new UserError(`it is no ONNX file or it is damaged (${(error as Error).message})`, {
      where: file,
      hint: "Export or download it again; Git LFS and download pages leave small text files in its place.",
    });
  }
  if (proto.graph === undefined || proto.graph.output.length === 0) {
    throw new UserError("it has no graph with outputs: it is no ONNX model or it is damaged", {
      where: file,
    });
  }
  return proto;
}
