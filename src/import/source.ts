import type { Model } from "../ir/model/model.js";
import type { Note } from "../ir/note.js";

/** A trained model as its files hold it. */
export interface ModelSource {
  /** The file's name, for errors. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The weights where they are in a file of their own: Keras' architecture as JSON with weights in HDF5. */
  readonly weights?: { readonly name: string; readonly bytes: Uint8Array };
  /** Reads a file that the model refers to, by its path relative to the model; undefined when there is none. */
  readonly external?: (path: string) => Uint8Array | undefined;
}

/** What importing gives. */
export interface Imported {
  readonly model: Model;
  /** What the user should know although nothing was refused. */
  readonly notes: readonly Note[];
}
