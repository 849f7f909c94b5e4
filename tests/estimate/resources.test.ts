import { describe, expect, it } from "vitest";
import { estimateResources } from "../../src/estimate/resources.js";
import { parseFixed } from "../../src/ir/fixed/text.js";
import type { Lowered } from "../../src/lower/lowered.js";
import { withFolder, writeVerilog } from "../support/firmware.js";
import { readGolden } from "../support/golden.js";
import { RANDOM_CHAIN, randomFixed } from "../support/random-fixed.js";
import { lowerAt } from "../support/stream.js";
import { hasTool, runTool } from "../support/tools.js";

const tiny = parseFixed(readGolden("verilog/tiny/fixed.l1c"), "tiny");

const FIRMWARE: readonly (readonly [string, Lowered])[] = [
  ["tiny, one column a beat", lowerAt(tiny, 1)],
  ["tiny, three columns a beat", lowerAt(tiny, 3)],
  ["tiny at 700 MHz", lowerAt(tiny, 4, 1, 700)],
  ...[21, 22, 23].map(
    (seed) => [`random chain ${seed}`, lowerAt(randomFixed(seed, RANDOM_CHAIN), 1)] as const,
  ),
];

describe("the resource estimate", () => {
  it.runIf(hasTool("yosys", "-V")).each(FIRMWARE)(
    "counts every flip-flop that Yosys finds: %s",
    (_, { circuit }) =>
      withFolder((folder) => {
        const top = circuit.modules.at(-1)?.name as string;
        const files = writeVerilog(circuit, folder).map((file) => `read_verilog ${file}`);
        const script = [...files, `hierarchy -top ${top}`, "proc", "flatten", "stat -width"].join("; ");
        const { output } = runTool("yosys", ["-p", script], folder);
        const statistics = output.slice(output.lastIndexOf("Printing statistics"));
        let bits = 0;
        for (const [, width, count] of statistics.matchAll(/\$s?dffe?_(\d+)\s+(\d+)/g))
          bits += Number(width) * Number(count);
        expect(bits).toBeGreaterThan(0);
        expect(estimateResources(circuit).get(top)?.ff).toBe(bits);
      }),
  );

  it("grows with the copies and with nothing else", () => {
    const lut = (columns: number) => {
      const { circuit, layers } = lowerAt(tiny, columns);
      const resources = estimateResources(circuit);
      return layers.map(({ module, copies }) => ({
        site: resources.get(`${module}_site`)?.lut as number,
        copies,
      }));
    };
    expect(lut(4).map(({ site }) => site)).toEqual(lut(1).map(({ site }) => site));
    expect(lut(4).map(({ copies }) => copies)).toEqual(lut(1).map(({ copies }) => 4 * copies));
  });
});
