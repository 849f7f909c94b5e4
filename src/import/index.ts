import { UserError } from "../ir/errors.js";
import type { Model } from "../ir/model/model.js";
import { importKeras } from "./keras/index.js";

const SUPPORTED = "Supported: .keras files of Keras 3, with or without HGQ2 layers.";

/**
 * Reads a trained model. The format follows from the content, because extensions lie. `file` is the file's name, for
 * errors. Throws a UserError when the format or anything in the model is not supported, or the file is damaged.
 */
export async function importModel(bytes: Uint8Array, file: string): Promise<Model> {
  if (bytes.length === 0) throw new UserError("the file is empty", { where: file, hint: SUPPORTED });
  if (startsWith(bytes, [0x50, 0x4b, 0x03, 0x04])) return importKeras(bytes, file);
  throw new UserError(describe(bytes, file), { where: file, hint: SUPPORTED });
}

/** What an unsupported file seems to be. */
function describe(bytes: Uint8Array, file: string): string {
  if (startsWith(bytes, [0x89, 0x48, 0x44, 0x46])) return "models in HDF5 files are not supported";
  if (/\.onnx$/i.test(file)) return "ONNX models are not supported";
  if (/\.json$/i.test(file)) return "an architecture without its weights is not a model";
  if (/\.keras$/i.test(file))
    return "it does not begin as a ZIP archive does: the file is damaged or no Keras model";
  return "the format of the model is not known";
}

function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}
