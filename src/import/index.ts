import { UserError } from "../ir/errors.js";
import { importKeras, importKerasHdf5, importKerasJson } from "./keras/index.js";
import { importOnnx, looksLikeOnnx } from "./onnx/index.js";
import { checkFileSize, type Imported, type ModelSource } from "./source.js";

const SUPPORTED =
  "Supported: .keras and .h5 files of Keras with HGQ, HGQ2 and QKeras, their .json with weights in .h5, ONNX and QONNX.";

/** Bytes with which a file may begin, before its own signature. */
const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);

/**
 * Reads a trained model. The format follows from the content, because extensions lie. Throws a UserError when the format
 * or anything in the model is not supported, or the file is damaged.
 */
export async function importModel(source: ModelSource): Promise<Imported> {
  const { bytes, name, weights } = source;
  checkFileSize(bytes.length, name);
  if (weights !== undefined) checkFileSize(weights.bytes.length, weights.name);
  if (bytes.length === 0) throw new UserError("the file is empty", { where: name, hint: SUPPORTED });
  const onnx = looksLikeOnnx(bytes);
  if (source.shapes !== undefined && !onnx) {
    throw new UserError("the sizes of a graph network are taken by ONNX models only", {
      where: name,
      hint: "Leave graph out of the configuration.",
    });
  }
  if (startsWith(bytes, [0x50, 0x4b, 0x03, 0x04])) return importKeras(source);
  if (startsWith(bytes, [0x89, 0x48, 0x44, 0x46])) return importKerasHdf5(source);
  if (bytes.find((byte) => !SPACE.has(byte)) === 0x7b) return importKerasJson(source);
  if (onnx) return importOnnx(source);
  throw new UserError(describe(name), { where: name, hint: SUPPORTED });
}

/** What a file of no known signature seems to be. */
function describe(file: string): string {
  if (/\.onnx$/i.test(file)) return "it does not begin as an ONNX file does: the file is damaged";
  if (/\.keras$/i.test(file))
    return "it does not begin as a ZIP archive does: the file is damaged or no Keras model";
  if (/\.(h5|hdf5)$/i.test(file)) return "it does not begin as an HDF5 file does: the file is damaged";
  return "the format of the model is not known";
}

function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}
