import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Build } from "./build-directory.js";

/** Results that commands leave in a build directory for its report. */
export const RESULTS = ["cosim", "eval"] as const;
export type ResultName = (typeof RESULTS)[number];

/** Keeps the result of a command beside the build that it belongs to. */
export async function keepResult({ folder }: Build, name: ResultName, value: unknown): Promise<void> {
  await mkdir(join(folder, "results"), { recursive: true });
  await writeFile(join(folder, "results", `${name}.json`), `${JSON.stringify(value, null, 2)}\n`);
}

/** The kept result of a command; undefined when it has not run on this build. */
export async function readResult<T>({ folder }: Build, name: ResultName): Promise<T | undefined> {
  const text = await readFile(join(folder, "results", `${name}.json`), "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as T);
}
