import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packagePath } from "../../../src/cli/package.js";
import { buildSimulator, type SimulatorName } from "../../../src/cosim/simulators.js";
import { windowWidth } from "../../../src/ir/circuit/primitives/window.js";
import { interpretCircuit } from "../../../src/sim/circuit.js";
import { withFolder } from "../../support/firmware.js";
import { hasTool } from "../../support/tools.js";
import { properClocks, WINDOWS, type WindowClock, wildClocks, windowCircuit } from "../../support/window.js";

const INPUT = Math.max(...WINDOWS.map(({ bits, columns }) => bits * columns));
/** Where each window's first, valid and masked data lie in the output of the test's top module. */
const PLACES = WINDOWS.map((window, i) => ({
  low: WINDOWS.slice(0, i).reduce((sum, w) => sum + windowWidth(w) + 2, 0),
  width: windowWidth(window),
}));
const OUTPUT = PLACES.reduce((sum, { width }) => sum + width + 2, 0);

/** All windows side by side under one top module, so that one build tests them all. */
const TOP = [
  "module windows (input wire clk, input wire rst, input wire in_valid, input wire in_first,",
  `  input wire [${INPUT - 1}:0] in_data, output wire out_valid, output wire out_first, output wire [${OUTPUT - 1}:0] out_data);`,
  "  /* verilator lint_off UNUSED */",
  "  assign out_valid = ~rst;",
  "  assign out_first = 1'b0;",
  ...WINDOWS.flatMap((window, i) => {
    const { low, width } = PLACES[i] as (typeof PLACES)[number];
    const parameters = Object.entries(window).map(([key, value]) => `.${key.toUpperCase()}(${value})`);
    return [
      `  wire v${i}, f${i}; wire [${width - 1}:0] d${i};`,
      `  l1c_window #(${parameters.join(", ")}) w${i} (.clk(clk), .rst(rst), .in_valid(in_valid), .in_first(in_first),`,
      `    .in_data(in_data[${window.bits * window.columns - 1}:0]), .out_valid(v${i}), .out_first(f${i}), .out_data(d${i}));`,
      `  assign out_data[${low + width + 1}:${low}] = {f${i}, v${i}, d${i} & {${width}{v${i}}}};`,
    ];
  }),
  "endmodule",
  "",
].join("\n");

/** What the interpreter shows in each clock, in the bits of the top module. */
function interpret(clocks: readonly WindowClock[]): readonly bigint[] {
  const interpreters = WINDOWS.map((window) => interpretCircuit(windowCircuit(window)));
  return clocks.map(({ valid, first, data }) =>
    WINDOWS.reduce((all, { bits, columns }, i) => {
      const { low, width } = PLACES[i] as (typeof PLACES)[number];
      const out = (interpreters[i] as (typeof interpreters)[number]).step(
        { in_valid: BigInt(valid), in_first: BigInt(first), in_data: BigInt.asUintN(bits * columns, data) },
        false,
      );
      const shown = out.out_valid === 1n ? (out.out_data as bigint) : 0n;
      const field =
        shown |
        ((out.out_valid as bigint) << BigInt(width)) |
        ((out.out_first as bigint) << BigInt(width + 1));
      return all | (field << BigInt(low));
    }, 0n),
  );
}

async function expectEqualWindows(simulator: SimulatorName): Promise<void> {
  await withFolder(async (folder) => {
    writeFileSync(join(folder, "windows.v"), TOP);
    const player = await buildSimulator(
      simulator,
      {
        top: "windows",
        files: [join(folder, "windows.v"), packagePath("templates/verilog/l1c_window.v")],
        ports: {
          inputs: [{ port: "in_data", width: INPUT }],
          outputs: [{ port: "out_data", width: OUTPUT }],
        },
        lut: 0,
      },
      folder,
    );
    const wide = { bits: INPUT, columns: 1, last: 1, before: 0, after: 0 };
    for (let seed = 1; seed <= 12; seed++) {
      const clocks = seed <= 8 ? wildClocks(wide, 400, seed) : properClocks(wide, seed - 7, 60, seed);
      const [stimulus, record] = [join(folder, "in.txt"), join(folder, "out.txt")];
      const hex = (data: bigint) => data.toString(16).padStart(Math.ceil(INPUT / 4), "0");
      writeFileSync(
        stimulus,
        clocks.map(({ valid, first, data }) => `${Number(valid)}${Number(first)} ${hex(data)}\n`).join(""),
      );
      await player.play(stimulus, record, seed);
      const found = readFileSync(record, "utf8").trimEnd().split("\n");
      const expected = interpret(clocks);
      const first = found.findIndex((line, clock) => BigInt(`0x${line.slice(3) || "0"}`) !== expected[clock]);
      expect(first, `seed ${seed}: expected ${expected[first]?.toString(16)}, found ${found[first]}`).toBe(
        -1,
      );
      expect(found.length).toBe(clocks.length);
    }
  });
}

describe("l1c_window.v equals the window of the cycle interpreter, also where no protocol is kept", () => {
  it("in Verilator", () => expectEqualWindows("verilator"));
  it.runIf(hasTool("iverilog", "-V"))("in Icarus Verilog", () => expectEqualWindows("iverilog"));
});
