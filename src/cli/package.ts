import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** A path inside the installed package (this file lies two folders below its root, in src/ and in dist/ alike). */
export function packagePath(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/** The version of l1c. */
export const VERSION = (JSON.parse(readFileSync(packagePath("package.json"), "utf8")) as { version: string })
  .version;

/** The text of a Verilog template. */
export function readTemplate(name: string): Promise<string> {
  return readFile(packagePath(`templates/verilog/${name}`), "utf8");
}
