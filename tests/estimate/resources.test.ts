import { describe, expect, it } from "vitest";
import type { Resources } from "../../src/estimate/counts.js";
import { estimateResources } from "../../src/estimate/resources.js";
import type { Circuit } from "../../src/ir/circuit/circuit.js";
import { parseFixed } from "../../src/ir/fixed/text.js";
import { readGolden } from "../support/golden.js";
import { lowerWhole, randomGraph } from "../support/parallel.js";
import { Random } from "../support/random.js";
import { RANDOM_CHAIN, randomFixed } from "../support/random-fixed.js";
import { lowerAt } from "../support/stream.js";
import { countedByYosys } from "../support/synthesize.js";
import { hasTool } from "../support/tools.js";

const tiny = parseFixed(readGolden("verilog/tiny/fixed.l1c"), "tiny");

/** Milliseconds for one run of Yosys on a busy machine. */
const TIMEOUT = 180_000;

/** Random graphs that take LUTs worth counting. */
function randomGraphs(count: number): readonly Circuit[] {
  const found: Circuit[] = [];
  for (let seed = 1; found.length < count; seed++) {
    const graph = randomGraph(new Random(seed), 6, 6);
    const { circuit } = lowerWhole({ ...graph, name: `graph${seed}` });
    const { lut } = estimateResources(circuit).get(circuit.modules.at(-1)?.name as string) as Resources;
    if (lut > 60 && lut < 400) found.push(circuit);
  }
  return found;
}

/** What is counted, and how far the LUTs may be off. */
const FIRMWARE: readonly (readonly [string, Circuit, number])[] = [
  // Behind a window Yosys takes more LUTs to save a level of logic: the masks of columns settle late.
  ["three columns a beat", lowerAt({ ...tiny, name: "three" }, 3).circuit, 0.2],
  ["700 MHz", lowerAt({ ...tiny, name: "fast" }, 4, 1, 700).circuit, 0.2],
  ["a random chain", lowerAt({ ...randomFixed(23, RANDOM_CHAIN), name: "chain" }, 1).circuit, 0.2],
  ...randomGraphs(2).map((circuit) => [circuit.name, circuit, 0.05] as const),
];

describe("the resource estimate", () => {
  it.runIf(hasTool("yosys", "-V"))(
    "is what Yosys finds of whole firmware",
    async () => {
      const counted = await countedByYosys(
        FIRMWARE.map(([, circuit]) => circuit),
        "ultrascale",
      );
      for (const [what, circuit, off] of FIRMWARE) {
        const top = circuit.modules.at(-1)?.name as string;
        const { lut, ...others } = estimateResources(circuit, "ultrascale").get(top) as Resources;
        const { lut: found, ...rest } = counted.get(top) as Resources;
        expect(found).toBeGreaterThan(10);
        expect(others, what).toEqual(rest);
        // Of few LUTs relatively more may differ.
        expect(Math.abs(lut - found), `${what}: ${lut} for ${found}`).toBeLessThanOrEqual(2 + off * found);
      }
    },
    TIMEOUT,
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
