import { describe, expect, it } from "vitest";
import type { Fixed, FixedNode } from "../../../src/ir/fixed/fixed.js";
import { parseFixed, printFixed } from "../../../src/ir/fixed/text.js";
import { verifyFixed } from "../../../src/ir/fixed/verify.js";
import { mistakeOf } from "../../support/mistake.js";
import { RANDOM_CHAIN, randomFixed } from "../../support/random-fixed.js";

const TEXT = `l1c fixed "small"

graph main {
  %x : [2, 3, 2] ufixed<2,2> 0..3 = input()
  %conv : [2, 3, 1] fixed<5,5> -5..10 = conv2d(%x) {pads = [0, 0, 0, 0], kernel = tensor<1x1x2x1>[3, -2], bias = tensor<1>[1]}
  %relu : [2, 3, 1] ufixed<4,4> 0..10 = relu(%conv)
  %type : [2, 3, 1] ufixed<2,3> 0..3 = requantize(%relu) {rounding = RND, overflow = SAT}
  %mask : [2, 3, 1] ufixed<1,1> 0..1 = threshold(%type) {levels = [2]}
  return mask = %mask
}
`;

/** The small graph with one node changed. */
function changed(name: string, change: Readonly<Record<string, unknown>>): Fixed {
  const fixed = parseFixed(TEXT, "small");
  const nodes = fixed.nodes.map((node) => (node.name === name ? { ...node, ...change } : node) as FixedNode);
  return { ...fixed, nodes };
}

describe("the text of a Fixed graph", () => {
  it("reads back as it was printed", () => {
    expect(printFixed(parseFixed(TEXT, "small"))).toBe(TEXT);
    for (let seed = 1; seed <= 300; seed++) {
      const fixed = randomFixed(seed, seed % 3 === 0 ? RANDOM_CHAIN : { inputBits: 70 });
      const text = printFixed(fixed);
      const read = parseFixed(text, "random");
      expect(printFixed(read)).toBe(text);
      expect(read).toEqual(fixed);
    }
  });

  it("leaves out what every convolution has", () => {
    const own = (change: Readonly<Record<string, unknown>>) =>
      printFixed(changed("conv", change)).match(/conv2d\(%x\) \{(.*?), kernel/)?.[1];
    expect(own({})).toBe("pads = [0, 0, 0, 0]");
    expect(own({ strides: { rows: 1, columns: 2 }, dilations: { rows: 3, columns: 1 }, groups: 2 })).toBe(
      "pads = [0, 0, 0, 0], strides = [1, 2], dilations = [3, 1], groups = 2",
    );
  });

  it.each([
    [
      TEXT.replace("relu(%conv)", "gelu(%conv)"),
      "file: node 'relu': 'gelu' is no operator of the Fixed language",
    ],
    [TEXT.replace(", overflow = SAT", ""), "file: node 'type': attribute 'overflow' is missing"],
    [
      TEXT.replace("overflow = SAT", "overflow = CLIP"),
      "file: node 'type': attribute 'overflow' should be one of WRAP, SAT, SAT_ZERO, SAT_SYM",
    ],
    [
      TEXT.replace("pads = [0, 0, 0, 0]", "pads = [0, 0, 0, 0], strides = [0, 1]"),
      "file: node 'conv': 'strides' are two counts of at least 1: rows, columns",
    ],
    [
      TEXT.replace("overflow = SAT", "overflow = SAT, limits = 3"),
      "file: node 'type': limits: expected an interval",
    ],
    [
      TEXT.replace("requantize(%relu) {", "affine(%relu) {multiplier = 1.5, offset = 0, "),
      "file: node 'type': multiplier: expected an integer",
    ],
    [
      TEXT.replace("requantize(%relu) {", "table(%relu) {tables = [1], "),
      "file: node 'type': tables: expected a record {…}",
    ],
    [
      TEXT.replace("requantize(%relu) {", "argmax(%relu) {last = yes, "),
      "file: node 'type': attribute 'last' should be one of true, false",
    ],
    [TEXT.replace("levels = [2]", "levels = 2"), "file: node 'mask': attribute 'levels' should be a list"],
    [
      TEXT.replace("[0, 0, 0, 0]", "[0, 0]"),
      "file: node 'conv': 'pads' are four counts: top, bottom, left, right",
    ],
    [
      TEXT.replace("[3, -2]", "[3, 0.5]"),
      "file: node 'conv': attribute 'kernel' should be a tensor of integers",
    ],
    [TEXT.replace("ufixed<4,4> 0..10", "0..10"), "file: node 'relu': expected a type"],
    [TEXT.replace("ufixed<4,4> 0..10", "ufixed<4,4>"), "file: node 'relu': expected an interval"],
    [TEXT.replace("[2, 3, 1] ufixed<4,4> 0..10", ""), "file: node 'relu': expected a shape"],
    [TEXT.replace("l1c fixed", "l1c model"), "file: not the text of one fixed graph"],
    [TEXT.replace("%mask :", "%mask , :"), "file:8: expected a reference, found ':'"],
  ])("with a mistake says where it is (%#)", (text, message) => {
    expect(mistakeOf(() => parseFixed(text, "file"))).toBe(message);
  });
});

describe("the verifier refuses", () => {
  const bits = (width: number, integer = width) => ({
    per: "tensor",
    items: [{ signed: true, width, integer }],
  });
  const range = (lo: bigint, hi: bigint) => ({ per: "tensor", items: [{ lo, hi }] });
  it.each<[string, Fixed, string]>([
    ["a name given twice", changed("relu", { name: "conv" }), "node 'conv': two nodes have this name"],
    [
      "an input that is not defined before",
      changed("conv", { inputs: ["relu"] }),
      "node 'conv': its input 'relu' is not defined before it",
    ],
    ["too few inputs", changed("relu", { inputs: [] }), "node 'relu': relu takes 1 inputs, found 0"],
    [
      "a wrong shape",
      changed("relu", { shape: [2, 3, 2] }),
      "node 'relu': its shape is [2, 3, 1], not [2, 3, 2]",
    ],
    [
      "a range that is too narrow",
      changed("conv", { ranges: range(-5n, 9n) }),
      "node 'conv': its range -5..9 does not hold -5..10",
    ],
    [
      "a range that does not fit the type",
      changed("conv", { types: bits(4) }),
      "node 'conv': its range -5..10 does not fit fixed<4,4>",
    ],
    ["an empty range", changed("x", { ranges: range(2n, 1n) }), "node 'x': its range 2..1 is empty"],
    [
      "a binary point that moves by itself",
      changed("relu", { types: bits(5, 4) }),
      "node 'relu': fixed<5,4> counts in units of 1/2, not of 1",
    ],
    [
      "types of the wrong number",
      changed("relu", { types: { per: "channel", items: [] } }),
      "node 'relu': types: should be 1 per channel, found 0",
    ],
    [
      "ranges of the wrong number",
      changed("x", { ranges: { per: "element", items: [] } }),
      "node 'x': ranges: should be 12 per element, found 0",
    ],
    [
      "a kernel without four axes",
      changed("conv", { kernel: { shape: [2, 1], data: [3n, -2n] } }),
      "node 'conv': its kernel does not have four axes",
    ],
    [
      "weights that do not fill the kernel",
      changed("conv", { kernel: { shape: [1, 1, 2, 1], data: [3n] } }),
      "node 'conv': 1 weights for a kernel [1, 1, 2, 1]",
    ],
    [
      "biases of the wrong number",
      changed("conv", { bias: { shape: [2], data: [1n, 1n] } }),
      "node 'conv': 2 biases for 1 output channels",
    ],
    [
      "a kernel for another number of channels",
      changed("conv", { kernel: { shape: [1, 1, 1, 1], data: [3n] } }),
      "node 'conv': the kernel takes 1 channels, its input has 2",
    ],
    [
      "a kernel larger than the image",
      changed("conv", { kernel: { shape: [3, 1, 2, 1], data: [3n, 0n, 0n, 0n, 0n, 0n] } }),
      "node 'conv': a kernel of 3 × 1 does not fit the padded image",
    ],
    ["levels of the wrong number", changed("mask", { levels: [] }), "node 'mask': 0 levels for 1 channels"],
  ])("%s", (_, fixed, message) => {
    expect(mistakeOf(() => verifyFixed(fixed))).toBe(message);
  });

  it("an output that no node gives, and two of one name", () => {
    const fixed = parseFixed(TEXT, "small");
    const outputs = (...values: string[]) => ({
      ...fixed,
      outputs: values.map((value) => ({ name: "o", value })),
    });
    expect(mistakeOf(() => verifyFixed(outputs("logits")))).toBe("output 'o': no node is named 'logits'");
    expect(mistakeOf(() => verifyFixed(outputs("mask", "x")))).toBe("output 'o': two outputs have this name");
  });

  it("nothing when ranges are per tensor and types per channel", () => {
    const types = (n: number) => ({
      per: "channel",
      items: [
        { signed: false, width: n, integer: n },
        { signed: false, width: n + 1, integer: n },
      ],
    });
    const nodes = [
      {
        op: "input",
        name: "x",
        inputs: [],
        shape: [1, 1, 2],
        types: types(3),
        ranges: range(0n, 5n),
        rounding: "RND",
        overflow: "SAT",
      },
      { op: "relu", name: "y", inputs: ["x"], shape: [1, 1, 2], types: types(3), ranges: range(0n, 5n) },
    ] as unknown as FixedNode[];
    expect(() => verifyFixed({ name: "m", nodes, outputs: [] })).not.toThrow();
  });
});
