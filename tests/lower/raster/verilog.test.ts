import { describe, expect, it } from "vitest";
import { FABRICS } from "../../../src/lower/delay.js";
import { lower } from "../../../src/lower/index.js";
import { compareByVerilog, withFolder, writeVerilog } from "../../support/firmware.js";
import { randomRaster } from "../../support/random-raster.js";
import { hasTool, runTool } from "../../support/tools.js";

/** A random graph of several operators, and its firmware. */
function firmwareOf(seed: number) {
  const fixed = randomRaster(seed, [4, 10]);
  const delays = FABRICS["ultrascale+"];
  return { fixed, lowered: lower(fixed, { architecture: "raster", period: 5, delays }) };
}

const GOOD = { protocol: [], differences: [], equal: true };

describe("the Verilog of raster firmware", () => {
  it.runIf(hasTool("iverilog", "-V")).each(Array.from({ length: 20 }, (_, i) => 100 + i))(
    "equals the reference simulator in Icarus Verilog: random graph %i",
    async (seed) => {
      const { fixed, lowered } = firmwareOf(seed);
      const result = await compareByVerilog(fixed, lowered, { simulator: "iverilog", count: 8, seed });
      expect(result).toMatchObject(GOOD);
    },
    30_000,
  );

  it.runIf(hasTool("verilator")).each([2])(
    "equals the reference simulator in Verilator: random graph %i",
    async (seed) => {
      const { fixed, lowered } = firmwareOf(seed);
      const result = await compareByVerilog(fixed, lowered, { simulator: "verilator", count: 40, seed });
      expect(result).toMatchObject(GOOD);
    },
    120_000,
  );

  it.runIf(hasTool("iverilog", "-V"))("differs where a pixel outside the image is not replaced", async () => {
    const { fixed, lowered } = firmwareOf(116);
    const edit = (_: string, text: string) => text.replace(/(_kept\d+ = )\w+ \?/g, "$11'b1 ?");
    const result = await compareByVerilog(fixed, lowered, { simulator: "iverilog", count: 8, seed: 1, edit });
    expect(result.equal).toBe(false);
  });

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
