import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UserError } from "../../src/ir/errors.js";
import type { FixedConv2d, FixedThreshold } from "../../src/ir/fixed/fixed.js";
import { type FixedType, fractionBits, typeRange } from "../../src/ir/fixed-point.js";
import { atChannel } from "../../src/ir/granular.js";
import type { Model } from "../../src/ir/model/model.js";
import { parseModel } from "../../src/ir/model/text.js";
import { type ModelToFixedOptions, modelToFixed as quantizeModel } from "../../src/quantize/index.js";
import { referenceSimulator } from "../../src/sim/reference.js";

function model(...lines: readonly string[]): Model {
  return parseModel(
    `l1c model "m"\n\ngraph main {\n${lines.map((line) => `  ${line}\n`).join("")}}\n`,
    "test",
  );
}

function message(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return error.format();
    throw error;
  }
  return "no error";
}

const modelToFixed = (graph: Model, options?: ModelToFixedOptions) => quantizeModel(graph, options).fixed;

const input = (shape = "1, 2, 2") => `%x : [${shape}] = input()`;
const quantize = (name: string, from: string, types: string, shape = "1, 2, 2", mode = "RND") =>
  `%${name} : [${shape}] = quantize(%${from}) {types = ${types}, rounding = ${mode}, overflow = SAT}`;

describe("the levels of a threshold", () => {
  /** The levels of `x ≥ level` for an input of these types, one per channel. */
  function levels(types: string, level: number, channels = 2): readonly bigint[] {
    const shape = `1, 1, ${channels}`;
    const fixed = modelToFixed(model(input(shape), quantize("q", "x", types, shape), "return y = %q"), {
      threshold: { level, name: "mask" },
    });
    return (fixed.nodes.at(-1) as FixedThreshold).levels;
  }

  it.each([
    ["fixed<8,4>", 0.5, [8n, 8n]],
    ["fixed<8,4>", 0.53125, [9n, 9n]],
    ["fixed<8,4>", -0.5, [-8n, -8n]],
    ["fixed<8,4>", -0.53125, [-8n, -8n]],
    ["fixed<8,4>", 0, [0n, 0n]],
    ["fixed<8,4>", 0.1, [2n, 2n]],
    ["fixed<8,4>", -0.1, [-1n, -1n]],
    ["fixed<8,4>", Number.MIN_VALUE, [1n, 1n]],
    ["fixed<8,4>", -Number.MIN_VALUE, [0n, 0n]],
    ["fixed<8,4>", 1e6, [16_000_000n, 16_000_000n]],
    ["channel[fixed<8,4>, fixed<8,2>]", 0.3, [5n, 20n]],
    ["channel[fixed<8,4>, ufixed<4,6>]", 5, [80n, 2n]],
    ["channel[fixed<8,10>, ufixed<4,6>]", -5, [-1n, -1n]],
    // 0.1 stands for the double that it is: 7205759403792794 · 2^−56.
    ["fixed<70,5>", 0.1, [3689348814741910528n, 3689348814741910528n]],
  ])("of %s at %s", (types, level, expected) => {
    expect(levels(types, level)).toEqual(expected);
  });

  it("decide as the comparison of the numbers does, for every integer of small types", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: -4, max: 9 }),
        fc.boolean(),
        fc.oneof(
          fc.double({ min: -20, max: 20, noNaN: true }),
          fc.integer({ min: -64, max: 64 }).map((k) => k / 8),
        ),
        (width, whole, signed, level) => {
          const type: FixedType = { signed, width, integer: whole };
          const [found] = levels(`${signed ? "fixed" : "ufixed"}<${width},${whole}>`, level, 1);
          const { lo, hi } = typeRange(type);
          for (let k = lo; k <= hi; k++)
            expect(k >= (found as bigint), `${k}`).toBe(Number(k) * 2 ** -fractionBits(type) >= level);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("on a sigmoid decide as the sigmoid does, for every integer of small types", () => {
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 9 }),
        fc.integer({ min: -1, max: 5 }),
        fc.oneof(
          fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true }),
          fc.constantFrom(0.5, 0.25, 0.9, 1e-300),
        ),
        (width, whole, level) => {
          const type: FixedType = { signed: true, width, integer: whole };
          const lines = [
            input("1, 1, 1"),
            quantize("q", "x", `fixed<${width},${whole}>`, "1, 1, 1"),
            '%s : [1, 1, 1] = function(%q) {kind = "sigmoid"}',
            "return y = %s",
          ];
          const fixed = modelToFixed(model(...lines), { threshold: { level, name: "mask" } });
          expect(fixed.nodes.map(({ op }) => op)).toEqual(["input", "requantize", "threshold"]);
          const [found] = (fixed.nodes.at(-1) as FixedThreshold).levels;
          const { lo, hi } = typeRange(type);
          for (let k = lo; k <= hi; k++)
            expect(k >= (found as bigint), `${k}`).toBe(
              sigmoid(Number(k) * 2 ** -fractionBits(type)) >= level,
            );
        },
      ),
      { numRuns: 150 },
    );
  });

  it.each([0, 1, -0.5, 7, Number.NaN, Number.POSITIVE_INFINITY])("on a sigmoid refuse %s", (level) => {
    const lines = [
      input(),
      quantize("q", "x", "fixed<4,2>"),
      '%s : [1, 2, 2] = function(%q) {kind = "sigmoid"}',
      "return y = %s",
    ];
    expect(message(() => modelToFixed(model(...lines), { threshold: { level, name: "mask" } }))).toBe(
      `node 'mask': the threshold on a sigmoid lies between 0 and 1, found ${level}\n  Set output.threshold to a probability such as 0.5.`,
    );
  });

  it("of two thresholds cut one sigmoid for both", () => {
    const fixed = modelToFixed(
      model(
        input(),
        quantize("q", "x", "fixed<4,2>"),
        '%s : [1, 2, 2] = function(%q) {kind = "sigmoid"}',
        "%low : [1, 2, 2] = threshold(%s) {level = 0.25}",
        "%high : [1, 2, 2] = threshold(%s) {level = 0.75}",
        "return low = %low",
        "return high = %high",
      ),
    );
    expect(fixed.nodes.map(({ name }) => name)).toEqual(["x", "q", "low", "high"]);
    expect(fixed.nodes.slice(2).map((node) => (node as FixedThreshold).levels)).toEqual([
      [-4n, -4n],
      [5n, 5n],
    ]);
  });

  it("keep a sigmoid whose value is an output as well", () => {
    const kept = model(
      input(),
      quantize("q", "x", "fixed<4,2>"),
      '%s : [1, 2, 2] = function(%q) {kind = "sigmoid"}',
      "%t : [1, 2, 2] = threshold(%s) {level = 0.5}",
      "return t = %t",
      "return s = %s",
    );
    const fixed = modelToFixed(kept);
    expect(fixed.nodes.map(({ op }) => op)).toEqual(["input", "requantize", "table", "threshold"]);
  });

  it("take a name that no node has", () => {
    const named = model(input(), quantize("mask", "x", "fixed<4,2>"), "return y = %mask");
    const fixed = modelToFixed(named, { threshold: { level: 0, name: "mask" } });
    expect(fixed.outputs).toEqual([{ name: "mask", value: "mask_threshold" }]);
  });
});

describe("the integers of a convolution", () => {
  const conv = (attributes: string, shape = "1, 1, 2") => `%c : [${shape}] = conv2d(%q) {${attributes}}`;
  const one = (kernel: string, quantizer: string, bias: string, biasQuantizer: string) =>
    `pads = [0, 0, 0, 0], kernel = ${kernel}, kernel_quantizer = {types = ${quantizer}, rounding = RND, overflow = SAT}, ` +
    `bias = ${bias}, bias_quantizer = {types = ${biasQuantizer}, rounding = RND, overflow = SAT}`;

  function convOf(types: string, attributes: string): FixedConv2d {
    const lines = [input("1, 1, 2"), quantize("q", "x", types, "1, 1, 2"), conv(attributes), "return y = %c"];
    return modelToFixed(model(...lines)).nodes.at(-1) as FixedConv2d;
  }
  const fractions = (node: FixedConv2d) =>
    node.kernel.shape[3] === 2 && [0, 1].map((o) => fractionBits(atChannel(node.types, o)));

  it("align weights of different types and inputs of different binary points, as coarsely as they can", () => {
    // Inputs in halves and quarters; weights per element. Output 0: 0.5·x0 + 3·x1 + 0.25; output 1: −1.5·x0 + 0·x1.
    const node = convOf(
      "channel[fixed<4,3>, fixed<4,2>]",
      one(
        "tensor<1x1x2x2>[0.5, -1.5, 3.0, 0.0]",
        "element[fixed<3,1>, fixed<6,3>, fixed<9,5>, fixed<1,1>]",
        "tensor<2>[0.25, 0.0]",
        "fixed<8,4>",
      ),
    );
    // Products: 0.5 · 1/2 = 1/4, 3 · 1/4 → 2^-2; bias 1/4 → 2^-2. The other: 1.5 = 3 · 2^-1, times 2^-1 → 2^-2.
    expect(fractions(node)).toEqual([2, 2]);
    expect(node.kernel.data).toEqual([1n, -3n, 3n, 0n]);
    expect(node.bias.data).toEqual([1n, 0n]);
  });

  it("take weights as their quantizer does: rounded, saturated, before they are used", () => {
    const node = convOf(
      "fixed<4,4>",
      one("tensor<1x1x2x2>[0.3, 9.0, -0.26, -9.0]", "fixed<4,2>", "tensor<2>[0.1, 100.0]", "fixed<4,3>"),
    );
    // fixed<4,2>: quarters from −2 to 1.75: 0.25, 1.75, −0.25, −2. fixed<4,3>: halves from −4 to 3.5: 0, 3.5.
    expect(fractions(node)).toEqual([2, 2]);
    expect(node.kernel.data).toEqual([1n, 7n, -1n, -8n]);
    expect(node.bias.data).toEqual([0n, 14n]);
  });

  it("let a bias be finer than all products, and all be zero", () => {
    const node = convOf(
      "fixed<4,4>",
      one("tensor<1x1x2x2>[4.0, 0.0, 8.0, 0.0]", "fixed<8,6>", "tensor<2>[0.125, 0.0]", "fixed<8,2>"),
    );
    expect(fractions(node)).toEqual([3, 0]);
    expect(node.kernel.data).toEqual([32n, 0n, 64n, 0n]);
    expect(node.bias.data).toEqual([1n, 0n]);
    expect(node.ranges.items[1]).toEqual({ lo: 0n, hi: 0n });
  });

  it("put common powers of two of all products into the binary point", () => {
    const node = convOf(
      "fixed<4,4>",
      one("tensor<1x1x2x2>[4.0, 1.0, 12.0, 1.0]", "fixed<8,6>", "tensor<2>[8.0, 1.0]", "fixed<8,6>"),
    );
    expect(fractions(node)).toEqual([-2, 0]);
    expect(node.kernel.data).toEqual([1n, 1n, 3n, 1n]);
    expect(node.bias.data).toEqual([2n, 1n]);
  });

  it("stand for the numbers that the float convolution of quantized numbers gives", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 4, maxLength: 4 }),
        fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 2, maxLength: 2 }),
        fc.array(
          fc.record({ width: fc.integer({ min: 1, max: 8 }), integer: fc.integer({ min: -1, max: 3 }) }),
          {
            minLength: 4,
            maxLength: 4,
          },
        ),
        fc.tuple(fc.integer({ min: -4, max: 3 }), fc.integer({ min: -8, max: 7 })),
        (kernel, bias, types, ks) => {
          const real = (x: number) => (Number.isInteger(x) ? `${x}.0` : String(x).replace("e+", "e"));
          const node = convOf(
            "channel[fixed<3,2>, fixed<4,1>]",
            one(
              `tensor<1x1x2x2>[${kernel.map(real).join(", ")}]`,
              `element[${types.map((t) => `fixed<${t.width},${t.integer}>`).join(", ")}]`,
              `tensor<2>[${bias.map(real).join(", ")}]`,
              "fixed<9,4>",
            ),
          );
          const saturate = (x: number, { width, integer }: { width: number; integer: number }) => {
            const step = 2 ** (integer - width);
            const k = Math.floor(x / step + 0.5);
            return Math.min(Math.max(k, -(2 ** (width - 1))), 2 ** (width - 1) - 1) * step;
          };
          const x = [ks[0] / 2, ks[1] / 8];
          for (const o of [0, 1]) {
            const w = [0, 1].map((i) => saturate(kernel[2 * i + o] as number, types[2 * i + o] as FixedType));
            const expected =
              (x[0] as number) * (w[0] as number) +
              (x[1] as number) * (w[1] as number) +
              saturate(bias[o] as number, { width: 9, integer: 4 });
            const k = [0, 1].reduce(
              (sum, i) => sum + (node.kernel.data[2 * i + o] as bigint) * BigInt(ks[i] as number),
              node.bias.data[o] as bigint,
            );
            expect(Number(k) * 2 ** -fractionBits(atChannel(node.types, o))).toBe(expected);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it("refuses weights without a quantizer; a bias without one stands for the doubles that it holds", () => {
    const attributes = one(
      "tensor<1x1x2x2>[1.0, 1.0, 1.0, 1.0]",
      "fixed<4,2>",
      "tensor<2>[0.3, 0.0]",
      "fixed<4,2>",
    );
    const bare = attributes.replace(/, kernel_quantizer = {[^}]*}/, "");
    expect(message(() => convOf("fixed<4,2>", bare))).toBe(
      "node 'c': its weights have no quantizer: the model was not trained with quantization\n" +
        "  Quantize it from events: l1c compile --calibrate FILE.",
    );
    const node = convOf("fixed<4,2>", attributes.replace(/, bias_quantizer = {[^}]*}/, ""));
    expect(fractions(node)).toEqual([54, 2]);
    expect(node.bias.data).toEqual([5404319552844595n, 0n]);
  });

  it("aligns an input whose types differ between positions first, as thresholds do", () => {
    const attributes = one(
      "tensor<1x1x2x2>[1.0, 1.0, 1.0, 1.0]",
      "fixed<4,2>",
      "tensor<2>[0.0, 0.0]",
      "fixed<4,2>",
    );
    const types = "element[fixed<4,2>, fixed<4,2>, fixed<4,3>, fixed<4,2>]";
    const lines = [input("1, 2, 2"), quantize("q", "x", types)];
    const conv2d = modelToFixed(model(...lines, conv(attributes, "1, 2, 2"), "return y = %c"));
    expect(conv2d.nodes.map(({ name }) => name)).toEqual(["x", "q", "c.align", "c"]);
    expect(conv2d.nodes[2]).toMatchObject({ op: "affine", multiplier: { items: [1n, 1n, 2n, 1n] } });
    const decided = modelToFixed(model(...lines, "return y = %q"), { threshold: { level: 1, name: "mask" } });
    expect(decided.nodes.map(({ name }) => name)).toEqual(["x", "q", "mask.align", "mask"]);
    expect((decided.nodes.at(-1) as FixedThreshold).levels).toEqual([4n, 4n]);
  });
});

describe("the types of inputs", () => {
  it("come from the quantizer that reads them, whole range", () => {
    const fixed = modelToFixed(
      model(input(), quantize("q", "x", "channel[fixed<4,2>, ufixed<3,1>]"), "return y = %q"),
    );
    expect(fixed.nodes[0]).toMatchObject({
      types: { per: "channel" },
      ranges: {
        items: [
          { lo: -8n, hi: 7n },
          { lo: 0n, hi: 7n },
        ],
      },
    });
    const values = referenceSimulator(fixed).run({ x: [-8n, 7n, 3n, 0n] });
    expect([...(values.y as Int32Array)].map(Number)).toEqual([-8, 7, 3, 0]);
  });

  it("come from the configuration where it gives them", () => {
    const bare = model(input(), "%r : [1, 2, 2] = relu(%x)", "return y = %r");
    const type: FixedType = { signed: true, width: 5, integer: 2 };
    expect(modelToFixed(bare, { types: { x: type } }).nodes[0]?.types).toEqual({
      per: "tensor",
      items: [type],
    });
    const read = model(input(), quantize("q", "x", "fixed<4,2>"), "return y = %q");
    expect(modelToFixed(read, { types: { x: type } }).nodes[0]?.types.items).toEqual([type]);
  });

  it.each([
    [
      "a reader without a quantizer",
      model(input(), "%r : [1, 2, 2] = relu(%x)", "return y = %r"),
      "input 'x': 'r' reads it without a quantizer, so the model does not fix its type",
    ],
    [
      "no reader",
      model(input(), "%z : [1, 2, 2] = input()", quantize("q", "x", "fixed<4,2>"), "return y = %q"),
      "input 'z': nothing reads it, so the model does not fix its type",
    ],
    [
      "readers that differ",
      model(
        input(),
        quantize("a", "x", "fixed<4,2>"),
        quantize("b", "x", "fixed<5,2>"),
        "return y = %a",
        "return z = %b",
      ),
      "input 'x': its readers quantize it in different ways",
    ],
    [
      "readers of which only one is a quantizer",
      model(
        input(),
        quantize("a", "x", "fixed<4,2>"),
        "%r : [1, 2, 2] = relu(%x)",
        "return y = %a",
        "return z = %r",
      ),
      "input 'x': 'r' reads it without a quantizer",
    ],
  ])("are missing with %s", (_, bad, expected) => {
    expect(message(() => modelToFixed(bad))).toContain(expected);
    expect(message(() => modelToFixed(bad))).toContain("l1c.yaml");
  });

  it("cannot come from readers that differ in rounding: the integers would be wrong for one of them", () => {
    const both = model(
      input(),
      quantize("a", "x", "fixed<4,2>"),
      quantize("b", "x", "fixed<4,2>", "1, 2, 2", "TRN"),
      "return y = %a",
      "return z = %b",
    );
    expect(message(() => modelToFixed(both))).toMatch(
      /^input 'x': its readers quantize it in different ways/,
    );
  });

  it("keeps how its reader rounds and overflows", () => {
    const one = model(input(), quantize("a", "x", "fixed<4,2>", "1, 2, 2", "TRN"), "return y = %a");
    expect(modelToFixed(one).nodes[0]).toMatchObject({ op: "input", rounding: "TRN" });
  });
});

describe("what is refused", () => {
  it("is a threshold on several outputs", () => {
    const lines = [input(), quantize("q", "x", "fixed<4,2>"), "return y = %q", "return z = %q"];
    expect(message(() => modelToFixed(model(...lines), { threshold: { level: 0, name: "mask" } }))).toBe(
      "output.threshold: the model has 2 outputs; a threshold needs exactly one",
    );
  });
});
