import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { importModel } from "../../../src/import/index.js";
import { TensorProto_DataLocation, TensorProtoSchema } from "../../../src/import/onnx/proto/onnx_pb.js";
import type { ModelSource } from "../../../src/import/source.js";
import { UserError } from "../../../src/ir/errors.js";
import { timeOf } from "../../support/fuzz.js";
import { floats, int64s, onnxBytes, small, type TestModel } from "../../support/onnx.js";

/** The message of the UserError that importing ends with. */
async function mistake(source: Omit<ModelSource, "name">): Promise<string> {
  try {
    await importModel({ name: "m.onnx", ...source });
  } catch (error) {
    if (error instanceof UserError) return error.format();
    throw error;
  }
  throw new Error("nothing was thrown");
}

const refused = (cases: readonly (readonly [what: string, model: TestModel, message: RegExp])[]) =>
  test.each(cases.map(([what, model, message]) => ({ what, model, message })))(
    "refuses $what",
    async ({ model, message }) => {
      const { result, ms } = await timeOf(() => mistake({ bytes: onnxBytes(model) }));
      expect(result).toMatch(message);
      expect(ms).toBeLessThan(2000);
    },
  );

const inputs = { x: ["N", 4] } as const;
const conv = (dims: readonly number[], bias?: readonly number[]): TestModel => ({
  inputs: { x: [1, 4, 5, 5] },
  nodes: [{ type: "Conv", inputs: ["x", "w", ...(bias ? ["b"] : [])], name: "c1" }],
  initializers: {
    w: floats(dims, new Array(dims.reduce((a, b) => a * b, 1)).fill(1)),
    ...(bias && { b: floats(bias, new Array(bias[0]).fill(1)) }),
  },
});
const quant = (scale: readonly number[], bits: number, attributes = {}): TestModel => ({
  inputs,
  nodes: [
    { type: "Quant", inputs: ["x", "s", "z", "b"], attributes, domain: "qonnx.custom_op.general", name: "q" },
  ],
  initializers: { s: floats([scale.length], scale), z: floats([], [0]), b: floats([], [bits]) },
});

refused([
  [
    "an unknown operator",
    { inputs, nodes: [{ type: "LSTM", inputs: ["x"], name: "rnn" }] },
    /m\.onnx: node 'rnn' \(LSTM\): the operator 'LSTM' of ONNX is not supported: it keeps state .*\n {2}Supported: /,
  ],
  [
    "a custom domain",
    { inputs, nodes: [{ type: "Magic", inputs: ["x"], domain: "my.ops" }] },
    /'y' \(Magic\): the operator 'Magic' of domain 'my\.ops' is not supported/,
  ],
  [
    "the format of integer operators, with what to do",
    { inputs, nodes: [{ type: "QLinearConv", inputs: ["x"] }] },
    /'QLinearConv' of ONNX is not supported: quantize the model in the QDQ format/,
  ],
  [
    "the indices of a MaxPool as an output",
    {
      inputs: { x: [1, 1, 4, 4] },
      nodes: [{ type: "MaxPool", inputs: ["x"], outputs: ["y", "i"], attributes: { kernel_shape: [2, 2] } }],
      outputs: ["y", "i"],
    },
    /output 'i': it is a further result of an operator of which only the first is supported/,
  ],
  [
    "the indices of a MaxPool as an input",
    {
      inputs: { x: [1, 1, 4, 4] },
      nodes: [
        { type: "MaxPool", inputs: ["x"], outputs: ["y", "i"], attributes: { kernel_shape: [2, 2] } },
        { type: "Cast", inputs: ["i"], outputs: ["z"], attributes: { to: 1 }, name: "c" },
      ],
    },
    /node 'c' \(Cast\): its input 'i' is a further result/,
  ],
  [
    "an output_dtype that is not that of the zero point",
    {
      inputs,
      nodes: [
        { type: "QuantizeLinear", inputs: ["x", "s", "z"], attributes: { output_dtype: 3 }, name: "q" },
        { type: "DequantizeLinear", inputs: ["y", "s", "z"], outputs: ["d"] },
      ],
      initializers: { s: floats([], [0.5]), z: small(2, [], [0]) },
    },
    /node 'q' \(QuantizeLinear\): its output_dtype int8 is not the type of its zero point, uint8/,
  ],
  [
    "a subgraph",
    { inputs, nodes: [{ type: "If", inputs: ["x"] }] },
    /the operator 'If' of ONNX is not supported/,
  ],
  [
    "a circle",
    {
      inputs,
      nodes: [
        { type: "Add", inputs: ["x", "b"], outputs: ["a"] },
        { type: "Relu", inputs: ["a"], outputs: ["b"] },
      ],
    },
    /its input depends on its own output/,
  ],
  ["a missing input", { inputs, nodes: [{ type: "Relu", inputs: ["q"] }] }, /its input 'q' does not exist/],
  [
    "a value defined twice",
    {
      inputs,
      nodes: [
        { type: "Relu", inputs: ["x"] },
        { type: "Tanh", inputs: ["x"] },
      ],
    },
    /the value 'y' is defined twice/,
  ],
  [
    "a missing output",
    { inputs, nodes: [{ type: "Relu", inputs: ["x"] }], outputs: ["z"] },
    /the output 'z' is computed by no node/,
  ],
  [
    "a model without inputs",
    { inputs: {}, nodes: [{ type: "Relu", inputs: ["w"] }], initializers: { w: floats([1], [1]) } },
    /the model has no inputs/,
  ],
  [
    "an open length",
    { inputs: { x: ["N", "width"] }, nodes: [{ type: "Relu", inputs: ["x"] }] },
    /input 'x': the length of its axis 1 is not fixed/,
  ],
  [
    "a huge input",
    { inputs: { x: ["N", 2 ** 40] }, nodes: [{ type: "Relu", inputs: ["x"] }] },
    /more than 16777216 elements/,
  ],
  [
    "a huge constant",
    {
      inputs,
      nodes: [
        { type: "ConstantOfShape", inputs: ["s"], outputs: ["c"] },
        { type: "Add", inputs: ["x", "c"] },
      ],
      initializers: { s: int64s([2], [2 ** 30, 2 ** 30]) },
    },
    /more than 16777216 elements/,
  ],
  [
    "a huge initializer",
    {
      inputs,
      nodes: [{ type: "Add", inputs: ["x", "w"] }],
      initializers: {
        w: create(TensorProtoSchema, { dims: [2n ** 40n], dataType: 1, rawData: new Uint8Array(4) }),
      },
    },
    /more than 16777216/,
  ],
  [
    "data of the wrong size",
    {
      inputs,
      nodes: [{ type: "Add", inputs: ["x", "w"] }],
      initializers: {
        w: create(TensorProtoSchema, { dims: [4n], dataType: 1, rawData: new Uint8Array(12) }),
      },
    },
    /its data have 12 bytes, 4 elements of float take 16/,
  ],
  [
    "a type that is not supported",
    {
      inputs,
      nodes: [{ type: "Add", inputs: ["x", "w"] }],
      initializers: { w: small(17, [4], [1, 2, 3, 4]) },
    },
    /the element type float8e4m3fn is not supported/,
  ],
  [
    "infinite weights",
    {
      inputs,
      nodes: [{ type: "MatMul", inputs: ["x", "w"] }],
      initializers: { w: floats([4, 1], [1, 2, Number.POSITIVE_INFINITY, 4]) },
    },
    /element 2 of a constant is Infinity/,
  ],
  [
    "weights that are not numbers",
    {
      inputs,
      nodes: [{ type: "Mul", inputs: ["x", "w"] }],
      initializers: { w: floats([4], [1, 2, Number.NaN, 4]) },
    },
    /element 2 of a constant is NaN/,
  ],
  [
    "shapes that do not broadcast",
    { inputs, nodes: [{ type: "Add", inputs: ["x", "w"] }], initializers: { w: floats([3], [1, 2, 3]) } },
    /shapes \[1, 4\] and \[3\] do not broadcast/,
  ],
  [
    "weights for other channels",
    conv([2, 3, 3, 3]),
    /weights for 3 channels in 1 groups with 2 outputs do not fit 4 channels/,
  ],
  ["a bias of another length", conv([2, 4, 3, 3], [3]), /its bias has shape \[3\], expected \[2\]/],
  ["a window beyond the image", conv([2, 4, 7, 7]), /a window of 7 does not fit an axis of 5/],
  [
    "a reduction over events",
    { inputs, opset: 12, nodes: [{ type: "ReduceMean", inputs: ["x"], attributes: { axes: [0] } }] },
    /ReduceMean would mix events: axis 0 is the batch/,
  ],
  [
    "a reshape over events",
    { inputs, nodes: [{ type: "Reshape", inputs: ["x", "s"] }], initializers: { s: int64s([1], [-1]) } },
    /its new shape would mix events/,
  ],
  [
    "weights of the event",
    { inputs: { x: [1, 4, 5, 5], w: [2, 4, 3, 3] }, nodes: [{ type: "Conv", inputs: ["x", "w"] }] },
    /its weights is computed from the event/,
  ],
  [
    "a future operator set",
    { inputs, opset: 99, nodes: [{ type: "Relu", inputs: ["x"] }] },
    /the operator set 99 of ONNX is not known/,
  ],
  ["a scale of 0", quant([0], 4), /its scale 0 is not a positive number/],
  ["half a bit", quant([1], 3.5), /a bit width of 3\.5 is not supported/],
  [
    "an unknown rounding",
    quant([1], 4, { rounding_mode: "STOCHASTIC" }),
    /node 'q' \(Quant\): its rounding_mode 'STOCHASTIC' is not known/,
  ],
  [
    "a scale that does not broadcast",
    quant([1, 2, 3], 4),
    /its scale of shape \[3\] does not broadcast to values of shape \[1, 4\]/,
  ],
  [
    "arithmetic with quantized integers",
    {
      inputs,
      nodes: [
        { type: "QuantizeLinear", inputs: ["x", "s", "z"], outputs: ["q"] },
        { type: "Sigmoid", inputs: ["q"] },
      ],
      initializers: { s: floats([], [1]), z: small(3, [], [0]) },
    },
    /it computes with the integers of a QuantizeLinear/,
  ],
  [
    "another scale behind",
    {
      inputs,
      nodes: [
        { type: "QuantizeLinear", inputs: ["x", "s", "z"], outputs: ["q"] },
        { type: "DequantizeLinear", inputs: ["q", "t", "z"] },
      ],
      initializers: { s: floats([], [1]), t: floats([], [2]), z: small(3, [], [0]) },
    },
    /its scale or zero point is not that of the QuantizeLinear before it/,
  ],
  [
    "a linear resize",
    {
      inputs: { x: [1, 1, 2, 2] },
      nodes: [{ type: "Resize", inputs: ["x", "", "s"], attributes: { mode: "linear" } }],
      initializers: { s: floats([4], [1, 1, 2, 2]) },
    },
    /the mode 'linear' is not supported/,
  ],
  [
    "an attribute of another type",
    { inputs, nodes: [{ type: "Softmax", inputs: ["x"], attributes: { axis: "last" } }] },
    /its attribute 'axis' should be int, found string/,
  ],
  [
    "sparse weights",
    {
      inputs,
      nodes: [{ type: "Relu", inputs: ["x"] }],
      edit: (model) =>
        model.graph?.sparseInitializer.push({ $typeName: "onnx.SparseTensorProto", dims: [4n] }),
    },
    /is sparse, which is not supported/,
  ],
]);

const external = (location: string, more: readonly (readonly [string, string])[] = []): TestModel => ({
  inputs,
  nodes: [{ type: "Add", inputs: ["x", "w"] }],
  initializers: {
    w: create(TensorProtoSchema, {
      dims: [4n],
      dataType: 1,
      dataLocation: TensorProto_DataLocation.EXTERNAL,
      externalData: [["location", location], ...more].map(([key, value]) => ({ key, value })),
    }),
  },
});
const data = new Uint8Array(Float32Array.from([0, 1, 2, 3, 4]).buffer);
const read = (path: string) => (path === "w.bin" ? data : undefined);

test("reads external data", async () => {
  const bytes = onnxBytes(
    external("w.bin", [
      ["offset", "4"],
      ["length", "16"],
    ]),
  );
  const { model } = await importModel({ name: "m.onnx", bytes, external: read });
  expect(model.nodes.at(-1)).toMatchObject({ op: "affine", offset: { data: [1, 2, 3, 4] } });
});

test.each([
  ["../w.bin", [], /its data file '\.\.\/w\.bin' is outside the model's folder/],
  ["a/../../w.bin", [], /is outside the model's folder/],
  ["/etc/passwd", [], /is outside the model's folder/],
  ["C:\\w.bin", [], /is outside the model's folder/],
  ["v.bin", [], /should be in the file 'v\.bin', which is not there/],
  [
    "w.bin",
    [
      ["offset", "8"],
      ["length", "16"],
    ],
    /are beyond the end of 'w\.bin' \(20 bytes\)/,
  ],
  ["w.bin", [["length", "-1"]], /the length of its external data is '-1'/],
  ["w.bin", [], /its data have 20 bytes, 4 elements of float take 16/],
] as const)("refuses external data in %s %j", async (location, more, message) => {
  expect(await mistake({ bytes: onnxBytes(external(location, more)), external: read })).toMatch(message);
});

test("reads no file for a path that leaves the folder", async () => {
  const paths: string[] = [];
  const source = {
    bytes: onnxBytes(external("../w.bin")),
    external: (path: string) => void paths.push(path),
  };
  await mistake(source);
  expect(paths).toEqual([]);
});

test.each([
  [
    "no model",
    new TextEncoder().encode("version https://git-lfs.github.com/spec/v1"),
    /begin as an ONNX file does|format/,
  ],
  ["a cut file", onnxBytes(conv([2, 4, 3, 3])).subarray(0, 60), /it is no ONNX file or it is damaged/],
  ["only a version", Uint8Array.of(8, 8), /it has no graph with outputs/],
])("refuses %s", async (_, bytes, message) => {
  expect(await mistake({ bytes })).toMatch(message);
});

test("refuses very many empty messages before it reads them", async () => {
  // A graph of 20 million bytes of empty nodes.
  const size = 20_000_000;
  const graph = new Uint8Array(size);
  for (let i = 0; i < size; i += 2) graph[i] = 10;
  const length = [0, 7, 14, 21].map((shift, n) => ((size >> shift) & 0x7f) | (n < 3 ? 0x80 : 0));
  const bytes = Uint8Array.from([8, 8, 58, ...length, ...graph]);
  const { result, ms } = await timeOf(() => mistake({ bytes }));
  expect(result).toMatch(/it holds more than 1000000 messages/);
  expect(ms).toBeLessThan(2000);
});

test("refuses messages that nest without end", async () => {
  // Attributes hold graphs hold nodes hold attributes.
  let bytes: Uint8Array = Uint8Array.of();
  const wrap = (tag: number, inner: Uint8Array) => {
    const length = [inner.length & 0x7f, (inner.length >> 7) & 0x7f, (inner.length >> 14) & 0x7f];
    return Uint8Array.from([
      tag,
      (length[0] as number) | 0x80,
      (length[1] as number) | 0x80,
      length[2] as number,
      ...inner,
    ]);
  };
  for (let depth = 0; depth < 300; depth++) bytes = wrap(10, wrap(42, wrap(50, bytes)));
  expect(await mistake({ bytes: Uint8Array.from([8, 8, ...wrap(58, bytes)]) })).toMatch(
    /recursion depth|no graph|damaged/,
  );
});
