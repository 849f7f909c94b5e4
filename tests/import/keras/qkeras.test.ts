import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { importModel } from "../../../src/import/index.js";
import { readQuantizer } from "../../../src/import/keras/qkeras/read.js";
import type { ModelSource } from "../../../src/import/source.js";
import { UserError } from "../../../src/ir/errors.js";
import type { Model } from "../../../src/ir/model/model.js";
import { parseModel, printModel } from "../../../src/ir/model/text.js";
import { editConfig, type LooseConfig, layerOf, readFixture } from "../../support/keras-fixture.js";
import { compareWithKeras, largestError } from "../../support/keras-golden.js";

const source = (name: string): ModelSource => ({ name, bytes: readFixture(name) });

/** Outputs that QKeras computes no better than float32 does: behind scales and factors that are no powers of two. */
const ROUNDED: Readonly<Record<string, RegExp>> = {
  activations: /^$/,
  bits: /^d(3|5|6|8|11)$/,
  signs: /^d(2|3|5|6)$/,
  conv: /^all$/,
  sequence: /./,
  folded: /^$/,
};

test.each(["activations", "bits", "signs", "conv", "sequence", "folded"])(
  "qkeras_%s: every output is what QKeras computes",
  async (family) => {
    const { model } = await importModel(source(`qkeras_${family}.h5`));
    const wrong: unknown[] = [];
    for (const { index, expected, actual } of compareWithKeras(model, `qkeras_${family}`)) {
      const { name } = model.outputs[index];
      const error = largestError(expected, actual);
      if (error > (ROUNDED[family].test(name) ? 1e-6 : 0)) wrong.push([name, error]);
    }
    expect(wrong).toEqual([]);
    expect(parseModel(printModel(model), family)).toEqual(model);
  },
);

test("qkeras_zipped: the format of Keras 3", async () => {
  const { model } = await importModel(source("qkeras_zipped.keras"));
  const [output] = compareWithKeras(model, "qkeras_zipped");
  expect(largestError(output.expected, output.actual)).toBe(0);
  expect(model.nodes.map(({ name, op }) => `${name}:${op}`)).toEqual([
    "x:input",
    "act:quantize",
    "dense:dense",
    "end:quantize",
  ]);
});

test("qkeras_folded: layers that hold their batch normalization, in the format of Keras 3", async () => {
  const { model } = await importModel(source("qkeras_folded.keras"));
  for (const { expected, actual } of compareWithKeras(model, "qkeras_folded")) {
    expect(largestError(expected, actual)).toBe(0);
  }
});

test("QKeras for Keras 3 registers its classes with the package", async () => {
  const original = readFixture("qkeras_zipped.keras");
  const bytes = editConfig(original, (config) => {
    const dense = layerOf(config, "dense");
    dense.registered_name = "qkeras>QDense";
    const quantizer = dense.config.kernel_quantizer;
    quantizer.registered_name = "qkeras>binary";
    const { config: bias } = dense.config.bias_quantizer;
    bias.post_training_scale = null;
  });
  const { model } = await importModel({ name: "m.keras", bytes });
  expect(model).toEqual((await importModel({ name: "m.keras", bytes: original })).model);
});

const separate = readFixture("qkeras_separate.json");
const weights = source("qkeras_separate_weights.h5");

/** The model of the two files, its configuration changed in place. */
async function load(edit: (config: LooseConfig) => void = () => undefined): Promise<Model> {
  const config = JSON.parse(new TextDecoder().decode(separate));
  edit(config);
  const bytes = new TextEncoder().encode(JSON.stringify(config));
  return (await importModel({ name: "m.json", bytes, weights })).model;
}

test("architecture and weights in two files", async () => {
  const [output] = compareWithKeras(await load(), "qkeras_separate");
  expect(largestError(output.expected, output.actual)).toBeLessThan(1e-6);
});

test.each<[string, string, object]>([
  ["a string", "dense", { kernel_quantizer: "quantized_bits(6, 0, 1, alpha='auto_po2')" }],
  ["no alpha: a kernel has 'auto_po2'", "dense", { kernel_quantizer: "quantized_bits(6,0)" }],
  [
    "the object of Keras 2",
    "dense",
    {
      kernel_quantizer: {
        class_name: "quantized_bits",
        config: { bits: 6, symmetric: true, alpha: "auto_po2", qnoise_factor: 1.0 },
        __passive_serialization__: true,
      },
    },
  ],
  [
    "an activation as an object",
    "act",
    { activation: { class_name: "quantized_bits", config: { bits: 7, integer: 2, keep_negative: 1 } } },
  ],
  ["arguments by name", "act", { activation: "quantized_bits(integer=2,bits=7,alpha=None)" }],
])("%s means the same", async (_, layer, attributes) => {
  const changed = await load((config) => Object.assign(layerOf(config, layer).config, attributes));
  expect(changed).toEqual(await load());
});

test("notes say where QKeras' own result is not certain", async () => {
  const notes = async (quantizer: string) => {
    const config = JSON.parse(new TextDecoder().decode(separate));
    layerOf(config, "dense").config.kernel_quantizer = quantizer;
    const bytes = new TextEncoder().encode(JSON.stringify(config));
    const imported = await importModel({ name: "m.json", bytes, weights });
    return imported.notes.filter(({ where }) => where.includes("dense")).map(({ message }) => message);
  };
  expect((await notes("binary(alpha='auto')")).join()).toContain("where QKeras adds in float32");
  expect((await notes("ternary(alpha='auto')")).join()).toContain("where QKeras adds in float32");
  expect(await notes("quantized_bits(4,0,1,alpha='auto')")).toEqual([]);
  // No random weight is a power of two.
  expect(await notes("quantized_po2(6,quadratic_approximation=True)")).toEqual([]);
  const messages: string[] = [];
  const call = { where: "layer", note: (message: string) => messages.push(message) };
  const read = (text: string) => readQuantizer(text, "kernel_quantizer", call);
  const weight = (data: readonly number[]) => ({ shape: [data.length], data });
  read("quantized_po2(6,quadratic_approximation=True)")?.weight(weight([1, 4, 0.25, 0]), true);
  read("quantized_po2(6,log2_rounding='floor')")?.weight(weight([3, 0.3, 0]), true);
  read("quantized_po2(6)")?.weight(weight([1, 2, 4]), true);
  expect(messages).toEqual([]);
  read("quantized_relu_po2(6,quadratic_approximation=True)")?.weight(weight([1, 2]), true);
  read("quantized_po2(6,log2_rounding='floor')")?.weight(weight([-4]), true);
  expect(messages).toEqual([
    expect.stringContaining("the last bit of a logarithm"),
    expect.stringContaining("the last bit of a logarithm"),
  ]);
});

describe("what is refused", () => {
  const bits = (config: object) => ({ class_name: "quantized_bits", config });

  test.each<[string, object, string]>([
    ["dense", { kernel_quantizer: "bernoulli()" }, "'bernoulli' is not supported: it draws random numbers"],
    ["dense", { kernel_quantizer: "stochastic_ternary" }, "it draws random numbers"],
    ["act", { activation: "stochastic_binary()" }, "Train on with binary."],
    ["act", { activation: "quantized_ulaw(6)" }, "its steps are logarithms"],
    ["act", { activation: "my_bits(6)" }, "its activation 'my_bits' is not supported"],
    ["act", { activation: "my_bits" }, "its activation 'my_bits' is not supported"],
    ["act", { activation: null }, "'activation' should be a quantizer or a function; found null"],
    ["dense", { kernel_quantizer: undefined }, "its attribute 'kernel_quantizer' is missing"],
    ["norm", { gamma_quantizer: undefined }, "its attribute 'gamma_quantizer' is missing"],
    ["act", { activation: 3 }, "its activation 3 is not supported"],
    ["dense", { kernel_quantizer: "my_bits" }, "Supported: quantized_bits, quantized_relu"],
    ["dense", { kernel_quantizer: 3 }, "its kernel_quantizer 3 is not a quantizer"],
    ["dense", { kernel_quantizer: { class_name: "quantized_bits", config: 3 } }, "is not a quantizer"],
    ["dense", { bias_quantizer: "quantized_bits(6,,1)" }, "cannot be read"],
    ["dense", { bias_quantizer: "quantized_bits(bits=6,1)" }, "cannot be read"],
    ["dense", { bias_quantizer: "quantized_bits(6" }, "cannot be read"],
    ["dense", { bias_quantizer: "__import__('os')" }, "'__import__' is not supported"],
    ["dense", { bias_quantizer: "ternary(1.0,0.3,False,5,6)" }, "takes at most 4 arguments"],
    ["dense", { kernel_quantizer: bits({ bits: 0 }) }, "'bits' should be an integer from 1 to 24; found 0"],
    ["dense", { kernel_quantizer: bits({ bits: 2.5 }) }, "'bits' should be an integer"],
    ["dense", { kernel_quantizer: bits({ integer: "many" }) }, "'integer' should be a finite number"],
    ["dense", { kernel_quantizer: bits({ symmetric: 2 }) }, "'symmetric' should be true or false"],
    ["dense", { kernel_quantizer: bits({ alpha: -1 }) }, "'alpha' should be above 0"],
    ["dense", { kernel_quantizer: bits({ alpha: [1, 2] }) }, "'alpha' should be a finite number"],
    ["dense", { kernel_quantizer: bits({ alpha: "mean" }) }, "'alpha' should be a finite number"],
    ["dense", { kernel_quantizer: bits({ qnoise_factor: 0.5 }) }, "mixes quantized and unquantized values"],
    ["dense", { kernel_quantizer: bits({ scale_axis: 0 }) }, "'scale_axis' that is not the last axis"],
    ["dense", { kernel_quantizer: bits({ post_training_scale: 2 }) }, "'post_training_scale' = 2"],
    ["dense", { kernel_quantizer: bits({ bits: 1 }) }, "of 1 bit has no automatic scale"],
    ["dense", { kernel_quantizer: "quantized_relu(4)" }, "'quantized_relu' is not supported for weights"],
    ["dense", { kernel_quantizer: "quantized_tanh(4)" }, "'quantized_tanh' is not supported for weights"],
    ["dense", { kernel_quantizer: "ternary('auto',0.3)" }, "both a threshold and an automatic scale"],
    ["dense", { kernel_quantizer: "quantized_po2(40)" }, "'bits' should be an integer from 2 to 8"],
    ["dense", { kernel_quantizer: "quantized_po2(4,-1)" }, "'max_value' should be above 10^-7"],
    ["act", { activation: "quantized_bits(4,1,alpha='auto')" }, "computes its scale from the values"],
    ["act", { activation: "binary(alpha='auto')" }, "computes its scale from the values"],
    ["act", { activation: "ternary(alpha='auto_po2')" }, "computes its scale from the values"],
    ["act", { activation: "quantized_relu(4,1,0,0.3)" }, "0 or a power of two of at most 1"],
    ["act", { activation: "quantized_relu(4,1,0,0.0625)" }, "is below the smallest step 1/8"],
    ["act", { activation: "quantized_relu(4,1,1,0.5)" }, "'use_sigmoid' together with a 'negative_slope'"],
    ["act", { activation: "quantized_relu(4,1,0,0,0,-1,0)" }, "'relu_upper_bound' should be at least 0"],
    ["act", { activation: "quantized_po2(4,log2_rounding='floor')" }, "even or rounded-down exponents"],
    ["act", { activation: "quantized_po2(4,log2_rounding='up')" }, "'log2_rounding' = \"up\""],
    ["dense", { mask: [1] }, "'mask' = [1] is not supported"],
    ["norm", { inverse_quantizer: "quantized_bits(8)" }, "'inverse_quantizer'"],
    ["norm", { variance_quantizer: "quantized_bits(4,1,1,alpha=1)", epsilon: -2 }, "no square root"],
  ])("%s: %o", async (layer, attributes, message) => {
    const error = await load((config) => Object.assign(layerOf(config, layer).config, attributes)).then(
      () => new Error("the import succeeded"),
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).format()).toContain(`m.json: layer '${layer}'`);
    expect((error as UserError).format()).toContain(message);
  });

  test.each([
    ["QLSTM", "it keeps state"],
    ["QConv2DTranspose", "upsample and convolve instead"],
    ["QAdaptiveActivation", "replace it by a QActivation"],
    ["QUnknown", "is not supported\n"],
  ])("the layer %s", async (className, message) => {
    const error: unknown = await load((config) => {
      const dense = layerOf(config, "dense");
      dense.class_name = className;
      dense.registered_name = className;
    }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).format()).toContain(`the layer type '${className}' of 'qkeras'`);
    expect(`${(error as UserError).format()}\n`).toContain(message);
    expect((error as UserError).format()).toContain("Supported: QDense, QConv1D, QConv2D");
  });
});

/** Every place of a JSON value below `value`, as the path of keys to it. */
function pathsOf(value: LooseConfig, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.keys(value).flatMap((key) => pathsOf(value[key], [...path, key]))];
}

const VALUES = [
  null,
  true,
  -1,
  0,
  1.5,
  7,
  1e300,
  "",
  "x",
  "auto",
  "quantized_bits(",
  "ternary(alpha='auto')",
];

test("any attribute of a layer replaced by any value: a model or a UserError", async () => {
  const config = JSON.parse(new TextDecoder().decode(separate));
  const paths = pathsOf(config).filter((path) => path.includes("config") && path.length > 4);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...paths),
      fc.constantFrom<unknown>(...VALUES, [], [1], {}, { class_name: "ternary" }, { config: "x" }),
      async (path, value) => {
        const result = await load((changed) => {
          const parent = path.slice(0, -1).reduce((inner, key) => inner[key], changed);
          parent[path.at(-1) as string] = value;
        }).catch((error: unknown) => error);
        if (!(result instanceof UserError)) expect(result).toMatchObject({ nodes: expect.any(Array) });
      },
    ),
    { numRuns: 400, seed: 20250712 },
  );
});
