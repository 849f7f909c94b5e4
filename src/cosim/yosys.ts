import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Resources } from "../estimate/counts.js";
import { readStatistics, yosysScript } from "../estimate/yosys.js";
import { UserError } from "../ir/errors.js";
import type { Fabric } from "../lower/delay.js";
import { runTool } from "./tools.js";

const HINT = "Install it (Debian, Ubuntu: apt-get install yosys), or leave --synth out.";
const STATISTICS = "statistics.json";

/** What to synthesize. */
export interface Synthesis {
  readonly top: string;
  /** Names in the folder, or absolute paths; without white space. */
  readonly files: readonly string[];
  readonly fabric: Fabric;
  /** Seconds after which Yosys is stopped. */
  readonly seconds: number;
}

/**
 * Synthesizes a module with Yosys in `folder`, in a process of its own; undefined when it did not end in time. Not
 * installed: a UserError with exit code 3; Verilog that it refuses: a UserError that shows its message.
 */
export async function synthesize(
  { top, files, fabric, seconds }: Synthesis,
  folder: string,
): Promise<Resources | undefined> {
  const script = yosysScript(files, top, fabric, STATISTICS);
  const { code, output, late } = await runTool("yosys", ["-q", "-p", script], {
    folder,
    hint: HINT,
    seconds,
  });
  if (late) return undefined;
  const text = code === 0 ? await readFile(join(folder, STATISTICS), "utf8") : "";
  const counted = readStatistics(text);
  if (counted !== undefined) return counted;
  const lines = output.trimEnd().split("\n");
  throw new UserError(`ended with exit code ${code}:\n${lines.slice(-10).join("\n")}`, { where: "yosys" });
}

/** Yosys' name and version. Not installed: a UserError with exit code 3. */
export async function yosysVersion(): Promise<string> {
  const { output } = await runTool("yosys", ["-V"], { hint: HINT });
  return /Yosys [\d.+]+/.exec(output)?.[0] ?? "Yosys";
}
