import { describe, expect, it } from "vitest";
import { perTensor } from "../../../../src/ir/granular.js";
import { channel, element, facts, fixed, input, node, values } from "../../../support/fixed-node.js";
import { mistakeOf } from "../../../support/mistake.js";

const types = perTensor(fixed(0, 0));
const NONE = { top: 0, bottom: 0, left: 0, right: 0 };
const spatial = (rows: number, columns: number) => ({ rows, columns });
const ONES = spatial(1, 1);
const tensor = (shape: readonly number[], ...data: readonly number[]) => ({ shape, data: data.map(BigInt) });

describe("conv2d", () => {
  const own = { op: "conv2d", pads: NONE, strides: ONES, dilations: ONES, groups: 1, types } as const;
  const row = input("x", [1, 5, 1], { ranges: "1..9" });

  it("strides and dilates", () => {
    const made = node(
      {
        ...own,
        kernel: tensor([1, 2, 1, 1], 1, 10),
        bias: tensor([1], 0),
        strides: spatial(1, 2),
        dilations: spatial(1, 2),
        pads: { ...NONE, right: 1 },
      },
      row,
    );
    // Columns 0 and 2, then 2 and 4; a third window would need column 6.
    expect(values(made, [row], [1, 2, 3, 4, 5])).toEqual([31, 53]);
    expect(facts(made)).toBe("[1, 2, 1] channel[ufixed<7,7>] channel[11..99]");
  });

  it("a tap that lies in the padding somewhere adds 0, one that always does adds nothing", () => {
    const kernel = tensor([1, 3, 1, 1], 5, 1, 5);
    const one = input("x", [1, 1, 1], { ranges: "2..3" });
    const made = node({ ...own, kernel, bias: tensor([1], 0), pads: { ...NONE, left: 1, right: 1 } }, one);
    expect(facts(made)).toBe("[1, 1, 1] channel[ufixed<2,2>] channel[2..3]");
    const two = input("x", [1, 2, 1], { ranges: "2..3" });
    expect(
      facts(node({ ...own, kernel, bias: tensor([1], 0), pads: { ...NONE, left: 1, right: 1 } }, two)),
    ).toBe("[1, 2, 1] channel[ufixed<6,6>] channel[2..33]");
  });

  it("groups read their own channels", () => {
    const x = input("x", [1, 1, 4], { ranges: channel("0..1", "0..2", "0..3", "0..4") });
    const kernel = tensor([1, 1, 2, 2], 1, 10, 2, 20);
    const made = node({ ...own, kernel, bias: tensor([2], 0, 0), groups: 2 }, x);
    expect(values(made, [x], [1, 2, 3, 4])).toEqual([5, 110]);
    expect(facts(made)).toBe("[1, 1, 2] channel[ufixed<3,3>, ufixed<7,7>] channel[0..5, 0..110]");
  });

  it("refuses groups that do not fit, and strides of 0", () => {
    const bias = tensor([3], 0, 0, 0);
    const kernel = tensor([1, 1, 1, 3], 1, 1, 1);
    expect(mistakeOf(() => node({ ...own, kernel, bias, groups: 3 }, row))).toBe(
      "node 'y': 1 input and 3 output channels do not make 3 groups",
    );
    expect(mistakeOf(() => node({ ...own, kernel, bias, strides: spatial(0, 1) }, row))).toBe(
      "node 'y': its strides should be counts of at least 1, found 0, 1",
    );
    expect(mistakeOf(() => node({ ...own, kernel, bias }, input("x", [5])))).toBe(
      "node 'y': a 2-D convolution takes (rows, columns, channels), found [5]",
    );
  });
});

describe("dense", () => {
  const kernel = tensor([2, 3], 1, 0, -2, 3, 1, 0);
  const bias = tensor([3], 0, 5, 1);

  it("multiplies the last axis, whatever comes before it", () => {
    const x = input("x", [2, 2], { ranges: channel("0..3", "-1..1") });
    const made = node({ op: "dense", kernel, bias, types }, x);
    expect(values(made, [x], [3, -1, 0, 1])).toEqual([0, 4, -5, 3, 6, 1]);
    expect(facts(made)).toBe(
      "[2, 3] channel[fixed<4,4>, ufixed<3,3>, fixed<4,4>] channel[-3..6, 4..6, -5..1]",
    );
  });

  it("refuses another number of inputs, weights or biases", () => {
    const x = input("x", [2, 3]);
    expect(mistakeOf(() => node({ op: "dense", kernel, bias, types }, x))).toBe(
      "node 'y': the kernel takes 2 channels, its input has 3",
    );
    expect(mistakeOf(() => node({ op: "dense", kernel, bias, types }, input("s", [])))).toBe(
      "node 'y': the kernel takes 2 channels, its input has no axis",
    );
    const two = input("x", [2]);
    expect(mistakeOf(() => node({ op: "dense", kernel, bias: tensor([1], 0), types }, two))).toBe(
      "node 'y': 1 biases for 3 outputs",
    );
    expect(mistakeOf(() => node({ op: "dense", kernel: tensor([2, 3], 1), bias, types }, two))).toBe(
      "node 'y': 1 numbers for a kernel [2, 3]",
    );
    expect(
      mistakeOf(() => node({ op: "dense", kernel: tensor([6], 1, 0, -2, 3, 1, 0), bias, types }, two)),
    ).toBe("node 'y': its kernel does not have two axes");
  });
});

describe("pool2d", () => {
  const own = { op: "pool2d", size: spatial(1, 2), strides: spatial(1, 2), dilations: ONES } as const;
  const x = input("x", [1, 3, 2], { ranges: channel("-5..-1", "2..4") });
  const pads = { ...NONE, left: 1 };

  it("the largest value leaves the padding out, the sum counts it as 0", () => {
    const integers = [-1, 2, -5, 3, -2, 4];
    const max = node({ ...own, kind: "max", pads }, x);
    expect(values(max, [x], integers)).toEqual([-1, 2, -2, 4]);
    expect(facts(max)).toBe("[1, 2, 2] channel[fixed<4,4>, ufixed<3,3>] channel[-5..-1, 2..4]");
    const sum = node({ ...own, kind: "sum", pads }, x);
    expect(values(sum, [x], integers)).toEqual([-1, 2, -7, 7]);
    expect(facts(sum)).toBe("[1, 2, 2] channel[fixed<5,5>, ufixed<4,4>] channel[-10..-1, 2..8]");
  });

  it("knows each window where it knows each element", () => {
    const sites = input("s", [1, 3, 1], { ranges: element("0..1", "-3..5", "2..2") });
    expect(facts(node({ ...own, strides: ONES, kind: "max", pads: NONE }, sites))).toBe(
      "[1, 2, 1] element[ufixed<3,3>, ufixed<3,3>] element[0..5, 2..5]",
    );
    expect(facts(node({ ...own, strides: ONES, kind: "sum", pads: NONE }, sites))).toBe(
      "[1, 2, 1] element[fixed<4,4>, fixed<4,4>] element[-3..6, -1..7]",
    );
  });

  it("refuses a largest value of padding only, and windows over two units", () => {
    expect(mistakeOf(() => node({ ...own, kind: "max", pads: { ...NONE, left: 2 } }, x))).toBe(
      "node 'y': a window lies in the padding only: it has no largest value",
    );
    const mixed = input("m", [1, 2, 1], { types: element(fixed(8, 8), fixed(8, 7)) });
    expect(mistakeOf(() => node({ ...own, kind: "sum", pads: NONE }, mixed))).toMatch(
      "count in different units",
    );
  });
});

describe("reduce", () => {
  const x = input("x", [2, 3], { ranges: channel("0..1", "-2..2", "5..6") });
  const integers = [0, -2, 5, 1, 2, 6];

  it.each([
    [
      "sum",
      [0],
      "[3] channel[ufixed<2,2>, fixed<4,4>, ufixed<4,4>] channel[0..2, -4..4, 10..12]",
      [1, 0, 11],
    ],
    ["sum", [1], "[2] ufixed<4,4> 3..9", [3, 9]],
    ["sum", [0, 1], "[] ufixed<5,5> 6..18", [12]],
    ["max", [1], "[2] ufixed<3,3> 5..6", [5, 6]],
    ["min", [0], "[3] channel[ufixed<1,1>, fixed<3,3>, ufixed<3,3>] channel[0..1, -2..2, 5..6]", [0, -2, 5]],
    ["min", [1, 0], "[] fixed<2,2> -2..1", [-2]],
  ] as const)("%s over %j", (kind, axes, expected, result) => {
    const made = node({ op: "reduce", kind, axes }, x);
    expect(values(made, [x], integers)).toEqual(result);
    expect(facts(made)).toBe(expected);
  });

  it("knows each group where it knows each element", () => {
    const sites = input("s", [2, 2], { ranges: element("0..1", "0..2", "-3..0", "1..1") });
    expect(facts(node({ op: "reduce", kind: "sum", axes: [1] }, sites))).toBe(
      "[2] channel[ufixed<2,2>, fixed<2,2>] channel[0..3, -2..1]",
    );
  });

  it("refuses axes that are none, and elements of two units", () => {
    expect(mistakeOf(() => node({ op: "reduce", kind: "sum", axes: [2] }, x))).toBe(
      "node 'y': [2] are no axes of [2, 3]",
    );
    expect(mistakeOf(() => node({ op: "reduce", kind: "sum", axes: [0, 0] }, x))).toBe(
      "node 'y': [0, 0] are no axes of [2, 3]",
    );
    const mixed = input("m", [1, 2], { types: channel(fixed(8, 8), fixed(8, 7)) });
    expect(mistakeOf(() => node({ op: "reduce", kind: "max", axes: [1] }, mixed))).toMatch(
      "count in different units",
    );
    expect(facts(node({ op: "reduce", kind: "max", axes: [0] }, mixed))).toMatch(/^\[2\]/);
  });
});
