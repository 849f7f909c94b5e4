import type * as H5 from "h5wasm";
import { UserError } from "../../ir/errors.js";
import { sizeOf } from "../../ir/tensor.js";

/** More elements than all weights of a trigger network: a small file can declare and even hold any number of zeros. */
const MOST_ELEMENTS = 2 ** 22;

/** Pages of 64 KiB that the library may take for one file: 256 MiB. */
const MOST_PAGES = 2 ** 12;

/** A dataset as the file declares it; its elements are read on demand. */
export interface StoredArray {
  readonly shape: readonly number[];
  readonly type: "float32" | "float64" | "uint8" | "int8" | "other";
  /** Reads all elements, row-major. Throws a UserError when the file is damaged. */
  readonly read: () => ArrayLike<number>;
}

export interface Hdf5File {
  /** The dataset at a path such as `layers/conv2d/vars/0`; undefined when there is none. */
  readonly dataset: (path: string) => StoredArray | undefined;
  /** The text attribute `name` of the group at `path` (empty for the root); undefined when there is none. */
  readonly attribute: (path: string, name: string) => string | undefined;
  /** The attribute `name` as a list of texts; undefined when there is none. */
  readonly names: (path: string, name: string) => readonly string[] | undefined;
}

/** Classes of HDF5 types: H5Tpublic.h, `H5T_class_t`. */
const INTEGER = 0;
const FLOAT = 1;
/** The only file in h5wasm's memory: reading is synchronous from opening to closing. */
const PATH = "/l1c-model.h5";
const STDERR = 2;

/**
 * Opens an HDF5 file that lies in memory, lets `use` read it and closes it. `use` must be synchronous. Throws a
 * UserError that names `where` when the HDF5 library finds the file damaged.
 */
export async function withHdf5<T>(bytes: Uint8Array, where: string, use: (file: Hdf5File) => T): Promise<T> {
  // Loaded when needed: its WebAssembly takes longer to start than most commands take to run.
  const h5 = await import("h5wasm");
  const library = await h5.ready;
  // The library's message is its C call stack: it tells a user nothing.
  const damaged = () =>
    new UserError("the HDF5 file is truncated or damaged", { where, hint: "Copy or save the model again." });
  const guard = <R>(action: () => R): R => {
    try {
      return action();
    } catch {
      throw damaged();
    }
  };

  const restore = [silence(library.FS), limitMemory()];
  // Without this the library prints an error, returns a status that h5wasm ignores, and hands out memory of other use.
  let file: H5.File | undefined;
  let budget = MOST_ELEMENTS;
  const spend = (elements: number) => {
    budget -= elements;
    if (budget >= 0) return;
    throw new UserError(`its datasets have more than ${MOST_ELEMENTS} elements: no model for a trigger`, {
      where,
    });
  };
  try {
    library.activate_throwing_error_handler();
    library.FS.writeFile(PATH, bytes);
    const opened = guard(() => new h5.File(PATH, "r"));
    file = opened;
    return use({
      dataset: (path) => guard(() => findDataset(h5, opened, path, guard, spend)),
      attribute: (path, name) =>
        guard(() => {
          const group = find(h5, opened, path);
          const value = group instanceof h5.Group ? group.attrs[name]?.value : undefined;
          return typeof value === "string" ? value : undefined;
        }),
      names: (path, name) =>
        guard(() => {
          const group = find(h5, opened, path);
          return group instanceof h5.Group ? readNames(group, name) : undefined;
        }),
    });
  } catch (error) {
    // WebAssembly stops so when the library runs out of its memory's bounds on a damaged file.
    throw error instanceof Error && error.name === "RuntimeError" ? damaged() : error;
  } finally {
    try {
      library.deactivate_throwing_error_handler();
      file?.close();
      library.FS.unlink(PATH);
    } catch {
      // Closing a damaged file may fail again; what it held was reported above.
    }
    for (const back of restore) back();
  }
}

function findDataset(
  h5: typeof H5,
  file: H5.File,
  path: string,
  guard: <R>(action: () => R) => R,
  spend: (elements: number) => void,
): StoredArray | undefined {
  const found = find(h5, file, path);
  if (!(found instanceof h5.Dataset)) return undefined;
  const { type, size, signed } = found.metadata;
  return {
    shape: found.shape ?? [],
    type:
      type === FLOAT && size === 4
        ? "float32"
        : type === FLOAT && size === 8
          ? "float64"
          : type === INTEGER && size === 1
            ? signed
              ? "int8"
              : "uint8"
            : "other",
    read: () => {
      spend(sizeOf(found.shape ?? []));
      return guard(() => {
        const { value } = found;
        return typeof value === "number" ? [value] : (value as ArrayLike<number>);
      });
    },
  };
}

/** More parts of one attribute than any model has. */
const MOST_CHUNKS = 10_000;

/**
 * A list of texts. An attribute holds at most 64 kB, so Keras cuts long lists into `name0`, `name1`, …
 * (keras/src/legacy/saving/legacy_h5_format.py, `load_attributes_from_hdf5_group`).
 */
function readNames(group: H5.Group, name: string): readonly string[] | undefined {
  const attributes = group.attrs;
  const list = (key: string): readonly string[] => {
    const value: unknown = attributes[key]?.value;
    const items = Array.isArray(value) ? value : typeof value === "string" ? [value] : [];
    return items.filter((item): item is string => typeof item === "string");
  };
  if (name in attributes) return list(name);
  if (!(`${name}0` in attributes)) return undefined;
  const all: string[] = [];
  for (let n = 0; n < MOST_CHUNKS && `${name}${n}` in attributes; n++) all.push(...list(`${name}${n}`));
  return all;
}

/** Walks down the groups by their listings: asking the library for a name that is missing would be an error. */
function find(h5: typeof H5, file: H5.File, path: string): unknown {
  let here: unknown = file;
  for (const name of path === "" ? [] : path.split("/")) {
    if (!(here instanceof h5.Group) || !here.keys().includes(name)) return undefined;
    here = here.get(name);
  }
  return here;
}

/**
 * Keeps the library's memory from growing without bound: a small file can declare chunks and texts of any size, and the
 * library asks for them before it finds out that they are not there. Returns the function that lifts the limit.
 */
function limitMemory(): () => void {
  const { prototype } = (globalThis as unknown as { WebAssembly: { Memory: { prototype: Growing } } })
    .WebAssembly.Memory;
  const { grow } = prototype;
  let left = MOST_PAGES;
  prototype.grow = function (pages) {
    if (pages > left) throw new RangeError("the memory for one file is used up");
    left -= pages;
    return grow.call(this, pages);
  };
  return () => {
    prototype.grow = grow;
  };
}

/** What is used of a WebAssembly.Memory, which TypeScript knows in browsers only. */
interface Growing {
  grow: (this: Growing, pages: number) => number;
}

interface Terminal {
  readonly ops: object;
}

/** Keeps the HDF5 library from printing its error stacks; returns the function that gives it its voice back. */
function silence(fs: unknown): () => void {
  const stream = (fs as { getStream: (fd: number) => { tty?: Terminal } | null }).getStream(STDERR);
  const voice = stream?.tty;
  if (stream === null || voice === undefined) return () => {};
  stream.tty = { ...voice, ops: { ...voice.ops, put_char: () => {}, fsync: () => {} } };
  return () => {
    stream.tty = voice;
  };
}
