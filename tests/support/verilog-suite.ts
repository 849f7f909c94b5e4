import { expect, it } from "vitest";
import type { Fixed } from "../../src/ir/fixed/fixed.js";
import type { Lowered } from "../../src/lower/lowered.js";
import { compareByVerilog, withFolder, writeVerilog } from "./firmware.js";
import { hasTool, runTool } from "./tools.js";

/** A random graph and its firmware. */
export interface RandomFirmware {
  readonly fixed: Fixed;
  readonly lowered: Lowered;
}

const GOOD = { protocol: [], differences: [], equal: true };

/**
 * The Verilog of random graphs against the reference simulator: `graphs` of them in Icarus Verilog, one in Verilator, by so many
 * events, and eight that Verilator has nothing to say about.
 */
export function verilogTests(
  firmwareOf: (seed: number) => RandomFirmware,
  events: { readonly iverilog: number; readonly verilator: number; readonly graphs?: number },
): void {
  const test = async (seed: number, simulator: "iverilog" | "verilator") => {
    const { fixed, lowered } = firmwareOf(seed);
    const result = await compareByVerilog(fixed, lowered, { simulator, count: events[simulator], seed });
    expect(result).toMatchObject(GOOD);
  };

  it.runIf(hasTool("iverilog", "-V")).each(Array.from({ length: events.graphs ?? 20 }, (_, i) => 100 + i))(
    "equals the reference simulator in Icarus Verilog: random graph %i",
    (seed) => test(seed, "iverilog"),
    30_000,
  );

  it.runIf(hasTool("verilator")).each([2])(
    "equals the reference simulator in Verilator: random graph %i",
    (seed) => test(seed, "verilator"),
    120_000,
  );

  it.runIf(hasTool("verilator"))(
    "says nothing to Verilator",
    () =>
      withFolder((folder) => {
        for (let seed = 200; seed < 208; seed++) {
          const { circuit } = firmwareOf(seed).lowered;
          const top = circuit.modules.at(-1)?.name as string;
          const files = writeVerilog(circuit, folder);
          const args = ["--lint-only", "-Wall", "--top-module", top, ...files];
          expect(runTool("verilator", args, folder)).toEqual({ code: 0, output: "" });
        }
      }),
    60_000,
  );
}
