import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Resources } from "../estimate/counts.js";
import { readStatistics, type Synthesis, yosysScript } from "../estimate/yosys.js";
import { UserError } from "../ir/errors.js";
import { runTool, type ToolResult } from "./tools.js";

/** Yosys compiled to WebAssembly: an optional peer dependency, whose version package.json has. */
const NPM_BUILD = "@yowasp/yosys";
const HINT = `Install it (Debian, Ubuntu: apt-get install yosys; or npm install --no-save ${NPM_BUILD}@0.55.944), or leave --synth out.`;
const STATISTICS = "statistics.json";

/** Lines of a failed run that a message shows. */
const SHOWN = 10;

/**
 * Synthesizes with Yosys in `folder`, in a process of its own, and returns what each module takes by itself, its blocks
 * left out; undefined when that takes longer than `seconds`. Not installed: a UserError with exit code 3; Verilog that
 * Yosys refuses: a UserError that shows its message.
 */
export async function synthesize(
  synthesis: Synthesis,
  folder: string,
  seconds: number,
): Promise<ReadonlyMap<string, Resources> | undefined> {
  const script = yosysScript(synthesis, STATISTICS);
  const { code, output, late } = await runYosys(["-q", "-p", script], { folder, seconds });
  if (late) return undefined;
  const text = code === 0 ? await readFile(join(folder, STATISTICS), "utf8") : "";
  const counted = readStatistics(text);
  if (counted !== undefined) return counted;
  const lines = output.trimEnd().split("\n").slice(-SHOWN);
  throw new UserError(`ended with exit code ${code}:\n${lines.join("\n")}`, { where: "yosys" });
}

/** Yosys' name and version, and that it is the npm build where it is. Not installed: a UserError with exit code 3. */
export async function yosysVersion(): Promise<string> {
  const { output, npm } = await runYosys(["-V"]);
  return `${/Yosys [\d.+]+/.exec(output)?.[0] ?? "Yosys"}${npm ? " (npm)" : ""}`;
}

/** Runs the Yosys that is installed, or the npm build where there is none. */
async function runYosys(
  args: readonly string[],
  options: { readonly folder?: string; readonly seconds?: number } = {},
): Promise<ToolResult & { readonly npm: boolean }> {
  try {
    return { ...(await runTool("yosys", args, { ...options, hint: HINT })), npm: false };
  } catch (error) {
    const build = npmBuild();
    if (build === undefined) throw error;
    const program = ["--input-type=module", "-e", RUN_NPM_BUILD, "--", build, ...args];
    return { ...(await runTool(process.execPath, program, { ...options, hint: HINT })), npm: true };
  }
}

/** The npm build's module; undefined where it is not installed. */
function npmBuild(): string | undefined {
  try {
    return pathToFileURL(createRequire(import.meta.url).resolve(NPM_BUILD)).href;
  } catch {
    return undefined;
  }
}

/**
 * Runs the npm build as a program of its own, which can be stopped. It sees no file system: the files of the folder are handed to it
 * and what it makes is written there.
 */
const RUN_NPM_BUILD = `
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { exit } from "node:process";
const [build, ...args] = process.argv.slice(1);
const { runYosys, Exit } = await import(build);
const read = (folder) =>
  Object.fromEntries(
    readdirSync(folder, { withFileTypes: true }).map((entry) => {
      const path = folder + "/" + entry.name;
      return [entry.name, entry.isDirectory() ? read(path) : readFileSync(path)];
    }),
  );
const write = (folder, files) => {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const path = folder + "/" + name;
    if (typeof content === "string" || content instanceof Uint8Array) writeFileSync(path, content);
    else write(path, content);
  }
};
const script = args.includes("-p");
try {
  const files = await runYosys(args, script ? read(".") : {});
  if (script) write(".", files);
} catch (error) {
  if (!(error instanceof Exit)) throw error;
  exit(error.code);
}
`;
