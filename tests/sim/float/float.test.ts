import { expect, test } from "vitest";
import { UserError } from "../../../src/ir/errors.js";
import { quantize, toNumber } from "../../../src/ir/fixed-point.js";
import { perTensor } from "../../../src/ir/granular.js";
import type { Model, ModelConv2d, Quantizer } from "../../../src/ir/model/model.js";
import { verifyModel } from "../../../src/ir/model/verify.js";
import { createFloatExecutor } from "../../../src/sim/float/index.js";

/** A small generator, so that the events are the same in every run. */
function randomSource(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const quantizer = (width: number, integer: number, signed = true): Quantizer => ({
  types: perTensor({ signed, width, integer }),
  rounding: "RND",
  overflow: "SAT",
});

const [ROWS, COLUMNS, CHANNELS, FILTERS] = [4, 7, 2, 3];

function convolution(random: () => number): ModelConv2d {
  const kernel = Array.from({ length: 3 * 2 * CHANNELS * FILTERS }, () =>
    random() < 0.4 ? 0 : 4 * random() - 2,
  );
  return {
    op: "conv2d",
    name: "conv",
    inputs: ["digits"],
    shape: [ROWS, COLUMNS, FILTERS],
    kernel: { shape: [3, 2, CHANNELS, FILTERS], data: kernel },
    bias: { shape: [FILTERS], data: [0.3, -0.7, 1.1] },
    kernelQuantizer: quantizer(5, 2),
    biasQuantizer: quantizer(6, 2),
    pads: { top: 1, bottom: 1, left: 0, right: 1 },
    strides: { rows: 1, columns: 1 },
    dilations: { rows: 1, columns: 1 },
    groups: 1,
  };
}

function smallModel(conv: ModelConv2d): Model {
  const shape = [ROWS, COLUMNS, CHANNELS];
  const model: Model = {
    name: "small",
    nodes: [
      { op: "input", name: "x", inputs: [], shape },
      { op: "quantize", name: "digits", inputs: ["x"], shape, quantizer: quantizer(5, 3) },
      conv,
      { op: "relu", name: "rectified", inputs: ["conv"], shape: conv.shape },
      { op: "function", kind: "sigmoid", parameters: {}, name: "mask", inputs: ["conv"], shape: conv.shape },
      { op: "threshold", name: "bits", inputs: ["conv"], shape: conv.shape, level: 0.5, strict: false },
    ],
    outputs: [
      { name: "r", value: "rectified" },
      { name: "b", value: "bits" },
    ],
  };
  verifyModel(model);
  return model;
}

/** The convolution by its definition: every output gathers its window. */
function denseConv(conv: ModelConv2d, x: Float64Array, exact: boolean): Float64Array {
  const value = (n: number, q: Quantizer | undefined) => {
    if (!exact || q === undefined) return n;
    const type = q.types.items[0];
    return toNumber(quantize(n, type, q.rounding, q.overflow), type);
  };
  const out = new Float64Array(ROWS * COLUMNS * FILTERS);
  for (let r = 0; r < ROWS; r++)
    for (let c = 0; c < COLUMNS; c++)
      for (let o = 0; o < FILTERS; o++) {
        let sum = value(conv.bias.data[o], conv.biasQuantizer);
        for (let i = 0; i < 3; i++)
          for (let j = 0; j < 2; j++)
            for (let k = 0; k < CHANNELS; k++) {
              const [row, column] = [r + i - conv.pads.top, c + j - conv.pads.left];
              if (row < 0 || row >= ROWS || column < 0 || column >= COLUMNS) continue;
              const weight = conv.kernel.data[((i * 2 + j) * CHANNELS + k) * FILTERS + o];
              sum += value(weight, conv.kernelQuantizer) * x[(row * COLUMNS + column) * CHANNELS + k];
            }
        out[(r * COLUMNS + c) * FILTERS + o] = sum;
      }
  return out;
}

test("with quantizers, every node equals its definition exactly, event after event", () => {
  const random = randomSource(5);
  const conv = convolution(random);
  const executor = createFloatExecutor(smallModel(conv), { quantizers: "apply" });
  const inputType = { signed: true, width: 5, integer: 3 };
  for (let event = 0; event < 30; event++) {
    // The last of every three events is empty: nothing of the one before may stay.
    const x = Float64Array.from({ length: ROWS * COLUMNS * CHANNELS }, () =>
      event % 3 === 2 || random() < 0.5 ? 0 : 12 * random() - 6,
    );
    const digits = x.map((v) => toNumber(quantize(v, inputType, "RND", "SAT"), inputType));
    const expected = denseConv(conv, digits, true);
    const all = executor.runAll({ x });
    expect(all.x).toEqual(x);
    expect(all.digits).toEqual(digits);
    expect(all.conv).toEqual(expected);
    expect(all.rectified).toEqual(expected.map((v) => Math.max(v, 0)));
    expect(all.mask).toEqual(expected.map((v) => 1 / (1 + Math.exp(-v))));
    expect(all.bits).toEqual(expected.map((v) => (v >= 0.5 ? 1 : 0)));
    expect(executor.run({ x })).toEqual({ r: all.rectified, b: all.bits });
  }
});

test("without quantizers, the float model runs", () => {
  const random = randomSource(6);
  const conv = convolution(random);
  const executor = createFloatExecutor(smallModel(conv), { quantizers: "ignore" });
  const x = Float64Array.from({ length: ROWS * COLUMNS * CHANNELS }, () => 12 * random() - 6);
  const { conv: actual, digits } = executor.runAll({ x });
  expect(digits).toEqual(x);
  const expected = denseConv(conv, x, false);
  for (const [e, v] of expected.entries()) expect(actual[e]).toBeCloseTo(v, 12);
});

test.each([
  ["missing", {}, "no value"],
  ["short", { x: new Float64Array(3) }, "3 values, expected 56"],
  ["infinite", { x: new Float64Array(56).fill(Number.POSITIVE_INFINITY) }, "element 0 is Infinity"],
])("refuses an input that is %s", (_, inputs, message) => {
  const executor = createFloatExecutor(smallModel(convolution(randomSource(7))), { quantizers: "apply" });
  const run = () => executor.run(inputs as Record<string, Float64Array>);
  expect(run).toThrow(UserError);
  expect(run).toThrow(message);
});
