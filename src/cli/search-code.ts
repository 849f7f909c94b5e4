import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { VERSION } from "./package.js";

/** Where the search for adder graphs begins; it lies beside this folder, in src/ and in dist/ alike. */
const ENTRY = new URL("../lower/linear/search.js", import.meta.url);

/**
 * What the result of a search depends on besides what is looked for, as a hash in hexadecimal: l1c's version, the code that
 * searches with all files that it imports, and the engine whose floating-point functions it uses.
 */
export function hashOfSearchCode(): string {
  const hash = createHash("sha256").update(`${VERSION} ${process.versions.v8}`);
  for (const text of filesFrom(ENTRY).values()) hash.update(`\n${text.length}\n${text}`);
  return hash.digest("hex");
}

/** A file and all that it imports by a relative path, in the order in which they are first named. */
export function filesFrom(entry: URL): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const visit = (url: URL) => {
    const path = fileURLToPath(url);
    // The sources import by the names that the compiled files will have.
    const file = existsSync(path) ? path : path.replace(/\.js$/, ".ts");
    if (files.has(file)) return;
    const text = readFileSync(file, "utf8");
    files.set(file, text);
    for (const [, name] of text.matchAll(/^(?:import|export)\b[^"';]*["'](\.[^"']+)["']/gm))
      visit(new URL(name as string, url));
  };
  visit(entry);
  return files;
}
