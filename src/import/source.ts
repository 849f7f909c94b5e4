import { UserError } from "../ir/errors.js";
import type { Model } from "../ir/model/model.js";
import type { Note } from "../ir/note.js";

/** Bytes that one file of a model may have, packed or not: more than any model for a trigger takes. */
export const LARGEST_FILE = 2 ** 27;

/** Throws a UserError for a file that is too large to be read. */
export function checkFileSize(bytes: number, where: string): void {
  if (bytes <= LARGEST_FILE) return;
  throw new UserError(
    `it has ${bytes} bytes, more than the ${LARGEST_FILE} that are allowed: no model for a trigger`,
    {
      where,
    },
  );
}

/** A trained model as its files hold it. */
export interface ModelSource {
  /** The file's name, for errors. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The weights where they are in a file of their own: Keras' architecture as JSON with weights in HDF5. */
  readonly weights?: { readonly name: string; readonly bytes: Uint8Array };
  /**
   * Lengths of the axes of inputs, by input: what a file leaves open takes them, what it fixes must agree with them. Of ONNX
   * only; undefined where nothing is said of an axis.
   */
  readonly shapes?: Readonly<Record<string, readonly (number | undefined)[]>>;
  /** Reads a file that the model refers to, by its path relative to the model; undefined when there is none. */
  readonly external?: (path: string) => Uint8Array | undefined;
}

/** What importing gives. */
export interface Imported {
  readonly model: Model;
  /** What the user should know although nothing was refused. */
  readonly notes: readonly Note[];
}
