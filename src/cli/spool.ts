import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { encodeElements, type TypedArray } from "../events/npy.js";
import { UserError } from "../ir/errors.js";
import { systemError } from "./files.js";
import { withTemporaryFolder } from "./temporary.js";

/**
 * Parts series that come side by side: each of `count` goes to a temporary file beside `path` first, then `use` reads one
 * after the other, in any order.
 */
export async function spool<T>(
  path: string,
  count: number,
  blocks: AsyncIterable<readonly TypedArray[]>,
  use: (readers: readonly (() => AsyncIterable<Uint8Array>)[]) => Promise<T>,
): Promise<T> {
  const fail = (error: unknown): never => {
    throw new UserError(`cannot be written: ${systemError(error)}`, {
      where: path,
      hint: "Choose another output with -o.",
    });
  };
  return withTemporaryFolder(join(dirname(path), `.${basename(path)}-`), async (folder) => {
    const names = Array.from({ length: count }, (_, i) => join(folder, String(i)));
    const handles: FileHandle[] = [];
    try {
      for (const name of names) handles.push(await open(name, "wx").catch(fail));
      for await (const parts of blocks) {
        for (const [i, part] of parts.entries())
          await (handles[i] as FileHandle).writeFile(encodeElements(part)).catch(fail);
      }
    } finally {
      for (const handle of handles) await handle.close();
    }
    return use(names.map((name) => () => createReadStream(name)));
  });
}
