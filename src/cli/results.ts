import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UserError } from "../ir/errors.js";
import type { Build } from "./build-directory.js";
import { systemError } from "./files.js";

/** Results that commands leave in a build directory for its report. */
export const RESULTS = ["cosim", "eval"] as const;
export type ResultName = (typeof RESULTS)[number];

/** Keeps the result of a command beside the build that it belongs to. */
export async function keepResult({ folder }: Build, name: ResultName, value: unknown): Promise<void> {
  const path = join(folder, "results", `${name}.json`);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
  } catch (error) {
    throw new UserError(`cannot be written: ${systemError(error)}`, { where: path });
  }
}

/** The kept result of a command; undefined when it has not run on this build. */
export async function readResult<T>({ folder }: Build, name: ResultName): Promise<T | undefined> {
  const text = await readFile(join(folder, "results", `${name}.json`), "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as T);
}
