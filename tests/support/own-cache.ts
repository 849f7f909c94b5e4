import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Tests neither read nor write the user's caches: theirs lie in a folder that is removed with the last of them. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "l1c-cache-"));
  process.env.XDG_CACHE_HOME = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
