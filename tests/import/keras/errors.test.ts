import { strFromU8, strToU8, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { importModel } from "../../../src/import/index.js";
import type { ModelSource } from "../../../src/import/source.js";
import { UserError } from "../../../src/ir/errors.js";
import { timeOf } from "../../support/fuzz.js";
import {
  editConfig,
  editMembers,
  type LooseConfig,
  layerOf,
  readFixture,
} from "../../support/keras-fixture.js";

const FILE = "model.keras";
const original = readFixture("functional.keras");

/** The whole message of the UserError that importing throws. */
async function refusal(bytes: Uint8Array, file = FILE, weights?: ModelSource["weights"]): Promise<string> {
  const { result: error, ms } = await timeOf(() =>
    importModel({ name: file, bytes, ...(weights && { weights }) }).then(
      () => new Error("the import succeeded"),
      (thrown: unknown) => thrown,
    ),
  );
  expect(error).toBeInstanceOf(UserError);
  expect(ms).toBeLessThan(2000);
  return (error as UserError).format();
}

const edited = (edit: (config: LooseConfig) => void) => refusal(editConfig(original, edit));

/** Sets attributes in the configuration of the layer `second`. */
const withAttributes = (attributes: object) =>
  edited((config) => Object.assign(layerOf(config, "second").config, attributes));

/** Sets attributes of a quantizer of the layer `second`. */
const withQuantizer = (owner: string, attributes: object) =>
  edited((config) => Object.assign(layerOf(config, "second").config[owner].config, attributes));

const withMember = (name: string, content: Uint8Array) =>
  refusal(editMembers(original, (members) => ({ ...members, [name]: content })));

describe("files", () => {
  test("truncated anywhere", async () => {
    for (const part of [0.001, 0.1, 0.5, 0.9, 0.999]) {
      const message = await refusal(original.slice(0, Math.ceil(original.length * part)));
      expect(message).toMatch(/^model\.keras: .*(truncated or damaged|the file is damaged)/);
    }
  });

  test("empty", async () => expect(await refusal(new Uint8Array())).toContain("the file is empty"));

  test.each([
    ["model.h5", "does not begin as an HDF5 file"],
    ["model.keras", "does not begin as a ZIP archive"],
    ["model.txt", "the format of the model is not known"],
  ])("garbage named %s", async (file, message) => {
    const text = await refusal(strToU8("hello, world"), file);
    expect(text).toContain(`${file}: `);
    expect(text).toContain(message);
    expect(text).toContain("Supported: .keras and .h5 files of Keras");
  });

  test("an HDF5 file", async () => {
    const message = await refusal(Uint8Array.of(0x89, 0x48, 0x44, 0x46, 13, 10), "m.keras");
    expect(message).toContain("m.keras: the HDF5 file is truncated or damaged");
  });

  test.each(["metadata.json", "config.json", "model.weights.h5"])("without %s", async (name) => {
    const bytes = editMembers(original, ({ [name]: _, ...rest }) => rest);
    expect(await refusal(bytes)).toContain(`'${name}' is missing in the archive`);
  });

  test("a changed byte in a member", async () => {
    const stored = readFixture("plain.keras");
    stored[Math.floor(stored.length / 2)] ^= 1;
    expect(await refusal(stored)).toContain("model.keras: model.weights.h5: it is damaged");
  });

  test("a member that claims to unpack to 4 GB", async () => {
    const bomb = original.slice();
    const view = new DataView(bomb.buffer);
    for (let i = 0; i + 46 < bomb.length; i++) {
      if (view.getUint32(i, true) === 0x02014b50) view.setUint32(i + 24, 0xf0000000, true);
    }
    expect(await refusal(bomb)).toContain("more than the 134217728 that are allowed");
  });

  test("a member that unpacks to more than it claims", async () => {
    const bytes = zipSync({ "metadata.json": new Uint8Array(10_000_000), "config.json": strToU8("{}") });
    const view = new DataView(bytes.buffer);
    for (let i = 0; i + 46 < bytes.length; i++) {
      if (view.getUint32(i, true) === 0x02014b50) view.setUint32(i + 24, 100, true);
    }
    expect(await refusal(bytes)).toContain("damaged");
  });

  test("a version of Keras to come", async () => {
    const message = await withMember("metadata.json", strToU8('{"keras_version": "4.0.0"}'));
    expect(message).toContain("saved by Keras 4.0.0");
  });

  test("configuration that is no JSON", async () => {
    expect(await withMember("config.json", strToU8('{"a": 1,}'))).toMatch(/config\.json: .* not valid JSON/);
    expect(await withMember("config.json", strToU8("[".repeat(100_000)))).toContain("too deep nesting");
    expect(await withMember("config.json", Uint8Array.of(0x22, 0xff, 0x22))).toContain("UTF-8");
    expect(await withMember("config.json", strToU8("[1]"))).toContain("is not an object");
  });

  test("configuration of absurd length", async () => {
    expect(await withMember("config.json", new Uint8Array(20_000_000).fill(32))).toContain("too long");
  });

  test("weights that are no HDF5", async () => {
    expect(await withMember("model.weights.h5", new Uint8Array(5000))).toContain(
      "model.keras: model.weights.h5: the HDF5 file is truncated or damaged",
    );
  });
});

describe("graphs", () => {
  test("a layer type that is not known", async () => {
    const message = await edited((config) => {
      const layer = layerOf(config, "rectify");
      layer.class_name = "LSTM";
    });
    expect(message).toContain(
      "model.keras: layer 'rectify': the layer type 'LSTM' of 'keras' is not supported: it keeps",
    );
    expect(message).toContain("Supported: InputLayer, Dense,");
  });

  test("a layer of the same name from another package", async () => {
    const message = await edited((config) => {
      const layer = layerOf(config, "second");
      Object.assign(layer, { module: "qkeras.qconvolutional", registered_name: "qkeras>QConv2D" });
    });
    expect(message).toContain("layer 'second': its attribute 'kernel_quantizer' is missing");
  });

  test("a subclassed model", async () => {
    const message = await edited((config) => Object.assign(config, { class_name: "MyModel" }));
    expect(message).toContain("the model's class 'MyModel' is not supported");
  });

  const history = (config: LooseConfig, name: string) =>
    layerOf(config, name).inbound_nodes[0].args[0].config.keras_history;

  test("a circle", async () => {
    const message = await edited((config) => {
      history(config, "first")[0] = "third";
    });
    expect(message).toContain("its input depends on its own output");
  });

  test("an input that does not exist", async () => {
    const message = await edited((config) => {
      history(config, "second")[0] = "nowhere";
    });
    expect(message).toContain("layer 'second': its input 'nowhere' does not exist");
  });

  test("an output that does not exist", async () => {
    const message = await edited((config) => {
      config.config.output_layers[0][0] = "nowhere";
    });
    expect(message).toContain("the model's output 'nowhere' does not exist");
  });

  test("two layers of one name", async () => {
    const message = await edited((config) => {
      layerOf(config, "second").config.name = "first";
    });
    expect(message).toContain("layer 'first': two layers have this name");
  });

  test("an argument such as training=True", async () => {
    const message = await edited((config) => {
      layerOf(config, "drop").inbound_nodes[0].kwargs = { training: true };
    });
    expect(message).toContain("layer 'drop': it is called with the argument 'training'");
  });

  test("an image of open size", async () => {
    const message = await edited((config) => {
      layerOf(config, "voxels").config.batch_shape = [null, null, 9, 3];
    });
    expect(message).toContain("layer 'voxels': its attribute 'batch_shape'");
  });

  test("an image of absurd size", async () => {
    const message = await edited((config) => {
      layerOf(config, "voxels").config.batch_shape = [null, 1e6, 1e6, 3];
    });
    expect(message).toContain("has more than 16777216 elements");
  });
});

describe("attributes", () => {
  test.each([
    ["strides", { strides: [2, 0] }, "'strides' should be 2 positive integers; found [2,0]"],
    ["dilation", { dilation_rate: [9, 9], padding: "valid" }, "does not fit its input of"],
    ["groups", { groups: 3 }, "its 3 groups divide"],
    ["padding", { padding: "causal" }, `'padding' = "causal" is not supported`],
    ["channels in the middle", { data_format: "NHWC" }, `'data_format' = "NHWC" is not supported`],
    ["activation", { activation: "sparsemax" }, "its activation 'sparsemax' is not supported"],
    [
      "own activation",
      { activation: { class_name: "Own", config: {} } },
      `its activation {"class_name":"Own"`,
    ],
    ["dtype", { dtype: "bfloat16" }, `'dtype' = "bfloat16" is not supported`],
    ["no filters", { filters: 0 }, "'filters' should be a positive integer; found 0"],
    ["missing", { kernel_size: undefined }, "'kernel_size' should be 2 positive integers; it is missing"],
    [
      "kernel",
      { kernel_size: [5, 5] },
      "its kernel (layers/q_conv2d_1/vars/0 in model.weights.h5) has shape",
    ],
  ])("%s", async (_, attributes, message) => {
    const text = await withAttributes(attributes);
    expect(text).toContain("model.keras: layer 'second': ");
    expect(text).toContain(message);
  });
});

describe("quantizers", () => {
  test.each([
    ["minifloat", "iq_conf", { q_type: "float" }, `'q_type' = "float" is not supported`],
    ["affine", "iq_conf", { affine: [0.25, 0.5] }, "'affine' = [0.25,0.5] is not supported"],
    ["scaler", "oq_conf", { scaler: 3 }, "'scaler' = 3 is not supported"],
    ["overflow", "iq_conf", { overflow_mode: "WRAP_SM" }, `'overflow_mode' = "WRAP_SM" is not supported`],
    ["rounding", "kq_conf", { round_mode: "UP" }, `'round_mode' = "UP" is not supported`],
  ])("%s", async (_, owner, attributes, message) => {
    const text = await withQuantizer(owner, attributes);
    expect(text).toContain("model.keras: layer 'second': ");
    expect(text).toContain(message);
  });

  test("another configuration class", async () => {
    const message = await edited((config) => {
      layerOf(config, "second").config.iq_conf.class_name = "HardSigmoidConfig";
    });
    expect(message).toContain(`'class_name' = "HardSigmoidConfig" is not supported`);
  });

  test("variables that are missing or of another kind", async () => {
    // KIF has no `b`; its order of variables depends on the overflow mode.
    expect(await withQuantizer("kq_conf", { q_type: "kif", overflow_mode: "WRAP" })).toContain(
      "its quantizer variable k (layers/q_conv2d_1/kq/quantizer/vars/1 in model.weights.h5) is not of type uint8",
    );
    const bytes = editConfig(readFixture("sequential.keras"), (config) => {
      const layer = layerOf(config, "one");
      Object.assign(layer.config, { enable_iq: true, iq_conf: layer.config.kq_conf });
    });
    expect(await refusal(bytes)).toContain(
      "(layers/q_conv2d/iq/quantizer/vars/2 in model.weights.h5) is missing",
    );
  });
});

/** A file of Keras 2 with a text of its HDF5 replaced by one of the same length. */
const withText = (from: string, to: string) => {
  const bytes = readFixture("keras2_nested.h5");
  const text = Buffer.from(bytes).toString("latin1").replaceAll(from, to);
  expect(to.length).toBe(from.length);
  return refusal(new Uint8Array(Buffer.from(text, "latin1")), "m.h5");
};

describe("files of Keras 2", () => {
  const json = readFixture("keras2_sequential.json");
  const weights = { name: "w.h5", bytes: readFixture("keras2_sequential_weights.h5") };
  const refused = (text: string, beside?: ModelSource["weights"]) => refusal(strToU8(text), "m.json", beside);

  test("weights alone", async () => {
    expect(await refusal(weights.bytes, "w.h5")).toContain("w.h5: it has no attribute 'model_config'");
  });

  test("an architecture alone", async () => {
    expect(await refused(strFromU8(json))).toContain("m.json: an architecture without its weights");
  });

  test("JSON that is something else", async () => {
    expect(await refused('{"a": 1}', weights)).toContain("m.json: this JSON file is no model of Keras");
    expect(await refused(`${"[".repeat(3)}`, weights)).toContain("format of the model is not known");
    expect(await refused(`{"a": ${"[".repeat(1e6)}`, weights)).toContain("too deep nesting");
  });

  test("weights of another model", async () => {
    const other = { name: "w.h5", bytes: readFixture("keras2_nested.h5") };
    expect(await refused(strFromU8(json), other)).toMatch(
      /m\.json: layer 'conv': its kernel \(number 0 of the layer in w\.h5\) is missing/,
    );
    const wider = strFromU8(json).replace('"filters": 3', '"filters": 4');
    expect(await refused(wider, weights)).toContain(
      "layer 'conv': its kernel (conv/conv/kernel:0 in w.h5) has shape [3, 3, 2, 3], expected [3, 3, 2, 4]",
    );
  });

  test.each([
    [[1, 20, 3], "its table has an input of 24 bits"],
    [[0, 0, 0], "its table has an input of 0 bits"],
    [[2, 1, 1], "'kif_in' should be three integers"],
    ["kif", "'kif_in' should be three integers"],
    [[1, 2, 3], "its table ('table' of the layer in w.h5) is missing"],
  ])("a table of HGQ for %j", async (kif, message) => {
    const layers = [
      { class_name: "InputLayer", config: { name: "x", batch_input_shape: [null, 4] } },
      { class_name: "HGQ>UnaryLUT", config: { name: "t", kif_in: kif } },
    ];
    const json = { class_name: "Sequential", config: { name: "m", layers } };
    const weights = { name: "w.h5", bytes: readFixture("keras2_sequential_weights.h5") };
    const found = await refusal(strToU8(JSON.stringify(json)), "m.json", weights);
    expect(found).toContain("layer 't'");
    expect(found).toContain(message);
  });

  test("an operation whose inputs differ in their number of axes", async () => {
    const bytes = editConfig(readFixture("layers_operations.keras"), (config) => {
      layerOf(config, "b").config.batch_shape = [null, 4];
    });
    expect(await refusal(bytes)).toContain(
      "layer 'add': its inputs have 2 and 1 axes, which would mix events",
    );
  });

  test("an operation that is not read", async () => {
    const bytes = editConfig(readFixture("layers_operations.keras"), (config) => {
      layerOf(config, "square").class_name = "Cumsum";
    });
    expect(await refusal(bytes)).toContain("the layer type 'Cumsum' of 'keras.ops' is not supported");
  });

  test("a constant in a call", async () => {
    expect(await withText('["chain", 1, 0, {}]', '["_CONSTANT_VALUE"]')).toContain(
      "called with the constant null",
    );
  });

  test("an output that a model inside does not have", async () => {
    expect(await withText('["two", 2, 1, {}]', '["two", 2, 9, {}]')).toContain(
      "it reads output 9 of 'two@1'",
    );
  });
});

describe("graphs inside graphs", () => {
  test("a model that calls models that call models does not grow without bound", async () => {
    const layer = (name: string, inbound: unknown[], config: object, className: string) => ({
      class_name: className,
      name,
      config: { name, ...config },
      inbound_nodes: inbound,
    });
    let inner: object = layer("m0", [], { layers: [] }, "Sequential");
    for (let n = 0; n < 30; n++) {
      const config = {
        layers: [
          layer("x", [], { batch_input_shape: [null, 2] }, "InputLayer"),
          layer("r", [[["x", 0, 0, {}]]], {}, "ReLU"),
          ...(n === 0 ? [] : [{ ...inner, inbound_nodes: [[["r", 0, 0, {}]], [[`m${n}`, 1, 0, {}]]] }]),
        ],
        input_layers: [["x", 0, 0]],
        output_layers: [n === 0 ? ["r", 0, 0] : [`m${n}`, 2, 0]],
      };
      inner = layer(`m${n + 1}`, [], config, "Functional");
    }
    const message = await refusal(strToU8(JSON.stringify(inner)), "m.json", {
      name: "w.h5",
      bytes: readFixture("keras2_sequential_weights.h5"),
    });
    expect(message).toMatch(/more than 50000 nodes|too deep/);
  });

  test.each([
    ["Lambda", "it holds Python code"],
    ["LayerNormalization", "it divides by statistics"],
    ["Bidirectional", "it keeps state from step to step"],
    ["Conv3D", "there are one- and two-dimensional ones"],
    ["Mine", "the layer type 'Mine' of 'keras' is not supported"],
  ])("a %s layer", async (className, reason) => {
    const message = await edited((config) => {
      layerOf(config, "rectify").class_name = className;
    });
    expect(message).toContain(`layer 'rectify': the layer type '${className}'`);
    expect(message).toContain(reason);
  });
});

describe("absurd sizes", () => {
  const shapes = readFixture("layers_shape.keras");
  const norms = readFixture("layers_norm.keras");

  test("of what a layer makes", async () => {
    const bytes = editConfig(shapes, (config) => {
      layerOf(config, "up_sampling1d").config.size = 1e9;
    });
    expect(await refusal(bytes)).toContain("layer 'up_sampling1d': its shape [6000000000, 3] has more than");
  });

  test("of what a weight is spread over", async () => {
    const bytes = editConfig(norms, (config) => {
      layerOf(config, "x").config.batch_shape = [null, 4, 1e6];
    });
    expect(await refusal(bytes)).toMatch(/layer '.*': (it spreads a weight over|its .* has shape)/);
  });
});

describe("weights", () => {
  test("that are not finite", async () => {
    const bytes = editMembers(readFixture("plain.keras"), (members) => {
      const h5 = members["model.weights.h5"];
      const view = new DataView(h5.buffer, h5.byteOffset, h5.byteLength);
      // h5py puts the raw data of small datasets after the header of the file: the first long run of weight-like floats.
      for (let i = 2048; i + 64 < h5.length; i += 4) {
        const run = Array.from({ length: 16 }, (_, n) => Math.abs(view.getFloat32(i + 4 * n, true)));
        if (run.every((x) => x > 1e-4 && x < 4)) {
          view.setFloat32(i, Number.NaN, true);
          return members;
        }
      }
      throw new Error("no weights found");
    });
    expect(await refusal(bytes)).toMatch(/layer '.': its kernel \(.*\) is not finite: element \d+ is NaN/);
  });

  test("filed under another layer's name", async () => {
    const bytes = editMembers(readFixture("plain.keras"), (members) => {
      const text = strFromU8(members["config.json"]).replaceAll('"d"', '"e"');
      return { ...members, "config.json": strToU8(text) };
    });
    expect(await refusal(bytes)).toContain(
      "layer 'e': its weights (layers/conv2d_2 in model.weights.h5) belong to a layer 'd'",
    );
  });
});
