import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { estimateResources } from "../../../src/estimate/resources.js";
import { completeNode } from "../../../src/ir/fixed/build.js";
import type { Fixed, FixedNode, FixedNodeOf } from "../../../src/ir/fixed/fixed.js";
import { verifyFixed } from "../../../src/ir/fixed/verify.js";
import type { Lowered } from "../../../src/lower/lowered.js";
import { type ParallelLayer, planParallel } from "../../../src/lower/parallel/plan.js";
import { joinSiblings, siblingsOf } from "../../../src/lower/parallel/siblings.js";
import { fromBigInts, toBigInts } from "../../../src/sim/elements.js";
import { referenceSimulator } from "../../../src/sim/reference.js";
import { typescriptSimulator } from "../../../src/sim/typescript/index.js";
import { input, fixed as signed, ufixed } from "../../support/fixed-node.js";
import { evaluateByReference, expectEqual, lowerWhole } from "../../support/parallel.js";
import { Random } from "../../support/random.js";
import { randomInputs } from "../../support/random-fixed.js";
import { randomSiblings } from "../../support/random-siblings.js";
import { verilogTests } from "../../support/verilog-suite.js";

const seeds = fc.integer({ min: 1, max: 1_000_000 });

function candidates(fixed: Fixed) {
  const layers = planParallel(fixed).parts.filter((part): part is ParallelLayer => !("wiring" in part));
  return siblingsOf(fixed, layers);
}

/** Matrices of random weights of six bits on one value, each with a ReLU and a quantizer. */
function branches(count: number, shape: readonly number[], outputs: number, rounding = "RND"): Fixed {
  const random = new Random(1);
  const nodes: FixedNode[] = [input("x", shape)];
  const add = (sketch: object, from: FixedNode) => {
    const types = { per: "tensor", items: [signed(8, 8)] };
    nodes.push(completeNode({ types, inputs: [from.name], ...sketch } as never, [from]));
    return nodes.at(-1) as FixedNode;
  };
  const weights = (size: number) => random.array(size, () => BigInt(random.integer(-32, 31)));
  const results = random.array(count, (i) => {
    const inputs = shape.at(-1) as number;
    const kernel = { shape: [inputs, outputs], data: weights(inputs * outputs) };
    const bias = { shape: [outputs], data: weights(outputs) };
    const dense = add({ op: "dense", name: `d${i}`, kernel, bias }, nodes[0] as FixedNode);
    const relu = add({ op: "relu", name: `r${i}` }, dense);
    const types = { per: "tensor", items: [ufixed(6, 12)] };
    const own = { rounding: i === 0 ? "RND" : rounding, overflow: "SAT", types };
    return add({ op: "requantize", name: `q${i}`, ...own }, relu);
  });
  return { name: "net", nodes, outputs: results.map(({ name }) => ({ name: `y ${name}`, value: name })) };
}

const lutsOf = ({ circuit }: Lowered) => estimateResources(circuit, "ultrascale").get("net")?.lut as number;

describe("siblings", () => {
  it("are one layer where that takes fewer LUTs", () => {
    const fixed = branches(3, [2, 8], 6);
    const [apart, together] = [lowerWhole(fixed, 320, 0), lowerWhole(fixed)];
    expect(apart.layers.map(({ name }) => name)).toEqual(["d0", "d1", "d2"]);
    expect(together.layers).toMatchObject([
      { name: "d0+d1+d2", nodes: ["d0+d1+d2", "r0+r1+r2", "q0+q1+q2"], module: "net_d0_d1_d2", copies: 2 },
    ]);
    expect(together.added?.map(({ name, shape }) => [name, shape])).toEqual([
      ["d0+d1+d2", [2, 18]],
      ["r0+r1+r2", [2, 18]],
      ["q0+q1+q2", [2, 18]],
    ]);
    expect(together.outputs.map(({ name, port }) => [name, port])).toEqual(
      apart.outputs.map(({ name, port }) => [name, port]),
    );
    expect(together.latency).toBe(apart.latency);
    expect(lutsOf(together)).toBeLessThan(0.97 * lutsOf(apart));
    expectEqual(fixed, together, new Random(1), 20);
  });

  it("of many have the name of the first, and their number", () => {
    expect(lowerWhole(branches(4, [8], 4)).layers.map(({ name }) => name)).toEqual(["d0+3 more"]);
  });

  it("are by themselves where another node comes behind one of them", () => {
    const fixed = branches(2, [8], 6, "TRN");
    expect(candidates(fixed)).toEqual([]);
    expect(lowerWhole(fixed).layers.map(({ name }) => name)).toEqual(["d0", "d1"]);
  });

  it("may read equal values, each from its own quantizer and reshape", () => {
    const fixed = branches(2, [12], 6);
    const [x] = fixed.nodes as [FixedNode];
    const sourceOf = (i: number, rounding: string): readonly FixedNode[] => {
      const own = { op: "requantize", name: `iq${i}`, inputs: ["x"], rounding, overflow: "SAT" };
      const types = { per: "tensor", items: [signed(4, 7)] };
      const quantizer = completeNode({ ...own, types } as never, [x]);
      const reshape = { op: "reshape", name: `image${i}`, inputs: [quantizer.name], shape: [3, 4] } as const;
      return [quantizer, completeNode(reshape, [quantizer])];
    };
    const dense = (i: number) => ({
      ...(fixed.nodes.find(({ name }) => name === `d${i}`) as FixedNodeOf<"dense">),
      ...{ inputs: [`image${i}`], types: { per: "tensor", items: [signed(8, 11)] } as const },
    });
    const graph = (rounding: string): Fixed => {
      const nodes = [x, ...sourceOf(0, "TRN"), ...sourceOf(1, rounding)];
      for (const i of [0, 1]) {
        const { kernel, ...own } = dense(i);
        const narrow = { shape: [4, 6], data: kernel.data.slice(0, 24) };
        nodes.push(completeNode({ ...own, shape: undefined, kernel: narrow } as never, [nodes[2 + 2 * i]]));
      }
      return { ...fixed, nodes, outputs: [0, 1].map((i) => ({ name: `y${i}`, value: `d${i}` })) };
    };
    const [equal, other] = [graph("TRN"), graph("RND")];
    expect(lowerWhole(equal).layers.map(({ name }) => name)).toEqual(["iq0", "d0+d1"]);
    expect(lowerWhole(other).layers.map(({ name }) => name)).toEqual(["iq0", "iq1", "d0", "d1"]);
    for (const own of [equal, other]) expectEqual(own, lowerWhole(own), new Random(2), 10);
  });

  it("give every value that they gave before, in the reference and the golden model", async () => {
    let joined = 0;
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const source = randomSiblings(seed);
        const all = candidates(source);
        joined += all.length;
        const { fixed } = all.reduce((before, siblings) => joinSiblings(before.fixed, siblings), {
          fixed: source,
        });
        verifyFixed(fixed);
        const [before, after] = [referenceSimulator(source), referenceSimulator(fixed)];
        const golden = await typescriptSimulator(fixed);
        const random = new Random(seed);
        for (let event = 0; event < 4; event++) {
          const integers = randomInputs(random, source);
          const inputs = Object.fromEntries(
            before.inputs.map(({ name, elements }) => [name, fromBigInts(elements, integers[name])]),
          );
          const expected = before.run(inputs);
          for (const simulator of [after, golden]) {
            const found = simulator.run(inputs);
            for (const { name } of before.outputs)
              expect(toBigInts(found[name]), name).toEqual(toBigInts(expected[name]));
          }
        }
      }),
      { numRuns: 30, seed: 3 },
    );
    expect(joined).toBeGreaterThan(10);
  });

  it("equal the reference simulator as firmware", () => {
    let joined = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        const fixed = randomSiblings(seed);
        const lowered = lowerWhole(fixed);
        joined += lowered.layers.filter(({ name }) => name.includes("+")).length;
        expectEqual(fixed, lowered, new Random(seed), 6, evaluateByReference(fixed));
      }),
      { numRuns: 12, seed: 4 },
    );
    expect(joined).toBeGreaterThan(1);
  });
});

describe("the Verilog of siblings", () => {
  verilogTests(
    (seed) => {
      const fixed = randomSiblings(seed);
      return { fixed, lowered: lowerWhole(fixed) };
    },
    { iverilog: 30, verilator: 1000, graphs: 4 },
  );
});
