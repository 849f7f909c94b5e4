import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { readNpz } from "../events/npz.js";
import { UserError } from "../ir/errors.js";
import { GRAPH_INPUTS, graphsOf, type TrackerGraph } from "../physics/tracker/graphs.js";
import { systemError, withFile } from "./files.js";

/** The files of graphs that a path stands for: itself, or all .npz files in a folder, by name. */
async function graphFiles(path: string): Promise<readonly string[]> {
  const fail = (error: unknown): never => {
    throw new UserError(`cannot be opened: ${systemError(error)}`, { where: path });
  };
  const info = await stat(path).catch(fail);
  if (!info.isDirectory()) return [path];
  const names = (await readdir(path).catch(fail)).filter((name) => name.endsWith(".npz")).sort();
  if (names.length === 0) throw new UserError("there is no .npz file in the folder", { where: path });
  return names.map((name) => join(path, name));
}

/**
 * The graphs of a .npz file, of one or many graphs, or of all those in a folder, in the order of their names. One file is in
 * memory at a time. What {@link graphsOf} refuses is a UserError.
 */
export async function* readGraphPath(path: string): AsyncGenerator<TrackerGraph> {
  for (const file of await graphFiles(path)) {
    const arrays = await withFile(file, (source) => readNpz(source, (name) => GRAPH_INPUTS.includes(name)));
    yield* graphsOf(arrays, file);
  }
}
