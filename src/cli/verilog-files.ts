import { copyFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { UserError } from "../ir/errors.js";
import type { Build } from "./build-directory.js";
import { systemError } from "./files.js";

/** Models of primitives, for simulators only: synthesis tools have their own. */
const SIMULATION_ONLY = "verilog/sim/";

/**
 * Copies the Verilog of a build into a folder, where every file has a plain name (tools choke on other paths), and returns
 * the names. A file that is missing is a UserError.
 */
export async function copyVerilog(
  { folder: from, manifest }: Build,
  folder: string,
  use: "simulation" | "synthesis",
): Promise<readonly string[]> {
  const paths = manifest.files
    .map(({ path }) => path)
    .filter((path) => path.startsWith("verilog/"))
    .filter((path) => use === "simulation" || !path.startsWith(SIMULATION_ONLY));
  for (const path of paths) {
    await copyFile(join(from, path), join(folder, basename(path))).catch((error: NodeJS.ErrnoException) => {
      const message = error.code === "ENOENT" ? "is missing" : `cannot be copied: ${systemError(error)}`;
      throw new UserError(message, { where: join(from, path), hint: "Compile the model again." });
    });
  }
  return paths.map((path) => basename(path));
}
