import { readFileSync, realpathSync, statSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import { checkFileSize, type ModelSource } from "../import/source.js";
import { UserError } from "../ir/errors.js";
import { sha256 } from "./build-directory.js";
import { systemError } from "./files.js";

/** What the option --weights is for. */
export const WEIGHTS = "file of the weights (.h5), of an architecture in .json";

/** A file that a model was read from. */
export interface ModelFile {
  readonly file: string;
  readonly sha256: string;
}

/** A model's files, opened. */
export interface OpenModel {
  readonly source: ModelSource;
  /** The files read so far: those that the model refers to appear once importing has asked for them. */
  files(): {
    readonly model: ModelFile;
    readonly weights: ModelFile | null;
    readonly external: readonly ModelFile[];
  };
}

/** Reads a model file, and the file of its weights if there is one. A file that cannot be read is a UserError. */
export async function openModel(path: string, weightsPath: string | undefined): Promise<OpenModel> {
  const bytes = await readBytes(path);
  if (weightsPath !== undefined && !/^\s*\{/.test(new TextDecoder("latin1").decode(bytes.subarray(0, 64)))) {
    throw new UserError(`'${path}' is no architecture in .json: its weights are in the file itself`, {
      where: "--weights",
      hint: "Leave the option out.",
    });
  }
  const weights =
    weightsPath === undefined ? undefined : { name: weightsPath, bytes: await readBytes(weightsPath) };
  const external = new Map<string, string>();
  const source: ModelSource = {
    name: path,
    bytes,
    ...(weights !== undefined && { weights }),
    external: (name) => {
      const found = readExternal(path, name);
      if (found !== undefined) external.set(name, sha256(found));
      return found;
    },
  };
  const describe = ({ name, bytes: data }: { readonly name: string; readonly bytes: Uint8Array }) => ({
    file: name,
    sha256: sha256(data),
  });
  return {
    source,
    files: () => ({
      model: describe(source),
      weights: weights === undefined ? null : describe(weights),
      external: [...external].map(([file, sum]) => ({ file, sha256: sum })),
    }),
  };
}

async function readBytes(path: string): Promise<Uint8Array> {
  const readable = <T>(result: Promise<T>) =>
    result.catch((error: unknown) => {
      throw new UserError(`cannot be read: ${systemError(error)}`, { where: path });
    });
  checkFileSize((await readable(stat(path))).size, path);
  return readable(readFile(path));
}

/**
 * Reads a file that a model refers to, from the model's own folder or one below it. A model from elsewhere must not
 * read other files: an absolute path, one that leaves the folder and a link that does are UserErrors.
 */
function readExternal(model: string, name: string): Uint8Array | undefined {
  const folder = dirname(model);
  const refuse = (message: string) =>
    new UserError(`the model refers to '${name}', ${message}`, {
      where: model,
      hint: "Data of a model must lie in its own folder.",
    });
  if (isAbsolute(name) || /^[A-Za-z]:|^\\/.test(name)) throw refuse("which is an absolute path");
  if (name.split(/[/\\]/).includes("..")) throw refuse("which leaves the model's folder");
  const path = join(folder, name);
  let inside: string;
  try {
    inside = relative(realpathSync(folder), realpathSync(path));
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return undefined;
    throw refuse(`which cannot be read: ${systemError(error)}`);
  }
  if (inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside))
    throw refuse("which is a link that leaves the model's folder");
  try {
    checkFileSize(statSync(path).size, path);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw refuse(`which cannot be read: ${systemError(error)}`);
  }
}
