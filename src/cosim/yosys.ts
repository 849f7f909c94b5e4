import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Resources } from "../estimate/counts.js";
import { readStatistics, type Synthesis, yosysScript } from "../estimate/yosys.js";
import { UserError } from "../ir/errors.js";
import { runTool } from "./tools.js";

const HINT = "Install it (Debian, Ubuntu: apt-get install yosys), or leave --synth out.";
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
  const { code, output, late } = await runTool("yosys", ["-q", "-p", script], {
    folder,
    hint: HINT,
    seconds,
  });
  if (late) return undefined;
  const text = code === 0 ? await readFile(join(folder, STATISTICS), "utf8") : "";
  const counted = readStatistics(text);
  if (counted !== undefined) return counted;
  const lines = output.trimEnd().split("\n").slice(-SHOWN);
  throw new UserError(`ended with exit code ${code}:\n${lines.join("\n")}`, { where: "yosys" });
}

/** Yosys' name and version. Not installed: a UserError with exit code 3. */
export async function yosysVersion(): Promise<string> {
  const { output } = await runTool("yosys", ["-V"], { hint: HINT });
  return /Yosys [\d.+]+/.exec(output)?.[0] ?? "Yosys";
}
