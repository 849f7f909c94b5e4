import { describe, expect, it } from "vitest";
import type { ModelNode } from "../../../../src/ir/model/model.js";
import { conv2dShape, pool2dShape } from "../../../../src/ir/model/operators/index.js";
import { verifyModel } from "../../../../src/ir/model/verify.js";
import { mistakeOf } from "../../../support/mistake.js";

const ONES = { rows: 1, columns: 1 };
const NO_PADS = { top: 0, bottom: 0, left: 0, right: 0 };
const tensor = (shape: readonly number[], ...data: readonly number[]) => ({ shape, data });
const type = { signed: true, width: 4, integer: 2 };
const quantizer = { types: { per: "tensor", items: [type] }, rounding: "RND", overflow: "SAT" };
const limits = (lo: bigint, hi: bigint) => ({ per: "tensor", items: [{ lo, hi }] });

/** What the verifier says of a node that reads images x (4 × 6 × 2) and y (4 × 6 × 1). */
function mistake(own: Readonly<Record<string, unknown>>): string {
  const nodes = [
    { op: "input", name: "x", inputs: [], shape: [4, 6, 2] },
    { op: "input", name: "y", inputs: [], shape: [4, 6, 1] },
    { op: "input", name: "one", inputs: [], shape: [] },
    { name: "n", inputs: ["x"], shape: [4, 6, 2], ...own },
  ] as unknown as readonly ModelNode[];
  return mistakeOf(() => verifyModel({ name: "m", nodes, outputs: [{ name: "out", value: "n" }] }));
}

describe("the shape of a window's result", () => {
  it.each([
    [[9, 9, 4], [3, 3, 4, 8], NO_PADS, ONES, ONES, 1, [7, 7, 8]],
    [[9, 9, 4], [3, 3, 1, 8], NO_PADS, { rows: 2, columns: 3 }, ONES, 4, [4, 3, 8]],
    [
      [9, 9, 4],
      [3, 2, 2, 2],
      { top: 1, bottom: 2, left: 0, right: 1 },
      { rows: 2, columns: 2 },
      { rows: 2, columns: 3 },
      2,
      [4, 4, 2],
    ],
  ] as const)("of a convolution (%#)", (input, kernel, pads, strides, dilations, groups, shape) => {
    expect(conv2dShape(input, kernel, pads, strides, dilations, groups, "conv")).toEqual(shape);
  });

  it("of a pool", () => {
    const window = {
      size: { rows: 2, columns: 3 },
      strides: { rows: 2, columns: 3 },
      dilations: ONES,
      pads: NO_PADS,
    };
    expect(pool2dShape([7, 7, 5], window, "pool")).toEqual([3, 2, 5]);
  });
});

describe("the verifier refuses", () => {
  const conv = {
    op: "conv2d",
    kernel: tensor([1, 1, 2, 2], 1, 2, 3, 4),
    bias: tensor([2], 0, 0),
    pads: NO_PADS,
    strides: ONES,
    dilations: ONES,
    groups: 1,
  };
  const dense = { op: "dense", kernel: tensor([2, 1], 1, 2), bias: tensor([1], 0), shape: [4, 6, 1] };
  const affine = { op: "affine", multiplier: tensor([], 1), offset: tensor([], 1) };
  const pool = {
    op: "pool2d",
    kind: "max",
    size: ONES,
    strides: ONES,
    dilations: ONES,
    pads: NO_PADS,
    countPads: false,
  };
  const steps = { op: "steps", levels: tensor([2], 0, 1), values: tensor([3], 0, 1, 2) };
  const quantize = { op: "quantize", quantizer };
  it.each<[Readonly<Record<string, unknown>>, string]>([
    [{ op: "input", inputs: [], shape: [0] }, "[0] is no shape of at least one element"],
    [
      { op: "constant", inputs: [], shape: [2], value: tensor([2], 1) },
      "value: holds 1 values for shape [2]",
    ],
    [{ op: "constant", inputs: [], shape: [1], value: tensor([1], Number.NaN) }, "value: element 0 is NaN"],
    [{ op: "constant", inputs: [], shape: [], value: tensor([1], 1) }, "its shape is [1], not []"],
    [{ ...conv, strides: { rows: 0, columns: 1 } }, "its strides should be counts of at least 1, found 0, 1"],
    [{ ...conv, pads: { ...NO_PADS, left: -1 } }, "its pads should be counts, found 0, 0, -1, 0"],
    [{ ...conv, groups: 3 }, "2 input and 2 output channels do not make 3 groups"],
    [{ ...conv, groups: 2 }, "the kernel takes 2 channels in each of 2 groups, its input has 2"],
    [{ ...conv, inputs: ["one"] }, "a 2-D convolution takes (rows, columns, channels), found []"],
    [{ ...dense, kernel: tensor([2], 1, 2) }, "its kernel does not have two axes"],
    [{ ...dense, inputs: ["y"] }, "the kernel takes 2 values along the last axis of [4, 6, 1]"],
    [{ ...dense, inputs: ["one"] }, "the kernel takes 2 values along the last axis of []"],
    [{ ...dense, bias: tensor([2], 0, 0) }, "bias: should have shape [1], found [2]"],
    [{ ...dense, bias: tensor([1], Number.POSITIVE_INFINITY) }, "bias: element 0 is Infinity"],
    [
      { ...affine, multiplier: tensor([3], 1, 2, 3) },
      "multiplier: should have one of the shapes [], [2], [4, 6, 2], found [3]",
    ],
    [{ ...affine, offset: tensor([2], 1, Number.NaN) }, "offset: element 1 is NaN"],
    [
      { op: "leaky_relu", slope: tensor([1], 1) },
      "slope: should have one of the shapes [], [2], [4, 6, 2], found [1]",
    ],
    [
      { op: "add", inputs: ["x", "y"] },
      "add takes values of one shape, found [4, 6, 2], [4, 6, 1]\n  expand the smaller one first",
    ],
    [{ op: "select", inputs: ["x", "x"] }, "select takes 3 inputs, found 2"],
    [{ op: "clamp", low: 2, high: 1 }, "its bounds 2 and 1 leave no value"],
    [{ op: "clamp", low: Number.NaN, high: undefined }, "its low is NaN"],
    [{ op: "function", kind: "elu", parameters: {} }, "the parameters of elu are alpha, found none"],
    [
      { op: "function", kind: "tanh", parameters: { alpha: 1 } },
      "the parameters of tanh are none, found alpha",
    ],
    [{ op: "function", kind: "elu", parameters: { alpha: Number.NaN } }, "its alpha is NaN"],
    [{ op: "softmax", inputs: ["one"], shape: [] }, "softmax takes at least one axis"],
    [{ op: "threshold", level: Number.NaN, strict: false }, "its level is NaN"],
    [{ ...steps, levels: tensor([2], 1, 0) }, "its levels do not ascend: 0 follows 1"],
    [{ ...steps, values: tensor([2], 0, 1) }, "2 levels need 3 values, found 2"],
    [{ ...steps, levels: tensor([3, 1], 1, 2, 3) }, "levels: should have shape [n] or [2, n], found [3, 1]"],
    [{ ...pool, inputs: ["one"] }, "a 2-D pool takes (rows, columns, channels), found []"],
    [{ ...pool, size: { rows: 5, columns: 1 } }, "a window of 5 × 1 does not fit the padded image"],
    [
      { ...pool, pads: { ...NO_PADS, left: 1 } },
      "the window at position 0 of the columns lies in the padding",
    ],
    [{ op: "reduce", kind: "sum", axes: [] }, "it reduces no axis"],
    [{ op: "reduce", kind: "sum", axes: [3] }, "[4, 6, 2] has no axis 3"],
    [{ op: "reduce", kind: "sum", axes: [-1] }, "[4, 6, 2] has no axis -1"],
    [{ op: "reduce", kind: "sum", axes: [1, 1] }, "axis 1 is given twice"],
    [{ op: "argmax", last: false, inputs: ["one"], shape: [] }, "argmax takes at least one axis"],
    [{ op: "transpose", permutation: [0, 1] }, "[0, 1] is no permutation of the 3 axes of [4, 6, 2]"],
    [
      { ...quantize, quantizer: { ...quantizer, limits: limits(-9n, 3n) } },
      "limits -9..3 do not lie within fixed<4,2>",
    ],
    [
      { ...quantize, quantizer: { ...quantizer, limits: limits(3n, 2n) } },
      "limits 3..2 do not lie within fixed<4,2>",
    ],
    [
      { ...quantize, quantizer: { ...quantizer, overflow: "WRAP", limits: limits(0n, 1n) } },
      "limits need overflow SAT, found WRAP",
    ],
    [
      { ...quantize, quantizer: { ...quantizer, limits: { per: "channel", items: [] } } },
      "limits per channel should be 2, found 0",
    ],
    [
      { ...quantize, quantizer: { ...quantizer, types: { per: "tensor", items: [{ ...type, width: -1 }] } } },
      "fixed<-1,2> is no type",
    ],
  ])("a node that does not fit (%#)", (own, message) => {
    const said = mistake(own).replace(/^node 'n': /, "");
    expect(said).toBe(message);
  });
});
