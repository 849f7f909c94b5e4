import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { npzNames, readNpz } from "../events/npz.js";
import { UserError } from "../ir/errors.js";
import {
  GRAPH_INPUTS,
  type GraphFeatures,
  graphsOf,
  REQUIRED_ARRAYS,
  type TrackerGraph,
} from "../physics/tracker/graphs.js";
import { sha256 } from "./build-directory.js";
import { sha256OfFile, systemError, withFile } from "./files.js";

/**
 * The files of graphs that a path stands for: itself, or those in a folder whose names end in .npz, by name. Files in the
 * folder that hold none of a graph's arrays are passed over.
 */
export async function graphFiles(path: string): Promise<readonly string[]> {
  const fail = (error: unknown): never => {
    throw new UserError(`cannot be opened: ${systemError(error)}`, { where: path });
  };
  const info = await stat(path).catch(fail);
  if (!info.isDirectory()) return [path];
  const names = (await readdir(path).catch(fail)).filter((name) => name.endsWith(".npz")).sort();
  const files: string[] = [];
  for (const name of names) {
    const file = join(path, name);
    const arrays = await withFile(file, npzNames);
    if (arrays.some((array) => REQUIRED_ARRAYS.includes(array))) files.push(file);
  }
  if (files.length === 0)
    throw new UserError("there is no .npz file of graphs in the folder", { where: path });
  return files;
}

/**
 * The graphs of a .npz file, of one or many graphs, or of all those in a folder, in the order of their names. One file is in
 * memory at a time. What {@link graphsOf} refuses is a UserError. `features` are the numbers of features.
 */
export async function* readGraphPath(path: string, features?: GraphFeatures): AsyncGenerator<TrackerGraph> {
  for (const file of await graphFiles(path)) {
    const arrays = await withFile(file, (source) => readNpz(source, (name) => GRAPH_INPUTS.includes(name)));
    yield* graphsOf(arrays, file, features);
  }
}

/** How many graphs {@link readGraphPath} gives. */
export async function countGraphs(path: string): Promise<number> {
  let count = 0;
  for (const file of await graphFiles(path)) {
    const sizes = await withFile(file, (source) => readNpz(source, (name) => name === "graph_nodes"));
    count += sizes.get("graph_nodes")?.shape[0] ?? 1;
  }
  return count;
}

/** The SHA-256 of a file of events; of a folder of graphs that of what `sha256sum` prints of its files, by name. */
export async function sha256OfEvents(path: string): Promise<string> {
  const files = await graphFiles(path);
  if (files.length === 1 && files[0] === path) return sha256OfFile(path);
  const lines: string[] = [];
  for (const file of files) lines.push(`${await sha256OfFile(file)}  ${basename(file)}\n`);
  return sha256(lines.join(""));
}

/** The next `count` items, or as many as there are. */
export async function takeSome<T>(items: AsyncIterator<T>, count: number): Promise<readonly T[]> {
  const taken: T[] = [];
  while (taken.length < count) {
    const next = await items.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}

/** Items in blocks of `rows`, the last may be shorter. */
export async function* inBlocks<T>(items: AsyncIterator<T>, rows: number): AsyncGenerator<readonly T[]> {
  for (;;) {
    const block = await takeSome(items, rows);
    if (block.length > 0) yield block;
    if (block.length < rows) return;
  }
}
