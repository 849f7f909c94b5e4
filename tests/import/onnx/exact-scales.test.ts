import { expect, test } from "vitest";
import { importModel } from "../../../src/import/index.js";
import { quantize } from "../../../src/ir/fixed-point.js";
import { atElement } from "../../../src/ir/granular.js";

import { exactRatio } from "../../../src/ir/ratio.js";
import { modelToFixed } from "../../../src/quantize/index.js";
import { type IntegerArray, toBigInts } from "../../../src/sim/elements.js";
import { referenceSimulator } from "../../../src/sim/reference.js";
import { floats, onnxBytes, small } from "../../support/onnx.js";
import { Random } from "../../support/random.js";

/** round(n / d), half to even; d > 0. */
function roundEven(n: bigint, d: bigint): bigint {
  const floor = n >= 0n ? n / d : -((-n + d - 1n) / d);
  const twice = 2n * (n - floor * d);
  return twice > d || (twice === d && floor % 2n !== 0n) ? floor + 1n : floor;
}

// Float32 gives the neighbour of some of these: 20 of 180 sums of the second case lie within 0.0004 steps of a tie.
test.each([
  { input: 0.05, kernel: [0.01, 0.02, 0.03], output: 0.01 },
  { input: 0.1, kernel: [0.1, 0.3, 0.7], output: 0.02 },
  { input: 0.2, kernel: [0.25, 0.05, 0.15], output: 0.1 },
])("scales $input, $kernel and $output are exact", async ({ input, kernel, output }) => {
  const random = new Random(31);
  const integer = (low: number, high: number) => low + Math.floor((high - low) * random.next());
  const weights = Array.from({ length: 18 }, () => integer(-127, 128));
  const bytes = onnxBytes({
    inputs: { x: ["N", 6] },
    nodes: [
      { type: "QuantizeLinear", inputs: ["x", "xs", "xz"], outputs: ["xq"] },
      { type: "DequantizeLinear", inputs: ["xq", "xs", "xz"], outputs: ["xd"] },
      { type: "DequantizeLinear", inputs: ["w", "ws"], outputs: ["wd"], attributes: { axis: 1 } },
      { type: "MatMul", inputs: ["xd", "wd"], outputs: ["m"] },
      { type: "QuantizeLinear", inputs: ["m", "ys", "yz"], outputs: ["yq"] },
      { type: "DequantizeLinear", inputs: ["yq", "ys", "yz"] },
    ],
    initializers: {
      xs: floats([], [input]),
      xz: small(3, [], [3]),
      w: small(3, [6, 3], weights),
      ws: floats([3], kernel),
      ys: floats([], [output]),
      yz: small(5, [], [0]),
    },
  });
  const { model } = await importModel({ name: "scales.onnx", bytes });
  const { fixed } = modelToFixed(model, {});
  const simulator = referenceSimulator(fixed);
  const [x] = fixed.nodes.flatMap((node) => (node.op === "input" ? [node] : []));
  const type = atElement(x!.types, 0, 6);
  const [xs, ys] = [input, output].map((scale) => exactRatio(Math.fround(scale)));
  for (let event = 0; event < 60; event++) {
    const codes = Array.from({ length: 6 }, () => BigInt(integer(-131, 125)));
    // The nearest float32 of a grid point lies on no tie.
    const events = codes.map((q) =>
      quantize(Math.fround(Number(q) * Math.fround(input)), type, "RND_CONV", "SAT"),
    );
    expect(events).toEqual(codes);
    const found = toBigInts(simulator.run({ x: events }).y as IntegerArray);
    const expected = kernel.map((scale, channel) => {
      const ws = exactRatio(Math.fround(scale));
      const sum = codes.reduce((all, q, n) => all + q * BigInt(weights[3 * n + channel] as number), 0n);
      const k = roundEven(sum * xs!.n * ws.n * ys!.d, xs!.d * ws.d * ys!.n);
      return k > 32767n ? 32767n : k < -32768n ? -32768n : k;
    });
    expect(found).toEqual(expected);
  }
});
