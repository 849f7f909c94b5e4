import { describe, expect, it } from "vitest";
import { FABRICS } from "../../../src/lower/delay.js";
import { lower } from "../../../src/lower/index.js";
import { compareByVerilog, withFolder, writeVerilog } from "../../support/firmware.js";
import { randomGraphNetwork } from "../../support/random-graph-network.js";
import { hasTool, runTool } from "../../support/tools.js";

/** A random network, and its firmware: one to five edges a clock. */
function firmwareOf(seed: number) {
  const fixed = randomGraphNetwork(seed, [4, 12]);
  const delays = FABRICS["ultrascale+"];
  const edges = 1 + (seed % 5);
  return { fixed, lowered: lower(fixed, { architecture: "graph", period: 5, delays, edges }) };
}

const GOOD = { protocol: [], differences: [], equal: true };

describe("the Verilog of graph firmware", () => {
  it.runIf(hasTool("iverilog", "-V")).each(Array.from({ length: 20 }, (_, i) => 100 + i))(
    "equals the reference simulator in Icarus Verilog: random network %i",
    async (seed) => {
      const { fixed, lowered } = firmwareOf(seed);
      const result = await compareByVerilog(fixed, lowered, { simulator: "iverilog", count: 12, seed });
      expect(result).toMatchObject(GOOD);
    },
    30_000,
  );

  it.runIf(hasTool("verilator")).each([2])(
    "equals the reference simulator in Verilator: random network %i",
    async (seed) => {
      const { fixed, lowered } = firmwareOf(seed);
      const result = await compareByVerilog(fixed, lowered, { simulator: "verilator", count: 60, seed });
      expect(result).toMatchObject(GOOD);
    },
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
});
