import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { UserError } from "../ir/errors.js";
import { makeFolder, systemError } from "./files.js";
import { MANIFEST, type Manifest } from "./manifest.js";

export const MANIFEST_FILE = "manifest.json";

export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

export interface BuildFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Writes a build directory whole or not at all: it is filled beside its place and then takes it. An older build there is
 * replaced; anything else there is a UserError, and so is a place that cannot be written.
 */
export async function writeBuild(
  folder: string,
  files: readonly BuildFile[],
  manifest: Manifest,
): Promise<void> {
  if (folder === "")
    throw new UserError("no folder is named", { where: "-o", hint: "Name one, e.g. -o build." });
  const target = resolve(folder);
  const fail = (error: unknown): never => {
    throw new UserError(`cannot be written: ${systemError(error)}`, {
      where: folder,
      hint: "Choose another folder with -o.",
    });
  };
  await checkReplaceable(folder);
  await makeFolder(dirname(target)).catch(fail);
  const temporary = await mkdtemp(join(dirname(target), `.${basename(target)}-`)).catch(fail);
  try {
    // mkdtemp makes a folder for one's own eyes; a build is as open as other folders.
    await chmod(temporary, 0o777 & ~process.umask());
    const all = [...files, { path: MANIFEST_FILE, text: `${JSON.stringify(manifest, null, 2)}\n` }];
    for (const { path, text } of all) {
      await mkdir(dirname(join(temporary, path)), { recursive: true });
      await writeFile(join(temporary, path), text);
    }
    // A temporary folder is private; a build is readable like any other folder.
    await chmod(temporary, 0o777 & ~process.umask());
    await rm(target, { recursive: true, force: true });
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    fail(error);
  }
}

/** Only an empty folder or an older build may be replaced. */
async function checkReplaceable(folder: string): Promise<void> {
  const info = await stat(folder).catch(() => undefined);
  if (info === undefined) return;
  const hint = "Choose another folder with -o.";
  if (!info.isDirectory()) throw new UserError("is a file, not a folder", { where: folder, hint });
  const entries = await readdir(folder).catch((error: unknown) => {
    throw new UserError(`cannot be read: ${systemError(error)}`, { where: folder, hint });
  });
  if (entries.length > 0 && !(await isBuild(folder))) {
    throw new UserError("is not empty and is no build of l1c, so it is not replaced", {
      where: folder,
      hint,
    });
  }
}

/** True for a folder with a manifest that any version of l1c wrote: other tools have files of that name too. */
async function isBuild(folder: string): Promise<boolean> {
  try {
    const manifest = JSON.parse(
      await readFile(join(folder, MANIFEST_FILE), "utf8"),
    ) as Partial<Manifest> | null;
    return manifest?.tool?.name === "l1c";
  } catch {
    return false;
  }
}

/** A build directory that was read. */
export interface Build {
  readonly folder: string;
  readonly manifest: Manifest;
}

/** Opens a build directory. Throws a UserError when it is none. */
export async function openBuild(folder: string): Promise<Build> {
  const path = join(folder, MANIFEST_FILE);
  const hint = "Make one with: l1c compile MODEL -o FOLDER";
  const text = await readFile(path, "utf8").catch(() => {
    throw new UserError(`is no build directory: it has no ${MANIFEST_FILE}`, { where: folder, hint });
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UserError("is no JSON", { where: path, hint });
  }
  const result = MANIFEST.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new UserError(`${issue?.path.join(".")}: ${issue?.message}`, {
      where: path,
      hint: "Compile the model again.",
    });
  }
  return { folder, manifest: result.data };
}

/** Reads a text file of a build. Throws a UserError when it is missing. */
export async function readBuildText({ folder }: Build, path: string): Promise<string> {
  return readFile(join(folder, path), "utf8").catch((error: unknown) => {
    throw new UserError(`cannot be read: ${systemError(error)}`, {
      where: join(folder, path),
      hint: "Compile the model again.",
    });
  });
}
