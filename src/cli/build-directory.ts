import { createHash } from "node:crypto";
import { existsSync, renameSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, normalize, relative, resolve, sep } from "node:path";
import { UserError } from "../ir/errors.js";
import { makeFolder, systemError } from "./files.js";
import { MANIFEST, type Manifest } from "./manifest.js";
import { withTemporary, withTemporaryFolder } from "./temporary.js";

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
  try {
    await withTemporaryFolder(join(dirname(target), `.${basename(target)}-`), async (temporary) => {
      // A temporary folder is for one's own eyes; a build is as open as other folders.
      await chmod(temporary, 0o777 & ~process.umask());
      const all = [...files, { path: MANIFEST_FILE, text: `${JSON.stringify(manifest, null, 2)}\n` }];
      for (const { path, text } of all) {
        await mkdir(dirname(join(temporary, path)), { recursive: true });
        await writeFile(join(temporary, path), text);
      }
      await withTemporary(`${temporary}-old`, async () => replaceFolder(target, temporary));
    });
  } catch (error) {
    fail(error);
  }
}

/** Puts `folder` in the place of `target`, which moves to `folder`-old. In one go: no signal comes between. */
function replaceFolder(target: string, folder: string): void {
  const old = `${folder}-old`;
  const replaced = existsSync(target);
  if (replaced) renameSync(target, old);
  try {
    renameSync(folder, target);
  } catch (error) {
    if (replaced) renameSync(old, target);
    throw error;
  }
}

/** Only an empty folder, or an older build in which the user put nothing, may be replaced. */
async function checkReplaceable(folder: string): Promise<void> {
  const info = await stat(folder).catch(() => undefined);
  if (info === undefined) return;
  const hint = "Choose another folder with -o.";
  if (!info.isDirectory()) throw new UserError("is a file, not a folder", { where: folder, hint });
  const unreadable = (error: unknown): never => {
    throw new UserError(`cannot be read: ${systemError(error)}`, { where: folder, hint });
  };
  if ((await readdir(folder).catch(unreadable)).length === 0) return;
  const own = await filesOfBuild(folder);
  if (own === undefined) {
    throw new UserError("is not empty and is no build of l1c, so it is not replaced", {
      where: folder,
      hint,
    });
  }
  const present = await readdir(folder, { recursive: true, withFileTypes: true }).catch(unreadable);
  const foreign = present
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !own.has(path) && !path.startsWith(`results${sep}`))
    .sort();
  if (foreign.length > 0) {
    throw new UserError(`l1c did not write '${foreign[0]}' there, so the build is not replaced`, {
      where: folder,
      hint: "Move it away, or choose another folder with -o.",
    });
  }
}

/**
 * The files of a folder with a manifest that any version of l1c wrote, besides results/; undefined for another folder:
 * other tools have files of that name too.
 */
async function filesOfBuild(folder: string): Promise<ReadonlySet<string> | undefined> {
  try {
    const manifest = JSON.parse(
      await readFile(join(folder, MANIFEST_FILE), "utf8"),
    ) as Partial<Manifest> | null;
    if (manifest?.tool?.name !== "l1c") return undefined;
    return new Set([
      MANIFEST_FILE,
      "report.html",
      ...(manifest.files ?? []).map(({ path }) => normalize(path)),
    ]);
  } catch {
    return undefined;
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

/**
 * Reads a text file of a build. Throws a UserError when it is missing, or no longer what was compiled: levels and golden
 * model are the truth that the firmware is compared with.
 */
export async function readBuildText({ folder, manifest }: Build, path: string): Promise<string> {
  const where = join(folder, path);
  const hint = "Compile the model again.";
  const text = await readFile(where, "utf8").catch((error: unknown) => {
    throw new UserError(`cannot be read: ${systemError(error)}`, { where, hint });
  });
  if (manifest.files.find((file) => file.path === path)?.sha256 !== sha256(text)) {
    throw new UserError("is not the file that was compiled: its SHA-256 differs from the manifest's", {
      where,
      hint,
    });
  }
  return text;
}
