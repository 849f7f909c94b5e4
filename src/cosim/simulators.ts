import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../ir/errors.js";
import { iverilogHarness } from "./iverilog-harness.js";
import { runTool, type ToolResult } from "./tools.js";
import { type HarnessPorts, verilatorHarness } from "./verilator-harness.js";

/** The firmware to simulate. */
export interface Firmware {
  readonly top: string;
  /**
   * The Verilog files: names in the folder of the simulation, or absolute paths. Verilator's Makefile takes neither
   * white space nor other than ASCII characters in a path.
   */
  readonly files: readonly string[];
  readonly ports: HarnessPorts;
  /** Clocks for which `rst` must be high at least (`resetClocks` of the circuit); by default 1. */
  readonly resetClocks?: number;
  /** Its size in LUTs, roughly: decides how the simulation is built. */
  readonly lut: number;
}

/** From this size on Verilator builds repeated modules once, as blocks of their own; below, that costs more than it saves. */
const BLOCKS_FROM_LUT = 3000;

/** The clocks for which a simulation holds `rst` at least. */
const LEAST_RESET_CLOCKS = 4;

function resetClocksOf({ resetClocks = 1 }: Firmware): number {
  return Math.max(LEAST_RESET_CLOCKS, resetClocks);
}

const VERILATOR_HINT = "Install it (Debian, Ubuntu: apt-get install verilator), or use --simulator iverilog.";
const COMPILER_HINT =
  "Verilator needs it (Debian, Ubuntu: apt-get install make g++); or use --simulator iverilog.";
const IVERILOG_HINT = "Install it (Debian, Ubuntu: apt-get install iverilog), or use --simulator verilator.";

export const SIMULATORS = ["verilator", "iverilog"] as const;
export type SimulatorName = (typeof SIMULATORS)[number];

/** A Verilog simulator that is built once and then plays stimulus files. */
export interface BuiltSimulator {
  /** Plays the stimulus file and writes the record file. */
  play(stimulus: string, record: string, seed: number): Promise<void>;
}

/**
 * Builds a simulation of the firmware in `folder`. A simulator that is not installed is a UserError with exit code 3;
 * Verilog that it refuses is a UserError that shows its message.
 */
export function buildSimulator(
  name: SimulatorName,
  firmware: Firmware,
  folder: string,
): Promise<BuiltSimulator> {
  return name === "verilator" ? buildVerilator(firmware, folder) : buildIverilog(firmware, folder);
}

async function buildVerilator(firmware: Firmware, folder: string): Promise<BuiltSimulator> {
  // Every name is relative to the folder: Verilator writes them into a Makefile, where a path may hold no white space.
  const harness = "harness.cpp";
  const model = "verilated";
  await writeFile(
    join(folder, harness),
    verilatorHarness(firmware.top, firmware.ports, resetClocksOf(firmware)),
  );
  const args = [
    ...[
      "--cc",
      "--exe",
      "--build",
      ...(firmware.lut >= BLOCKS_FROM_LUT ? ["--hierarchical"] : []),
      "-j",
      "2",
      "--top-module",
      firmware.top,
      "--Mdir",
      model,
      "-o",
      "player",
    ],
    // Verilator's own stubs of combinational blocks do not pass UNUSED; l1c's Verilog does.
    ...["-O3", "--x-initial", "unique", "--x-assign", "unique", "-CFLAGS", "-O1", "-Wall", "-Wno-UNUSED"],
    ...[harness, ...firmware.files],
  ];
  const options = { folder, hint: VERILATOR_HINT };
  for (const tool of ["make", "g++"]) await runTool(tool, ["--version"], { folder, hint: COMPILER_HINT });
  check("verilator", await runTool("verilator", args, options));
  return {
    play: async (stimulus, record, seed) =>
      check(
        "the verilated firmware",
        await runTool(join(folder, model, "player"), [stimulus, record, String(seed)], {
          folder,
          hint: VERILATOR_HINT,
        }),
      ),
  };
}

async function buildIverilog(firmware: Firmware, folder: string): Promise<BuiltSimulator> {
  const bench = "testbench.v";
  const program = "testbench.vvp";
  await writeFile(
    join(folder, bench),
    iverilogHarness(firmware.top, firmware.ports, resetClocksOf(firmware)),
  );
  const args = ["-g2005", "-Wall", "-s", "l1c_testbench", "-o", program, bench, ...firmware.files];
  check("iverilog", await runTool("iverilog", args, { folder, hint: IVERILOG_HINT }));
  return {
    play: async (stimulus, record) =>
      check(
        "vvp",
        await runTool("vvp", ["-n", program, `+in=${stimulus}`, `+out=${record}`], {
          folder,
          hint: IVERILOG_HINT,
        }),
      ),
  };
}

/** Lines of a failed tool's output that a message shows. */
const SHOWN = 30;

function check(tool: string, { code, output }: ToolResult): void {
  if (code === 0) return;
  const lines = output.trimEnd().split("\n");
  // What went wrong stands in lines of its own or, where no line says so, at the end.
  const telling = lines.findIndex((line) => /^%|\berror\b/i.test(line));
  const shown = telling < 0 ? lines.slice(-SHOWN) : lines.slice(telling, telling + SHOWN);
  throw new UserError(`ended with exit code ${code}:\n${shown.join("\n")}`, { where: tool });
}

/** The simulator's name and version, as it says itself. Not installed: a UserError with exit code 3. */
export async function simulatorVersion(name: SimulatorName): Promise<string> {
  const [command, args, hint] =
    name === "verilator" ? ["verilator", ["--version"], VERILATOR_HINT] : ["iverilog", ["-V"], IVERILOG_HINT];
  const { output } = await runTool(command as string, args as string[], { hint: hint as string });
  const [, version] = /(\d+\.\d+)/.exec(output) ?? [];
  return `${name === "verilator" ? "Verilator" : "Icarus Verilog"} ${version ?? ""}`.trim();
}
