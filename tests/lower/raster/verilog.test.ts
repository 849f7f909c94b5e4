import { describe, expect, it } from "vitest";
import { FABRICS } from "../../../src/lower/delay.js";
import { lower } from "../../../src/lower/index.js";
import { compareByVerilog } from "../../support/firmware.js";
import { randomRaster } from "../../support/random-raster.js";
import { hasTool } from "../../support/tools.js";
import { verilogTests } from "../../support/verilog-suite.js";

/** A random graph of several operators, and its firmware. */
function firmwareOf(seed: number) {
  const fixed = randomRaster(seed, [4, 10]);
  const delays = FABRICS["ultrascale+"];
  return { fixed, lowered: lower(fixed, { architecture: "raster", period: 5, delays }) };
}

describe("the Verilog of raster firmware", () => {
  verilogTests(firmwareOf, { iverilog: 8, verilator: 40 });

  it.runIf(hasTool("iverilog", "-V"))("differs where a pixel outside the image is not replaced", async () => {
    const { fixed, lowered } = firmwareOf(116);
    const edit = (_: string, text: string) => text.replace(/(_kept\d+ = )\w+ \?/g, "$11'b1 ?");
    const result = await compareByVerilog(fixed, lowered, { simulator: "iverilog", count: 8, seed: 1, edit });
    expect(result.equal).toBe(false);
  });
});
