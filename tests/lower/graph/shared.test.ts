import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { estimateResources } from "../../../src/estimate/resources.js";
import { completeNode, type NodeSketch } from "../../../src/ir/fixed/build.js";
import type { Fixed, FixedNode } from "../../../src/ir/fixed/fixed.js";
import { perTensor } from "../../../src/ir/granular.js";
import { FABRICS } from "../../../src/lower/delay.js";
import type { Iterations } from "../../../src/lower/graph/index.js";
import { lower } from "../../../src/lower/index.js";
import type { Lowered } from "../../../src/lower/lowered.js";
import { compareByVerilog, withFolder, writeVerilog } from "../../support/firmware.js";
import { itemsPerClock } from "../../support/items-per-clock.js";
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
    ...itemsPerClock(fixed, { edges, nodes }),
    iterations,
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

  it("tells which iteration has hardware of its own, and why", () => {
    const { fixed, iterations } = randomIterations(8, false);
    const first = fixed.nodes.findIndex(({ op }) => op === "requantize");
    // What the first iteration reads counts in twos.
    const other = changed(fixed, (sketch, place) =>
      place === first ? { ...sketch, types: perTensor({ signed: true, width: 3, integer: 4 }) } : sketch,
    );
    const lowered = firmware(other, "shared");
    expect(compareByInterpreter(other, lowered, 8, 1)).toMatchObject(GOOD);
    expect(firmware(fixed, "shared").notes).toEqual([]);
    expect(lowered.interval).toBeLessThan(firmware(fixed, "shared").interval);
    expect(lowered.layers.length).toBe(3 + 2);
    expect(iterations).toBeGreaterThan(2);
    expect(lowered.notes?.map(({ message }) => message)).toEqual(
      Array(2).fill(
        expect.stringMatching(
          /^it does not share the hardware of 'node\d+': 'node\d+' differs from 'node\d+' in its units$/,
        ),
      ),
    );
  });

  it("refuses a network without iterations", () => {
    expect(mistakeOf(() => firmware(smallNetwork(), "shared"))).toContain(
      "graph.iterations: nothing is computed twice: there are no iterations to share hardware\n",
    );
  });

  it("refuses iterations that differ, and names the first difference", () => {
    const { fixed } = randomIterations(4, false);
    expect(mistakeOf(() => firmware(changed(fixed, withOtherBiases), "shared"))).toMatch(
      /^graph\.iterations: no two parts compute the same: 'node\d+' is most like 'node\d+', but 'node\d+' differs from 'node\d+' in its bias\n/,
    );
  });
});

/** The same graph with some nodes changed; what follows from them is derived anew. */
function changed(fixed: Fixed, change: (sketch: NodeSketch, place: number) => NodeSketch): Fixed {
  const nodes = new Map<string, FixedNode>();
  for (const [i, node] of fixed.nodes.entries()) {
    const inputs = node.inputs.map((name) => nodes.get(name) as FixedNode);
    const { ranges: _, ...sketch } = node;
    nodes.set(node.name, node.op === "input" ? node : completeNode(change(sketch as NodeSketch, i), inputs));
  }
  return { ...fixed, nodes: [...nodes.values()] };
}

/** The bias of each matrix another. */
function withOtherBiases(sketch: NodeSketch, place: number): NodeSketch {
  if (sketch.op !== "dense") return sketch;
  const data = sketch.bias.data.map((k) => k + BigInt(place));
  return { ...sketch, bias: { ...sketch.bias, data } };
}
