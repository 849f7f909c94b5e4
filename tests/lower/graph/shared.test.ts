import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { estimateResources } from "../../../src/estimate/resources.js";
import { completeNode, type NodeSketch } from "../../../src/ir/fixed/build.js";
import type { Fixed, FixedNode } from "../../../src/ir/fixed/fixed.js";
import { FABRICS } from "../../../src/lower/delay.js";
import type { Iterations } from "../../../src/lower/graph/index.js";
import { lower } from "../../../src/lower/index.js";
import type { Lowered } from "../../../src/lower/lowered.js";
import { compareByVerilog, withFolder, writeVerilog } from "../../support/firmware.js";
import { mistakeOf } from "../../support/mistake.js";
import { randomIterations } from "../../support/random-iterations.js";
import { smallNetwork } from "../../support/small-network.js";
import { compareByInterpreter } from "../../support/stream.js";
import { hasTool, runTool } from "../../support/tools.js";

const GOOD = { protocol: [], differences: [], equal: true };

function firmware(
  fixed: Fixed,
  iterations: Iterations,
  {
    megahertz = 200,
    edges = 2,
    nodes,
  }: { megahertz?: number; edges?: number; nodes?: number | undefined } = {},
): Lowered {
  return lower(fixed, {
    ...{ architecture: "graph", period: 1000 / megahertz, delays: FABRICS["ultrascale+"] },
    ...{ edges, iterations, ...(nodes !== undefined && { nodes }) },
  });
}

const lut = ({ circuit }: Lowered) =>
  estimateResources(circuit, "ultrascale").get(circuit.modules.at(-1)?.name as string)?.lut as number;

/** What the top module places: modules, and memories of exchanges. */
const placed = ({ circuit }: Lowered, kind: "module" | "gather" | "scatter") =>
  circuit.modules.at(-1)?.instances.filter(({ of }) => kind in of).length as number;

describe("a network of iterations that share hardware", () => {
  it("equals the reference simulator on every bit and at the promised clocks, also after a reset in between", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 31 - 1 }),
        fc.boolean(),
        fc.constantFrom(50, 200, 320),
        fc.integer({ min: 1, max: 13 }),
        fc.option(fc.constantFrom(1, 2, 4, 8), { nil: undefined }),
        fc.option(fc.nat(60), { nil: 0 }),
        (seed, passed, megahertz, edges, nodes, broken) => {
          const { fixed } = randomIterations(seed, passed);
          const lowered = firmware(fixed, "shared", { megahertz, edges, nodes });
          expect(compareByInterpreter(fixed, lowered, 6, seed, broken)).toMatchObject(GOOD);
        },
      ),
      { numRuns: process.env.SLOW === "1" ? 5_000 : 40 },
    );
  });

  it.each([2, 4, 5, 8])("has hardware for one iteration: random network %i", (seed) => {
    const { fixed, iterations, edges } = randomIterations(seed);
    const [unrolled, shared] = [firmware(fixed, "unrolled"), firmware(fixed, "shared")];
    expect(unrolled.grid).toBeUndefined();
    expect(shared.grid).toBe(shared.interval);
    expect(shared.interval).toBe(Math.max(unrolled.interval, iterations * Math.ceil(edges / 2)));
    // The first matrix; then what one iteration has, and perhaps the last network on the edges by itself.
    const alone = shared.layers.length - 3;
    expect(alone).toBeLessThanOrEqual(1);
    expect(unrolled.layers.length).toBeGreaterThanOrEqual(1 + 2 * iterations + alone);
    for (const kind of ["module", "gather", "scatter"] as const)
      expect(placed(shared, kind)).toBeLessThan(placed(unrolled, kind));
    expect(lut(shared)).toBeLessThan(lut(unrolled));
  });

  it.runIf(hasTool("iverilog", "-V")).each([2, 3, 5, 7, 8, 11])(
    "equals the reference simulator in Icarus Verilog: random network %i",
    async (seed) => {
      const { fixed } = randomIterations(seed);
      const lowered = firmware(fixed, "shared", { edges: 1 + (seed % 4) });
      const result = await compareByVerilog(fixed, lowered, { simulator: "iverilog", count: 16, seed });
      expect(result).toMatchObject(GOOD);
    },
    60_000,
  );

  it.runIf(hasTool("verilator"))(
    "equals the reference simulator in Verilator, which says nothing to it",
    async () => {
      const { fixed } = randomIterations(5);
      const lowered = firmware(fixed, "shared", { edges: 3 });
      const result = await compareByVerilog(fixed, lowered, { simulator: "verilator", count: 60, seed: 1 });
      expect(result).toMatchObject(GOOD);
      await withFolder((folder) => {
        const top = lowered.circuit.modules.at(-1)?.name as string;
        const files = writeVerilog(lowered.circuit, folder);
        const args = ["--lint-only", "-Wall", "--top-module", top, ...files];
        expect(runTool("verilator", args, folder)).toEqual({ code: 0, output: "" });
      });
    },
    120_000,
  );

  it("refuses a network without iterations", () => {
    expect(mistakeOf(() => firmware(smallNetwork(), "shared"))).toContain(
      "graph.iterations: nothing is computed twice: there are no iterations to share hardware\n",
    );
  });

  it("refuses iterations that differ, and names the first difference", () => {
    const { fixed } = randomIterations(4, false);
    expect(mistakeOf(() => firmware(withOtherBiases(fixed), "shared"))).toMatch(
      /^graph\.iterations: no two parts compute the same: 'node\d+' is most like 'node\d+', but its node 'node\d+' differs from 'node\d+' in its bias\n/,
    );
  });
});

/** The same graph, the bias of each matrix another. */
function withOtherBiases(fixed: Fixed): Fixed {
  const nodes = new Map<string, FixedNode>();
  for (const [i, node] of fixed.nodes.entries()) {
    const { ranges: _, ...sketch } = node;
    const changed =
      sketch.op === "dense"
        ? { ...sketch, bias: { ...sketch.bias, data: sketch.bias.data.map((k) => k + BigInt(i)) } }
        : sketch;
    const inputs = node.inputs.map((name) => nodes.get(name) as FixedNode);
    nodes.set(node.name, node.op === "input" ? node : completeNode(changed as NodeSketch, inputs));
  }
  return { ...fixed, nodes: [...nodes.values()] };
}
