import { describe, expect, it } from "vitest";
import type { Resources } from "../../src/estimate/counts.js";
import { estimateResources } from "../../src/estimate/resources.js";
import type { Circuit } from "../../src/ir/circuit/circuit.js";
import { completeNode } from "../../src/ir/fixed/build.js";
import type { Fixed } from "../../src/ir/fixed/fixed.js";
import { parseFixed } from "../../src/ir/fixed/text.js";
import { perTensor } from "../../src/ir/granular.js";
import { TARGETS } from "../../src/lower/target.js";
import { input } from "../support/fixed-node.js";
import { readGolden } from "../support/golden.js";
import { lowerWhole } from "../support/parallel.js";
import { Random } from "../support/random.js";
import { lowerAt } from "../support/stream.js";
import { countedByYosys } from "../support/synthesize.js";
import { hasTool } from "../support/tools.js";

const tiny = parseFixed(readGolden("verilog/tiny/fixed.l1c"), "tiny");

/** Milliseconds for one run of Yosys on a busy machine. */
const TIMEOUT = 180_000;

/** A random matrix with a bias, ReLU and rounding behind it. */
function layer(): Fixed {
  const random = new Random(1);
  const type = { signed: true, width: 6, integer: 6 };
  const x = input("x", [6], { types: perTensor(type), ranges: "-32..31" });
  const y = completeNode(
    {
      ...{ op: "dense", name: "y", inputs: ["x"], types: perTensor(type) },
      kernel: { shape: [6, 5], data: random.array(30, () => BigInt(random.integer(-31, 31))) },
      bias: { shape: [5], data: random.array(5, () => BigInt(random.integer(-31, 31))) },
    },
    [x],
  );
  const q = completeNode(
    {
      ...{ op: "requantize", name: "q", inputs: ["y"], rounding: "RND", overflow: "SAT" },
      types: perTensor({ signed: false, width: 6, integer: 9 }),
    },
    [y],
  );
  return { name: "layer", nodes: [x, y, q], outputs: [{ name: "q", value: "q" }] };
}

/** What is counted, and how far the LUTs may be off. */
const FIRMWARE: readonly (readonly [string, Circuit, number])[] = [
  // Behind a window Yosys takes more LUTs to save a level of logic: the masks of columns settle late.
  ["three columns a beat", lowerAt({ ...tiny, name: "three" }, 3).circuit, 0.2],
  ["700 MHz", lowerAt({ ...tiny, name: "fast" }, 4, 1, 700).circuit, 0.2],
  ["a whole layer", lowerWhole(layer()).circuit, 0.05],
  ["a whole layer at 500 MHz", lowerWhole({ ...layer(), name: "fast_layer" }, 500).circuit, 0.05],
];

describe("the resource estimate", () => {
  it.runIf(hasTool("yosys", "-V")).each(TARGETS)(
    "is what Yosys finds of whole firmware: %s",
    async (target) => {
      const counted = await countedByYosys(
        FIRMWARE.map(([, circuit]) => circuit),
        target,
      );
      for (const [what, circuit, off] of FIRMWARE) {
        const top = circuit.modules.at(-1)?.name as string;
        const { lut, carry, ...others } = estimateResources(circuit, target).get(top) as Resources;
        const { lut: found, carry: carries, ...rest } = counted.get(top) as Resources;
        expect(found, what).toBeGreaterThan(10);
        expect(others, what).toEqual(rest);
        // In plain Verilog a small module's sums of three may stay apart, as two chains.
        if (target === "ultrascale") expect(carry, what).toBe(carries);
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
