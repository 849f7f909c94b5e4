import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setImmediate } from "node:timers/promises";
import type { ByteSink, ByteSource } from "../events/bytes.js";
import { UserError } from "../ir/errors.js";
import { temporaryName, withTemporary } from "./temporary.js";

/** What the operating system's error means for the user. */
export function systemError(error: unknown): string {
  switch ((error as { code?: string }).code) {
    case "ENOENT":
      return "there is no such file or folder";
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return "no permission";
    case "ENOTDIR":
      return "a part of the path is a file, not a folder";
    case "EISDIR":
      return "it is a folder, not a file";
    case "ENOSPC":
      return "no space left on the device";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

/** Opens a file for random access, runs `use`, and closes it. A file that cannot be opened is a UserError. */
export async function withFile<T>(path: string, use: (source: ByteSource) => Promise<T>): Promise<T> {
  const handle = await open(path, "r").catch((error: unknown) => {
    throw new UserError(`cannot be opened: ${systemError(error)}`, { where: path });
  });
  try {
    const info = await handle.stat();
    if (!info.isFile()) throw new UserError("it is not a file", { where: path });
    return await use({
      name: path,
      size: info.size,
      read: async (offset, length) => {
        const bytes = new Uint8Array(length);
        let done = 0;
        while (done < length) {
          const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
          if (bytesRead === 0)
            throw new UserError("the file became shorter while it was read", { where: path });
          done += bytesRead;
        }
        return bytes;
      },
    });
  } finally {
    await handle.close();
  }
}

/** The SHA-256 of a file of any size, in hexadecimal. A file that cannot be read is a UserError. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    throw new UserError(`cannot be read: ${systemError(error)}`, { where: path });
  }
  return hash.digest("hex");
}

/**
 * Makes a folder and those above it. (Node's own `recursive: true` never returns where an existing folder answers
 * "no such file" to the making of a child, as those under /proc do.)
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "EEXIST") {
      if ((await stat(path)).isDirectory()) return;
      throw Object.assign(new Error(), { code: "ENOTDIR" });
    }
    const above = dirname(path);
    if (code !== "ENOENT" || above === path || (await exists(above))) throw error;
    await makeFolder(above);
    await mkdir(path);
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** How many bytes are gathered before they are written. */
const WRITE_BYTES = 1 << 20;
/** After how long a time of writing signals are listened to. */
const REST_MS = 50;

/**
 * Writes a file whole or not at all: `produce` fills a temporary file beside it, which takes the name at the
 * end. A folder that cannot be written to is a UserError with the `hint`.
 */
export async function writeAtomically(
  path: string,
  produce: (sink: ByteSink) => Promise<void>,
  hint = "Choose another output with -o.",
): Promise<void> {
  const fail = (error: unknown): never => {
    throw new UserError(`cannot be written: ${systemError(error)}`, { where: path, hint });
  };
  if (
    await stat(path).then(
      (s) => s.isDirectory(),
      () => false,
    )
  ) {
    throw new UserError("it is a folder, not a file", { where: path, hint });
  }
  const folder = dirname(path);
  await makeFolder(folder).catch(fail);
  const temporary = join(folder, temporaryName(basename(path)));
  await withTemporary(temporary, async () => {
    const handle = await open(temporary, "wx").catch(fail);
    let pending: Uint8Array[] = [];
    let waiting = 0;
    let rested = performance.now();
    const flush = async (): Promise<void> => {
      for (const bytes of pending) await handle.writeFile(bytes).catch(fail);
      pending = [];
      waiting = 0;
    };
    try {
      await produce({
        write: async (bytes) => {
          pending.push(bytes);
          waiting += bytes.length;
          if (waiting >= WRITE_BYTES) await flush();
          // What produces the bytes may compute for long without a pause, in which no signal would be heard.
          if (performance.now() - rested > REST_MS) {
            await setImmediate();
            rested = performance.now();
          }
        },
      });
      await flush();
    } finally {
      await handle.close();
    }
    await rename(temporary, path).catch(fail);
  });
}

/** Writes a text file whole or not at all, as {@link writeAtomically}. */
export function writeText(path: string, text: string, hint?: string): Promise<void> {
  return writeAtomically(path, (sink) => sink.write(new TextEncoder().encode(text)), hint);
}
