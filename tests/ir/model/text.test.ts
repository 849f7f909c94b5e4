import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OVERFLOWS, ROUNDINGS } from "../../../src/ir/fixed-point.js";
import type { Granular } from "../../../src/ir/granular.js";
import { granularLength } from "../../../src/ir/granular.js";
import type { Model, ModelNode, Quantizer } from "../../../src/ir/model/model.js";
import { parseModel, printModel } from "../../../src/ir/model/text.js";
import { verifyModel } from "../../../src/ir/model/verify.js";
import { mistakeOf } from "../../support/mistake.js";
import { Random } from "../../support/random.js";
import { type Choices, MODEL_OPS, randomModel } from "../../support/random-model.js";

const TEXT = `l1c model "small"

graph main {
  %x : [2, 3, 2] = input()
  %q : [2, 3, 2] = quantize(%x) {types = channel[fixed<4,2>, ufixed<3,-1>], rounding = RND_CONV, overflow = SAT_SYM}
  %conv : [2, 3, 1] = conv2d(%q) {pads = [0, 0, 0, 0], kernel = tensor<1x1x2x1>[0.5, -1e-7], kernel_quantizer = {types = fixed<6,1>, rounding = RND, overflow = WRAP}, bias = tensor<1>[1.0]}
  %relu : [2, 3, 1] = relu(%conv)
  %p : [2, 3, 1] = function(%relu) {kind = sigmoid}
  %mask : [2, 3, 1] = threshold(%p) {level = 0.25}
  return mask = %mask
}
`;

function randomQuantizer(random: Random, shape: readonly number[]): Quantizer {
  const per = random.pick<Granular<unknown>["per"]>(["tensor", "channel", "element"]);
  const items = random.array(granularLength(per, shape), () => ({
    signed: random.chance(0.5),
    width: random.integer(0, 20),
    integer: random.integer(-9, 20),
  }));
  return { types: { per, items }, rounding: random.pick(ROUNDINGS), overflow: random.pick(OVERFLOWS) };
}

/** A random double: any that 64 random bits give, as long as it is finite. */
function randomReal(random: Random): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, random.bits(64));
  const value = view.getFloat64(0);
  return Number.isFinite(value) ? value : random.pick([0, -0, 1, -1.5]);
}

const RANDOM: Choices = { real: randomReal, quantizer: randomQuantizer };

function changed(name: string, change: Readonly<Record<string, unknown>>): Model {
  const model = parseModel(TEXT, "small");
  return {
    ...model,
    nodes: model.nodes.map((n) => (n.name === name ? { ...n, ...change } : n) as ModelNode),
  };
}

describe("the text of a model", () => {
  it("reads back as it was printed", () => {
    expect(printModel(parseModel(TEXT, "small"))).toBe(TEXT);
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const random = new Random(seed);
        const model = randomModel(
          random,
          random.array(6, () => random.pick(MODEL_OPS)),
          RANDOM,
        );
        verifyModel(model);
        const text = printModel(model);
        expect(parseModel(text, "random")).toEqual(model);
        expect(printModel(parseModel(text, "random"))).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  it.each(MODEL_OPS)("reads back every attribute of %s", (op) => {
    let found = 0;
    for (let seed = 0; seed < 60; seed++) {
      const model = randomModel(new Random(seed), [op, op]);
      verifyModel(model);
      expect(parseModel(printModel(model), `seed ${seed}`)).toEqual(model);
      found += model.nodes.filter((node) => node.op === op).length;
    }
    expect(found).toBeGreaterThan(20);
  });

  it("leaves out what is usual", () => {
    const attributes = printModel(parseModel(TEXT, "small"));
    for (const word of ["strides", "dilations", "groups", "strict", "limits"])
      expect(attributes).not.toContain(word);
  });

  it.each([
    [
      TEXT.replace("relu(%conv)", "gelu(%conv)"),
      "file: node 'relu': 'gelu' is no operator of the Model language",
    ],
    [TEXT.replace("level = 0.25", "level = high"), "file: node 'mask': attribute 'level' should be a number"],
    [
      TEXT.replace("rounding = RND,", "rounding = UP,"),
      `file: node 'conv': kernel_quantizer: attribute 'rounding' should be one of ${ROUNDINGS.join(", ")}`,
    ],
    [TEXT.replace("l1c model", "l1c fixed"), "file: not the text of one model graph"],
    [TEXT.replace("= relu(%conv)", "= relu(%conv"), "file:8: expected ',', found '%p'"],
  ])("with a mistake says where it is (%#)", (text, message) => {
    expect(mistakeOf(() => parseModel(text, "file"))).toBe(message);
  });
});

describe("the verifier refuses", () => {
  const kernel = { shape: [1, 1, 2, 1], data: [0.5, 1] };
  it.each<[string, Model, string]>([
    ["a name given twice", changed("relu", { name: "conv" }), "node 'conv': two nodes have this name"],
    [
      "an unknown input",
      changed("p", { inputs: ["no"] }),
      "node 'p': its input 'no' is not defined before it",
    ],
    ["too many inputs", changed("p", { inputs: ["x", "q"] }), "node 'p': function takes 1 inputs, found 2"],
    ["a wrong shape", changed("p", { shape: [6] }), "node 'p': its shape is [2, 3, 1], not [6]"],
    [
      "types of the wrong number",
      changed("q", { quantizer: { types: { per: "element", items: [] }, rounding: "RND", overflow: "SAT" } }),
      "node 'q': types per element should be 12, found 0",
    ],
    [
      "a kernel without four axes",
      changed("conv", { kernel: { shape: [2], data: [1, 2] } }),
      "node 'conv': its kernel does not have four axes",
    ],
    [
      "weights that do not fill the kernel",
      changed("conv", { kernel: { ...kernel, data: [1] } }),
      "node 'conv': kernel: holds 1 values for shape [1, 1, 2, 1]",
    ],
    [
      "a weight that is no number",
      changed("conv", { kernel: { ...kernel, data: [1, Number.NaN] } }),
      "node 'conv': kernel: element 1 is NaN",
    ],
    [
      "a bias of the wrong shape",
      changed("conv", { bias: { shape: [2], data: [1, 2] } }),
      "node 'conv': bias: should have shape [1], found [2]",
    ],
    [
      "a kernel for another number of channels",
      changed("conv", { kernel: { shape: [1, 1, 1, 1], data: [1] } }),
      "node 'conv': the kernel takes 1 channels, its input has 2",
    ],
    [
      "an operand that nothing gives",
      changed("relu", { op: "concat", axis: 0, inputs: [] }),
      "node 'relu': concat takes at least 1 inputs, found 0",
    ],
  ])("%s", (_, model, message) => {
    expect(mistakeOf(() => verifyModel(model))).toBe(message);
  });
});
