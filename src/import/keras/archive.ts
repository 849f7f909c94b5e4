import { UserError } from "../../ir/errors.js";
import { LARGEST_FILE } from "../source.js";
import { Config } from "./config.js";
import { parseJson } from "./json.js";
import { decodeText } from "./text.js";
import { unzip } from "./zip.js";

/** The three members of a Keras 3 model file (keras/src/saving/saving_lib.py). */
const METADATA = "metadata.json";
const CONFIG = "config.json";
const WEIGHTS = "model.weights.h5";
const MEMBERS = [METADATA, CONFIG, WEIGHTS] as const;

export interface KerasArchive {
  /** What `keras.saving.serialize_keras_object(model)` gave. */
  readonly config: Config;
  /** The HDF5 file with all variables. */
  readonly weights: Uint8Array;
  /** The version of Keras that wrote it: from 2.12 on Keras 2 writes such files too. */
  readonly keras: 2 | 3;
}

/**
 * Opens a `.keras` file: a ZIP archive of configuration and weights. Throws a UserError when it is truncated,
 * damaged, too large or lacks a member.
 */
export function openArchive(bytes: Uint8Array, file: string): KerasArchive {
  const members = unzip(bytes, MEMBERS, { file, limit: LARGEST_FILE });
  const member = (name: string): Uint8Array => {
    const content = members.get(name);
    if (content !== undefined) return content;
    throw new UserError(`'${name}' is missing in the archive: not a model of Keras`, {
      where: file,
      hint: "Save the whole model with model.save('model.keras').",
    });
  };
  const json = (name: string): Config => {
    const where = `${file}: ${name}`;
    return new Config(parseJson(decodeText(member(name), where), where), where, "its content");
  };
  const version = json(METADATA).string("keras_version");
  if (!/^[23]\./.test(version)) {
    throw new UserError(`it was saved by Keras ${version}; only files of Keras 2 and 3 are read`, {
      where: file,
      hint: "Load it with Keras 3 and save it again.",
    });
  }
  const keras = version.startsWith("2") ? 2 : 3;
  return { config: json(CONFIG), weights: member(WEIGHTS), keras };
}
