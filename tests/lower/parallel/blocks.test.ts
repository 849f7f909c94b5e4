import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { estimateResources } from "../../../src/estimate/resources.js";
import { completeNode } from "../../../src/ir/fixed/build.js";
import type { Fixed, FixedConv2d } from "../../../src/ir/fixed/fixed.js";
import type { Lowered } from "../../../src/lower/lowered.js";
import { input, fixed as signed, ufixed } from "../../support/fixed-node.js";
import { evaluateByReference, expectEqual, lowerWhole } from "../../support/parallel.js";
import { Random } from "../../support/random.js";
import { randomFixed } from "../../support/random-fixed.js";
import { verilogTests } from "../../support/verilog-suite.js";

/** A convolution of random weights of six bits and a quantizer. */
function convolution(
  shape: readonly [rows: number, columns: number, channels: number],
  kernel: readonly [rows: number, columns: number],
  outputs: number,
  own: Partial<Pick<FixedConv2d, "pads" | "strides" | "dilations">> = {},
): Fixed {
  const random = new Random(1);
  const x = input("x", shape);
  const [rows, columns] = kernel;
  const size = rows * columns * shape[2] * outputs;
  const conv = completeNode(
    {
      ...{ op: "conv2d", name: "conv", inputs: ["x"], groups: 1 },
      types: { per: "tensor", items: [signed(8, 8)] },
      kernel: {
        shape: [rows, columns, shape[2], outputs],
        data: random.array(size, () => BigInt(random.integer(-32, 31))),
      },
      bias: { shape: [outputs], data: random.array(outputs, () => BigInt(random.integer(-9, 9))) },
      pads: { top: 0, bottom: 0, left: 0, right: 0 },
      ...{ strides: { rows: 1, columns: 1 }, dilations: { rows: 1, columns: 1 } },
      ...own,
    },
    [x],
  );
  const q = completeNode(
    {
      ...{ op: "requantize", name: "q", inputs: ["conv"], rounding: "RND", overflow: "SAT" },
      types: { per: "tensor", items: [ufixed(6, 12)] },
    },
    [conv],
  );
  return { name: "net", nodes: [x, conv, q], outputs: [{ name: "y", value: "q" }] };
}

const lutsOf = ({ circuit }: Lowered) => estimateResources(circuit, "ultrascale").get("net")?.lut as number;
const modulesOf = ({ circuit }: Lowered) => circuit.modules.map(({ name }) => name);
const TOGETHER = /, (\d+) windows together$/;
const togetherOf = ({ layers }: Lowered) => Number(TOGETHER.exec(layers[0].adders?.strategy ?? "")?.[1]);

/** Chains of convolutions on small images, most windows of which overlap. */
const chain = (seed: number) =>
  randomFixed(seed, {
    ...{ structure: "chain", layers: [1, 3], image: [5, 6, 2], kernel: [3, 3], outputChannels: 3 },
    ...{ inputBits: new Random(seed).pick([1, 2, 5]), weightBits: 5, pads: "any", sparsity: 0.1 },
  });

describe("windows that overlap", () => {
  it("share sums as one adder graph where that takes fewer LUTs", () => {
    const fixed = convolution([5, 5, 1], [3, 3], 3);
    const [apart, together] = [lowerWhole(fixed, 320, 0), lowerWhole(fixed)];
    expect(modulesOf(apart)).toEqual(["net_conv_site", "net_conv", "net"]);
    expect(modulesOf(together)).toEqual(["net_conv", "net"]);
    expect(togetherOf(together)).toBe(9);
    expect(together.layers[0].copies).toBe(1);
    expect(together.latency).toBe(apart.latency);
    expect(lutsOf(together)).toBeLessThan(0.97 * lutsOf(apart));
    expectEqual(fixed, together, new Random(1), 20);
  });

  it("are in blocks where all together are too many, those at the edge by themselves", () => {
    const pads = { top: 0, bottom: 0, left: 1, right: 1 };
    const fixed = convolution([1, 40, 3], [1, 3], 6, { pads });
    const lowered = lowerWhole(fixed);
    expect(modulesOf(lowered)).toEqual([
      "net_conv_block1",
      "net_conv_block2",
      "net_conv_block3",
      "net_conv",
      "net",
    ]);
    expect(togetherOf(lowered)).toBe(10);
    expect(lowered.layers[0].copies).toBe(4);
    expect(lutsOf(lowered)).toBeLessThan(lutsOf(lowerWhole(fixed, 320, 0)));
    expectEqual(fixed, lowered, new Random(2), 20);
  });

  it("stay modules of their own where they do not overlap", () => {
    for (const own of [
      { strides: { rows: 1, columns: 3 } },
      { strides: { rows: 1, columns: 2 }, dilations: { rows: 1, columns: 2 } },
    ]) {
      const fixed = convolution([1, 14, 2], [1, own.strides.columns], 3, own);
      const lowered = lowerWhole(fixed);
      if (own.strides.columns === 3) expect(lowered.layers[0].copies).toBe(4);
      expectEqual(fixed, lowered, new Random(3), 20);
    }
  });

  it("equal the reference simulator in chains of convolutions", () => {
    let joined = 0;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (seed) => {
        const fixed = chain(seed);
        const lowered = lowerWhole(fixed);
        joined += lowered.layers.filter(({ adders }) => TOGETHER.test(adders?.strategy ?? "")).length;
        expectEqual(fixed, lowered, new Random(seed), 6, evaluateByReference(fixed));
      }),
      { numRuns: 12, seed: 5 },
    );
    expect(joined).toBeGreaterThan(2);
  });
});

describe("the Verilog of windows together", () => {
  verilogTests(
    (seed) => {
      const fixed = chain(seed);
      return { fixed, lowered: lowerWhole(fixed) };
    },
    { iverilog: 30, verilator: 1000, graphs: 4 },
  );
});
