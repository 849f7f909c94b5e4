import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packagePath } from "../../src/cli/package.js";
import { type CountedPrimitive, primitiveResources } from "../../src/estimate/primitives.js";
import { primitiveArguments } from "../../src/hls-emit/verilog/module.js";
import { type PrimitiveOf, primitiveModule, primitiveName } from "../../src/ir/circuit/primitives/index.js";
import type { LineParameters } from "../../src/ir/circuit/primitives/line.js";
import { withFolder } from "../support/firmware.js";
import { FLAGS, RASTERS } from "../support/primitives.js";
import { hasTool, runTool } from "../support/tools.js";

/** The statistics of each primitive after `passes` in Yosys, which run once for all of them. */
function statistics(primitives: readonly PrimitiveOf[], passes: string): Promise<readonly string[]> {
  return withFolder((folder) => {
    const modules = primitives.map((of, i) => {
      const template = primitiveModule(primitiveName(of));
      const text = readFileSync(packagePath(`templates/verilog/${template}.v`), "utf8");
      // A module of its own, whose parameters are right from the start.
      return primitiveArguments(of).reduce(
        (own, [name, value]) => own.replace(new RegExp(`(parameter ${name} =) \\d+`), `$1 ${value}`),
        text.replace(`module ${template} `, `module part${i} `),
      );
    });
    const places = primitives.map((_, i) => `part${i} p${i} ();`);
    writeFileSync(
      join(folder, "parts.v"),
      [...modules, "module parts;", ...places, "endmodule", ""].join("\n"),
    );
    const script = `read_verilog parts.v; hierarchy -top parts; setattr -mod -set keep_hierarchy 1; ${passes}; stat -width`;
    const { output } = runTool("yosys", ["-p", script], folder);
    return primitives.map((_, i) => output.split(`=== part${i} ===`).at(-1)?.split("===")[0] as string);
  });
}

const FLIP_FLOPS = /\$\w*dff\w*_(\d+)\s+(\d+)/g;

const count = (text: string, cell: RegExp) =>
  [...text.matchAll(cell)].reduce(
    (sum, [, ...numbers]) => sum + numbers.reduce((a, n) => a * Number(n), 1),
    0,
  );

describe.runIf(hasTool("yosys", "-V"))("the estimate of primitives", () => {
  it("counts the flip-flops that Yosys finds in rasters and flags", async () => {
    // Yosys knows where valid and running are one: in images of one row or column without a pause.
    const rasters = RASTERS.filter(
      ({ rows, columns, rowPeriod }) => rows * columns > 1 && rowPeriod > 1 && rows * rowPeriod > columns,
    );
    const primitives: readonly CountedPrimitive[] = [
      ...rasters.map((raster) => ({ raster })),
      ...FLAGS.map((flag) => ({ flag })),
    ];
    const found = await statistics(primitives, "proc; opt -full");
    const bits = found.map((text) => count(text, FLIP_FLOPS));
    expect(bits).toEqual(primitives.map((of) => primitiveResources(of).ff));
  });

  it("counts the memories that Yosys takes for lines on UltraScale+", async () => {
    const lines: readonly LineParameters[] = [
      { bits: 3, depth: 1 },
      { bits: 14, depth: 32 },
      { bits: 15, depth: 32 },
      { bits: 7, depth: 64 },
      { bits: 8, depth: 33 },
      { bits: 8, depth: 65 },
      { bits: 72, depth: 512 },
      { bits: 40, depth: 1000 },
      { bits: 20, depth: 2048 },
    ];
    const found = await statistics(
      lines.map((line) => ({ line })),
      "synth_xilinx -family xcup -top parts -run begin:map_ffram; opt -full",
    );
    lines.forEach((line, i) => {
      const text = found[i] as string;
      const { ff, bram } = primitiveResources({ line });
      const where = JSON.stringify(line);
      expect(count(text, /RAMB36E2\s+(\d+)/g) + count(text, /RAMB18E2\s+(\d+)/g) / 2, where).toBe(bram);
      // Yosys does not use the output register of a block RAM.
      expect(count(text, FLIP_FLOPS), where).toBe(ff + (bram > 0 ? line.bits : 0));
      const pointers = primitiveResources({ line: { ...line, bits: 0 } }).lut;
      const luts = 8 * (count(text, /RAM32M16\s+(\d+)/g) + count(text, /RAM64M8\s+(\d+)/g));
      expect(primitiveResources({ line }).lut - pointers, where).toBe(luts);
    });
  });

  it("takes the shapes of block RAMs", () => {
    const bram = (bits: number, depth: number) => primitiveResources({ line: { bits, depth } }).bram;
    expect([bram(1, 64), bram(1, 65), bram(36, 512), bram(37, 512), bram(73, 512)]).toEqual([
      0, 0.5, 0.5, 1, 1.5,
    ]);
    expect([bram(18, 1024), bram(9, 2048), bram(4, 4096), bram(5, 4096), bram(1, 16384)]).toEqual([
      0.5, 0.5, 0.5, 1, 0.5,
    ]);
    expect([bram(1, 32768), bram(1, 32769), bram(16, 1500), bram(8, 513)]).toEqual([1, 1.5, 1, 0.5]);
  });
});
