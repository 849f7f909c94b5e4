import { describe, expect, it } from "vitest";
import { importModel } from "../../../src/import/index.js";
import { printType } from "../../../src/ir/fixed-point.js";
import type { ModelNodeOf } from "../../../src/ir/model/model.js";
import { floats, int64s, onnxBytes, small, type TestModel } from "../../support/onnx.js";

const load = (model: TestModel) => importModel({ name: "m.onnx", bytes: onnxBytes(model) });
const ops = async (model: TestModel) => (await load(model)).model.nodes.map(({ op }) => op).join(" ");
const filled = (dims: readonly number[]) =>
  floats(
    dims,
    Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, n) => n / 8 - 1),
  );

const network: TestModel = {
  inputs: { x: [1, 1, 8, 8] },
  initializers: {
    w: filled([3, 1, 3, 3]),
    g: floats([3], [1, 2, 4]),
    v: filled([2, 3, 2, 2]),
    d: filled([18, 4]),
    e: floats([4], [1, 2, 3, 4]),
  },
  nodes: [
    { type: "Conv", inputs: ["x", "w"], outputs: ["a"], attributes: { pads: [1, 1, 1, 1] } },
    { type: "BatchNormalization", inputs: ["a", "g", "g", "g", "g"], outputs: ["n"] },
    { type: "Relu", inputs: ["n"], outputs: ["b"] },
    { type: "MaxPool", inputs: ["b"], outputs: ["c"], attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
    { type: "Conv", inputs: ["c", "v"], outputs: ["f"] },
    { type: "Flatten", inputs: ["f"], outputs: ["g2"] },
    { type: "MatMul", inputs: ["g2", "d"], outputs: ["h"] },
    { type: "Add", inputs: ["h", "e"], outputs: ["i"], name: "add" },
    { type: "Sigmoid", inputs: ["i"], outputs: ["y"] },
  ],
};

describe("layouts", () => {
  it("leave no transpose in a network of convolutions", async () => {
    expect(await ops(network)).toBe("input reshape conv2d affine relu pool2d conv2d reshape dense function");
  });

  it("turn an image with channels first once", async () => {
    const model: TestModel = {
      inputs: { x: ["N", 2, 4, 4] },
      initializers: { w: filled([2, 2, 3, 3]) },
      nodes: [
        { type: "Conv", inputs: ["x", "w"], outputs: ["a"] },
        { type: "Relu", inputs: ["a"], outputs: ["b"] },
        { type: "Transpose", inputs: ["b"], attributes: { perm: [0, 2, 3, 1] } },
      ],
    };
    expect(await ops(model)).toBe("input transpose conv2d relu");
  });

  it("cancel transposes that the exporter of Keras puts around convolutions", async () => {
    const model: TestModel = {
      inputs: { x: ["N", 9, 2] },
      initializers: { w: filled([2, 2, 3]) },
      nodes: [
        { type: "Transpose", inputs: ["x"], outputs: ["a"], attributes: { perm: [0, 2, 1] } },
        { type: "Conv", inputs: ["a", "w"], outputs: ["b"] },
        { type: "Relu", inputs: ["b"], outputs: ["c"] },
        { type: "Conv", inputs: ["c", "w"], outputs: ["d"] },
        { type: "Transpose", inputs: ["d"], attributes: { perm: [0, 2, 1] } },
      ],
    };
    expect(await ops(model)).toBe("input reshape conv2d relu conv2d reshape");
  });
});

describe("names", () => {
  it("are those of the file's nodes, or of their results", async () => {
    const { model } = await load(network);
    expect(model.nodes.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["x", "a", "n", "b", "c", "f", "h", "y"]),
    );
    expect(model.outputs).toEqual([{ name: "y", value: "y" }]);
  });

  it("stay unique where the file's are not", async () => {
    const model: TestModel = {
      inputs: { x: ["N", 4] },
      nodes: [
        { type: "Relu", inputs: ["x"], outputs: ["a"], name: "same" },
        { type: "Tanh", inputs: ["a"], outputs: ["y"], name: "same" },
      ],
    };
    expect((await load(model)).model.nodes.map(({ name }) => name)).toEqual(["x", "same", "same.2"]);
  });
});

describe("batches", () => {
  const relu = (shape: readonly (number | string)[]): TestModel => ({
    inputs: { x: shape },
    nodes: [{ type: "Relu", inputs: ["x"] }],
  });
  it.each([[["N", 4]], [[1, 4]], [[1000, 4]]])("of %j are left out", async (shape) => {
    const { model, notes } = await load(relu(shape));
    expect(model.nodes.map((node) => node.shape)).toEqual([[4], [4]]);
    expect(notes.map(({ message }) => message)).toEqual(
      shape[0] === 1000 ? ["the leading axis of length 1000 is taken as the batch"] : [],
    );
  });

  it("are none where the model works across the leading axis", async () => {
    const model: TestModel = {
      inputs: { x: [16, 4] },
      opset: 12,
      nodes: [{ type: "ReduceSum", inputs: ["x"], attributes: { axes: [0], keepdims: 0 } }],
    };
    const { model: imported, notes } = await load(model);
    expect(imported.nodes.map((node) => node.shape)).toEqual([[16, 4], [4]]);
    expect(notes).toEqual([]);
  });

  it("of fixed length may stand in the target of a reshape", async () => {
    const model: TestModel = {
      inputs: { x: [64, 2, 3] },
      initializers: { s: int64s([2], [64, 6]) },
      nodes: [{ type: "Reshape", inputs: ["x", "s"] }],
    };
    expect((await load(model)).model.nodes.at(-1)?.shape).toEqual([6]);
  });
});

describe("quantizers of weights", () => {
  it("go along through transposes and belong to the layer's output channels", async () => {
    const { model } = await load({
      inputs: { x: ["N", 3] },
      initializers: {
        w: filled([2, 3]),
        s: floats([2, 1], [0.5, 0.25]),
        z: floats([], [0]),
        b: small(6, [], [4]),
      },
      nodes: [
        { type: "Quant", inputs: ["w", "s", "z", "b"], outputs: ["q"], domain: "onnx.brevitas" },
        { type: "Transpose", inputs: ["q"], outputs: ["t"] },
        { type: "MatMul", inputs: ["x", "t"] },
      ],
    });
    const dense = model.nodes[1] as ModelNodeOf<"dense">;
    expect(dense.kernelQuantizer?.types.per).toBe("channel");
    expect(dense.kernelQuantizer?.types.items.map(printType)).toEqual(["fixed<4,3>", "fixed<4,2>"]);
    // Narrow is the default.
    expect(dense.kernelQuantizer?.limits).toEqual({ per: "tensor", items: [{ lo: -7n, hi: 7n }] });
  });

  it("have the exact scale of float32, with a note", async () => {
    const { model, notes } = await load({
      inputs: { x: ["N", 3] },
      initializers: { s: floats([], [0.3]), z: floats([], [0]), b: int64s([], [8]) },
      nodes: [
        {
          type: "Quant",
          inputs: ["x", "s", "z", "b"],
          domain: "finn.custom_op.general",
          attributes: { narrow: 0 },
        },
      ],
    });
    const quantize = model.nodes[1] as ModelNodeOf<"quantize">;
    // 0.3 in float32 is 10066330 / 2^25.
    expect(quantize.quantizer.types.items.map(printType)).toEqual(["fixed<8,-16>*5033165/1"]);
    expect(notes.map(({ message }) => message)).toEqual([expect.stringContaining("no powers of two")]);
  });

  it("of biases count in the unit of the products", async () => {
    const [input, weight] = [0.1, 0.3].map(Math.fround) as [number, number];
    const { model } = await load({
      inputs: { x: ["N", 2] },
      initializers: {
        s: floats([], [input]),
        z: small(3, [], [0]),
        w: small(3, [2, 2], [1, 2, 3, 4]),
        ws: floats([], [weight]),
        c: small(6, [2], [100, -7]),
        cs: floats([], [Math.fround(input * weight)]),
      },
      nodes: [
        { type: "QuantizeLinear", inputs: ["x", "s", "z"], outputs: ["q"] },
        { type: "DequantizeLinear", inputs: ["q", "s", "z"], outputs: ["d"] },
        { type: "DequantizeLinear", inputs: ["w", "ws"], outputs: ["v"] },
        { type: "DequantizeLinear", inputs: ["c", "cs"], outputs: ["b"] },
        { type: "Gemm", inputs: ["d", "v", "b"] },
      ],
    });
    const dense = model.nodes.find(({ op }) => op === "dense") as ModelNodeOf<"dense">;
    const scale = (x: number) => BigInt(x * 2 ** 40);
    const product = scale(input) * scale(weight);
    const type = dense.biasQuantizer?.types.items[0];
    expect(type?.scale?.d).toBe(1n);
    expect(product % (type?.scale?.n ?? 0n)).toBe(0n);
  });
});
