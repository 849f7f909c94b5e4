import { describe, test } from "vitest";
import { BOOL, floats, INT64, int64s, Real, type TestModel, type TestNode } from "../../support/onnx.js";
import { Random } from "../../support/random.js";
import { expectSameAsOnnxruntime } from "./onnxruntime.js";

const random = new Random(20);
/** Random weights. */
const weights = (dims: readonly number[], low = -1, high = 1) =>
  floats(
    dims,
    Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => low + (high - low) * random.next()),
  );

type Shape = readonly (number | string)[];
type Case = readonly [
  name: string,
  model: TestModel,
  options?: Parameters<typeof expectSameAsOnnxruntime>[1],
];

const one = (
  type: string,
  shape: Shape,
  attributes: TestNode["attributes"] = {},
  more: Partial<TestModel> & { readonly with?: readonly string[] } = {},
): TestModel => ({
  inputs: { x: shape },
  nodes: [{ type, inputs: ["x", ...(more.with ?? Object.keys(more.initializers ?? {}))], attributes }],
  ...more,
});

const run = (cases: readonly Case[]) =>
  test.each(cases.map(([name, model, options]) => ({ name, model, options })))(
    "$name",
    ({ model, options }) => expectSameAsOnnxruntime(model, options),
  );

describe("functions of one value", () => {
  const shape = ["N", 3, 4] as const;
  const positive = { low: 0.1, high: 4 };
  run([
    ["Relu", one("Relu", shape)],
    ["LeakyRelu", one("LeakyRelu", shape)],
    ["LeakyRelu with a slope", one("LeakyRelu", shape, { alpha: 0.3 })],
    ["PRelu per channel", one("PRelu", ["N", 3, 4, 4], {}, { initializers: { s: weights([3, 1, 1]) } })],
    ["PRelu per element", one("PRelu", shape, {}, { initializers: { s: weights([3, 4]) } })],
    ["PRelu per tensor", one("PRelu", shape, {}, { initializers: { s: weights([1]) } })],
    ["ThresholdedRelu", one("ThresholdedRelu", shape, { alpha: 0.7 })],
    ["Elu", one("Elu", shape, { alpha: 0.7 })],
    ["Celu", one("Celu", shape, { alpha: 0.7 })],
    ["Selu", one("Selu", shape)],
    ["Sigmoid", one("Sigmoid", shape)],
    ["HardSigmoid", one("HardSigmoid", shape, {}), { low: -4, high: 4 }],
    ["HardSwish", one("HardSwish", shape, {}), { low: -4, high: 4 }],
    ["Tanh", one("Tanh", shape)],
    ["Softplus", one("Softplus", shape)],
    ["Softsign", one("Softsign", shape)],
    ["Gelu", one("Gelu", shape, {}, { opset: 20 })],
    ["Gelu by tanh", one("Gelu", shape, { approximate: "tanh" }, { opset: 20 })],
    ["Mish", one("Mish", shape, {}, { opset: 18 })],
    ["Neg", one("Neg", shape)],
    ["Abs", one("Abs", shape)],
    ["Sign", one("Sign", shape)],
    ["Sqrt", one("Sqrt", shape), positive],
    ["Exp", one("Exp", shape)],
    ["Log", one("Log", shape), positive],
    ["Reciprocal", one("Reciprocal", shape), positive],
    ["Floor", one("Floor", shape)],
    ["Ceil", one("Ceil", shape)],
    ["Round", one("Round", shape)],
    [
      "Clip by inputs",
      one("Clip", shape, {}, { initializers: { a: floats([], [-0.5]), b: floats([], [0.7]) } }),
    ],
    ["Clip from above", one("Clip", shape, {}, { with: ["", "b"], initializers: { b: floats([], [0.7]) } })],
    ["Clip by attributes", one("Clip", shape, { min: -0.5, max: 0.75 }, { opset: 10 })],
    ["Clip without bounds", one("Clip", shape)],
    ["Identity", one("Identity", shape)],
    ["Dropout", one("Dropout", shape)],
    ["Cast to integers", one("Cast", shape, { to: 6 }, { types: { y: 6 } })],
    [
      "Cast to double and back",
      {
        inputs: { x: shape },
        nodes: [
          { type: "Cast", inputs: ["x"], outputs: ["a"], attributes: { to: 11 } },
          { type: "Cast", inputs: ["a"], attributes: { to: 1 } },
        ],
      },
    ],
  ]);
});

describe("arithmetic", () => {
  const shape = ["N", 3, 4] as const;
  const two = (type: string, a: Shape, b: Shape, more: Partial<TestModel> = {}): TestModel => ({
    inputs: { a, b },
    nodes: [{ type, inputs: ["a", "b"] }],
    ...more,
  });
  const by = (type: string, dims: readonly number[], low = -1): TestModel =>
    one(type, shape, {}, { initializers: { c: weights(dims, low) } });
  const constantFirst = (type: string): TestModel =>
    one(type, shape, {}, { initializers: { c: weights([4]) }, nodes: [{ type, inputs: ["c", "x"] }] });
  const powers = [2, 3, 0.5, -1, 1, 5].map(
    (n): Case => [
      `Pow ${n}`,
      one("Pow", shape, {}, { initializers: { c: floats([], [n]) } }),
      { low: 0.2, high: 2 },
    ],
  );
  run([
    ...["Add", "Sub", "Mul"].flatMap((type): Case[] => [
      [`${type} of two values`, two(type, shape, shape)],
      [`${type} with broadcast`, two(type, shape, [1, 1, 4])],
      [`${type} with broadcast of the first`, two(type, ["N", 1, 4], ["N", 3, 1])],
      [`${type} with a number`, by(type, [])],
      [`${type} with a number per channel`, by(type, [4])],
      [`${type} with a column`, by(type, [3, 1])],
      [`${type} with a tensor`, by(type, [1, 3, 4])],
      [
        `${type} with a larger constant`,
        one(type, ["N", 1, 4], {}, { initializers: { c: weights([3, 4]) } }),
      ],
      [`${type} with one more axis`, one(type, [1, 4], {}, { initializers: { c: weights([3, 1, 4]) } })],
      [`${type} from a constant`, constantFirst(type)],
    ]),
    ["Div by constants", by("Div", [4], 0.5)],
    ["Div of a constant", constantFirst("Div"), { low: 0.5, high: 2 }],
    ["Div of two values", two("Div", shape, shape), { low: 0.5, high: 2 }],
    ...powers,
    [
      "Min of three",
      {
        inputs: { a: shape, b: shape },
        nodes: [{ type: "Min", inputs: ["a", "c", "b"] }],
        initializers: { c: floats([], [0.5]) },
      },
    ],
    ["Max with a vector", one("Max", shape, {}, { initializers: { c: weights([4]) } })],
    ["Max with 0", one("Max", shape, {}, { initializers: { c: floats([], [0]) } })],
    [
      "Sum of three",
      { inputs: { a: shape, b: shape, c: ["N", 1, 4] }, nodes: [{ type: "Sum", inputs: ["a", "b", "c"] }] },
    ],
    ["Mean of two", { inputs: { a: shape, b: shape }, nodes: [{ type: "Mean", inputs: ["a", "b"] }] }],
    [
      "x · sigmoid(x)",
      {
        inputs: { x: shape },
        nodes: [
          { type: "Sigmoid", inputs: ["x"], outputs: ["s"] },
          { type: "Mul", inputs: ["s", "x"] },
        ],
      },
    ],
  ]);
});

describe("comparisons", () => {
  const shape = ["N", 3, 4] as const;
  const types = { y: BOOL };
  const relations = ["Greater", "GreaterOrEqual", "Less", "LessOrEqual"];
  const c = floats([4], [0.5, -0.25, 1, 0]);
  run([
    ...relations.flatMap((type): Case[] => [
      [`${type} than a number`, one(type, shape, {}, { types, initializers: { c: floats([], [0.5]) } })],
      [`${type} than a vector`, one(type, shape, {}, { types, initializers: { c } })],
      [
        `${type} from a constant`,
        one(type, shape, {}, { types, initializers: { c }, nodes: [{ type, inputs: ["c", "x"] }] }),
      ],
      [
        `${type} of two values`,
        { inputs: { a: shape, b: shape }, nodes: [{ type, inputs: ["a", "b"] }], types },
      ],
    ]),
    ...["And", "Or", "Xor"].map(
      (type): Case => [
        type,
        {
          inputs: { x: shape },
          types,
          initializers: { c, d: floats([], [-0.5]) },
          nodes: [
            { type: "Greater", inputs: ["x", "c"], outputs: ["a"] },
            { type: "Less", inputs: ["x", "d"], outputs: ["b"] },
            { type: "Not", inputs: ["b"], outputs: ["n"] },
            { type, inputs: ["a", "n"] },
          ],
        },
      ],
    ),
    [
      "Where by the event",
      {
        inputs: { x: shape, z: shape },
        initializers: { c },
        nodes: [
          { type: "Greater", inputs: ["x", "c"], outputs: ["a"] },
          { type: "Where", inputs: ["a", "z", "c"] },
        ],
      },
    ],
    [
      "Equal of rounded values",
      {
        inputs: { x: shape },
        types,
        initializers: { c: floats([], [1]) },
        nodes: [
          { type: "Round", inputs: ["x"], outputs: ["r"] },
          { type: "Equal", inputs: ["r", "c"] },
        ],
      },
    ],
  ]);
});

describe("matrices", () => {
  const gemm = (attributes: TestNode["attributes"], w: readonly number[], c?: readonly number[]): TestModel =>
    one("Gemm", ["N", 5], attributes, { initializers: { w: weights(w), ...(c && { c: weights(c) }) } });
  run([
    ["Gemm", gemm({}, [5, 3], [3])],
    ["Gemm without bias", gemm({}, [5, 3])],
    ["Gemm transposed", gemm({ transB: 1 }, [3, 5], [1, 3])],
    ["Gemm with factors", gemm({ alpha: 0.5, beta: 0.25 }, [5, 3], [3])],
    ["Gemm with one number", gemm({}, [5, 3], [])],
    [
      "Gemm with the event second",
      {
        inputs: { x: [5, 2] },
        nodes: [{ type: "Gemm", inputs: ["w", "x", "c"] }],
        initializers: { w: weights([3, 5]), c: weights([3, 1]) },
      },
    ],
    ["MatMul", one("MatMul", ["N", 5], {}, { initializers: { w: weights([5, 3]) } })],
    ["MatMul of three axes", one("MatMul", ["N", 4, 5], {}, { initializers: { w: weights([5, 3]) } })],
    ["MatMul with a vector", one("MatMul", ["N", 4, 5], {}, { initializers: { w: weights([5]) } })],
    [
      "MatMul and Add",
      {
        inputs: { x: ["N", 5] },
        initializers: { w: weights([5, 3]), b: weights([3]) },
        nodes: [
          { type: "MatMul", inputs: ["x", "w"], outputs: ["p"] },
          { type: "Add", inputs: ["b", "p"] },
        ],
      },
    ],
    [
      "MatMul from the left",
      one(
        "MatMul",
        [1, 4, 5],
        {},
        {
          initializers: { w: weights([3, 4]) },
          nodes: [{ type: "MatMul", inputs: ["w", "x"] }],
        },
      ),
    ],
    [
      "MatMul of a batch of matrices",
      one("MatMul", [1, 2, 4, 5], {}, { initializers: { w: weights([2, 5, 3]) } }),
    ],
    [
      "MatMul of two values",
      { inputs: { a: [1, 2, 4, 5], b: [1, 2, 5, 3] }, nodes: [{ type: "MatMul", inputs: ["a", "b"] }] },
    ],
    [
      "MatMul with an axis more",
      { inputs: { a: [1, 4, 5], b: [5, 3] }, nodes: [{ type: "MatMul", inputs: ["a", "b"] }] },
    ],
  ]);
});

describe("convolutions and pools", () => {
  const conv = (
    shape: Shape,
    w: readonly number[],
    attributes: TestNode["attributes"] = {},
    bias = true,
  ): TestModel =>
    one("Conv", shape, attributes, {
      initializers: { w: weights(w), ...(bias && { b: weights([w[0] as number]) }) },
    });
  const sequence = ["N", 3, 9] as const;
  const image = ["N", 4, 7, 8] as const;
  const pools = ["MaxPool", "AveragePool"].flatMap((type): Case[] => [
    [`${type} of images`, one(type, image, { kernel_shape: [2, 3], strides: [2, 2] })],
    [`${type} of sequences`, one(type, sequence, { kernel_shape: [3], strides: [2] })],
    [`${type} with pads`, one(type, image, { kernel_shape: [3, 3], pads: [1, 0, 1, 2] })],
    [`${type} rounding up`, one(type, image, { kernel_shape: [3, 3], strides: [2, 3], ceil_mode: 1 })],
    [
      `${type} rounding up with pads`,
      one(type, image, { kernel_shape: [3, 3], strides: [2, 3], ceil_mode: 1, pads: [1, 1, 1, 1] }),
    ],
    [`${type} the same`, one(type, image, { kernel_shape: [3, 3], strides: [2, 2], auto_pad: "SAME_UPPER" })],
    [
      `${type} the same, lower`,
      one(type, image, { kernel_shape: [2, 2], strides: [2, 2], auto_pad: "SAME_LOWER" }),
    ],
  ]);
  run([
    ["Conv of images", conv(image, [5, 4, 3, 2])],
    ["Conv without bias", conv(image, [5, 4, 3, 2], {}, false)],
    ["Conv with strides and pads", conv(image, [5, 4, 3, 2], { strides: [2, 3], pads: [1, 0, 2, 1] })],
    ["Conv with dilations", conv(image, [5, 4, 3, 2], { dilations: [2, 3] })],
    ["Conv with groups", conv(image, [6, 2, 3, 3], { group: 2 })],
    ["Conv depthwise", conv(image, [4, 1, 3, 3], { group: 4 })],
    ["Conv the same", conv(image, [5, 4, 2, 3], { auto_pad: "SAME_UPPER", strides: [2, 1] })],
    ["Conv the same, lower", conv(image, [5, 4, 2, 3], { auto_pad: "SAME_LOWER", strides: [2, 1] })],
    ["Conv valid", conv(image, [5, 4, 2, 3], { auto_pad: "VALID" })],
    ["Conv of sequences", conv(sequence, [5, 3, 4], { pads: [1, 2], strides: [2] })],
    ["Conv of sequences with groups", conv(sequence, [6, 1, 2], { group: 3, dilations: [2] })],
    ...pools,
    [
      "AveragePool counting pads",
      one("AveragePool", image, { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 }),
    ],
    ["MaxPool with dilations", one("MaxPool", image, { kernel_shape: [2, 2], dilations: [2, 3] })],
    ["GlobalMaxPool", one("GlobalMaxPool", image)],
    ["GlobalAveragePool", one("GlobalAveragePool", image)],
    ["GlobalAveragePool of sequences", one("GlobalAveragePool", sequence)],
    [
      "BatchNormalization of images",
      one(
        "BatchNormalization",
        image,
        { epsilon: 0.01 },
        {
          initializers: { a: weights([4]), b: weights([4]), c: weights([4]), d: weights([4], 0.1, 2) },
        },
      ),
    ],
    [
      "BatchNormalization of vectors",
      one(
        "BatchNormalization",
        ["N", 4],
        {},
        {
          initializers: { a: weights([4]), b: weights([4]), c: weights([4]), d: weights([4], 0.1, 2) },
        },
      ),
    ],
    [
      "LayerNormalization",
      one(
        "LayerNormalization",
        ["N", 3, 4],
        {},
        {
          initializers: { a: weights([4]), b: weights([4]) },
        },
      ),
      { tolerance: 1e-4 },
    ],
    [
      "a small network",
      {
        inputs: { x: [1, 1, 8, 8] },
        initializers: {
          w: weights([3, 1, 3, 3]),
          v: weights([2, 3, 2, 2]),
          d: weights([18, 4]),
          e: weights([4]),
          shape: int64s([2], [-1, 18]),
        },
        nodes: [
          { type: "Conv", inputs: ["x", "w"], outputs: ["a"], attributes: { pads: [1, 1, 1, 1] } },
          { type: "Relu", inputs: ["a"], outputs: ["b"] },
          {
            type: "MaxPool",
            inputs: ["b"],
            outputs: ["c"],
            attributes: { kernel_shape: [2, 2], strides: [2, 2] },
          },
          { type: "Conv", inputs: ["c", "v"], outputs: ["f"] },
          { type: "Reshape", inputs: ["f", "shape"], outputs: ["g"] },
          { type: "Gemm", inputs: ["g", "d", "e"], outputs: ["h"] },
          { type: "Softmax", inputs: ["h"] },
        ],
      },
    ],
  ]);
});

describe("softmax and reductions", () => {
  const shape = ["N", 3, 4] as const;
  const reduce = (type: string, axes: readonly number[], keepdims: number): TestModel =>
    one(type, shape, { axes, keepdims }, { opset: 12 });
  const types = [
    "ReduceSum",
    "ReduceMean",
    "ReduceMax",
    "ReduceMin",
    "ReduceL1",
    "ReduceL2",
    "ReduceSumSquare",
  ];
  run([
    ["Softmax", one("Softmax", shape)],
    ["Softmax of another axis", one("Softmax", shape, { axis: 1 })],
    ["Softmax of old operator sets", one("Softmax", shape, {}, { opset: 11 })],
    ["Softmax of old operator sets, last", one("Softmax", shape, { axis: 2 }, { opset: 11 })],
    ["LogSoftmax", one("LogSoftmax", shape)],
    ...types.flatMap((type): Case[] => [
      [`${type} of the last`, reduce(type, [-1], 0)],
      [`${type} of the first, kept`, reduce(type, [1], 1)],
      [`${type} of two`, reduce(type, [1, 2], 0)],
    ]),
    [
      "ReduceSum by input",
      one("ReduceSum", shape, { keepdims: 0 }, { initializers: { a: int64s([1], [1]) } }),
    ],
    [
      "ReduceMean by input",
      one("ReduceMean", shape, { keepdims: 1 }, { opset: 18, initializers: { a: int64s([2], [1, 2]) } }),
    ],
    ["ArgMax", one("ArgMax", shape, { axis: -1 }, { types: { y: INT64 } })],
    ["ArgMax of another axis", one("ArgMax", shape, { axis: 1, keepdims: 0 }, { types: { y: INT64 } })],
    ["ArgMin", one("ArgMin", shape, { axis: 2, keepdims: 0 }, { types: { y: INT64 } })],
  ]);
});

describe("movements", () => {
  const shape = ["N", 3, 4] as const;
  const ints = (list: readonly number[]) => int64s([list.length], list);
  const pads = (mode: string, list: readonly number[], value?: number): TestModel =>
    one(
      "Pad",
      shape,
      { mode },
      {
        initializers: { p: ints(list), ...(value !== undefined && { v: floats([], [value]) }) },
      },
    );
  run([
    ["Reshape", one("Reshape", shape, {}, { initializers: { s: ints([-1, 12]) } })],
    ["Reshape keeping", one("Reshape", shape, {}, { initializers: { s: ints([0, 2, -1]) } })],
    ["Reshape of a batch of 1", one("Reshape", [1, 3, 4], {}, { initializers: { s: ints([1, -1]) } })],
    ["Flatten", one("Flatten", shape)],
    ["Flatten at 2", one("Flatten", [1, 3, 4], { axis: 2 })],
    ["Flatten at 0", one("Flatten", [1, 3, 4], { axis: 0 })],
    ["Squeeze", one("Squeeze", ["N", 1, 4], {}, { initializers: { a: ints([1]) } })],
    ["Squeeze by attribute", one("Squeeze", ["N", 1, 4], { axes: [1] }, { opset: 11 })],
    ["Unsqueeze", one("Unsqueeze", shape, {}, { initializers: { a: ints([1, -1]) } })],
    ["Unsqueeze by attribute", one("Unsqueeze", shape, { axes: [3] }, { opset: 11 })],
    ["Transpose", one("Transpose", shape, { perm: [0, 2, 1] })],
    ["Transpose of images", one("Transpose", ["N", 2, 3, 4], { perm: [0, 3, 1, 2] })],
    ["Transpose of the batch", one("Transpose", [1, 3, 4], { perm: [2, 0, 1] })],
    ["DepthToSpace", one("DepthToSpace", [1, 8, 2, 3], { blocksize: 2 })],
    ["DepthToSpace, CRD", one("DepthToSpace", [1, 8, 2, 3], { blocksize: 2, mode: "CRD" })],
    ["SpaceToDepth", one("SpaceToDepth", [1, 2, 4, 6], { blocksize: 2 })],
    [
      "Slice",
      one(
        "Slice",
        shape,
        {},
        { initializers: { s: ints([1, 0]), e: ints([3, 3]), a: ints([1, 2]), t: ints([1, 2]) } },
      ),
    ],
    [
      "Slice backwards",
      one(
        "Slice",
        shape,
        {},
        { initializers: { s: ints([-1]), e: ints([-100]), a: ints([2]), t: ints([-1]) } },
      ),
    ],
    [
      "Slice to the end",
      one(
        "Slice",
        shape,
        {},
        { initializers: { s: ints([1]), e: int64s([1], [Number.MAX_SAFE_INTEGER]), a: ints([-1]) } },
      ),
    ],
    ["Slice by attributes", one("Slice", shape, { starts: [1], ends: [3], axes: [2] }, { opset: 9 })],
    [
      "Split",
      {
        inputs: { x: shape },
        nodes: [{ type: "Split", inputs: ["x", "s"], outputs: ["a", "b"], attributes: { axis: 2 } }],
        initializers: { s: ints([1, 3]) },
      },
    ],
    [
      "Split in equal pieces",
      {
        inputs: { x: shape },
        nodes: [{ type: "Split", inputs: ["x"], outputs: ["a", "b"], attributes: { axis: 2 } }],
      },
    ],
    [
      "Split by attribute",
      {
        inputs: { x: shape },
        opset: 11,
        nodes: [
          { type: "Split", inputs: ["x"], outputs: ["a", "b"], attributes: { axis: 2, split: [3, 1] } },
        ],
      },
    ],
    [
      "Concat",
      {
        inputs: { a: shape, b: ["N", 3, 2] },
        nodes: [{ type: "Concat", inputs: ["a", "b"], attributes: { axis: 2 } }],
      },
    ],
    [
      "Concat with a constant",
      {
        inputs: { a: [1, 3, 4] },
        initializers: { c: weights([1, 1, 4]) },
        nodes: [{ type: "Concat", inputs: ["c", "a"], attributes: { axis: 1 } }],
      },
    ],
    [
      "Concat of a batch of 1",
      {
        inputs: { a: [1, 4], b: [1, 4] },
        nodes: [{ type: "Concat", inputs: ["a", "b"], attributes: { axis: 0 } }],
      },
    ],
    ["Gather", one("Gather", shape, { axis: 2 }, { initializers: { i: ints([3, 0, -1]) } })],
    ["Gather of one", one("Gather", shape, { axis: 1 }, { initializers: { i: int64s([], [2]) } })],
    [
      "Gather of a table",
      one("Gather", shape, { axis: 1 }, { initializers: { i: int64s([2, 2], [2, 0, 1, 1]) } }),
    ],
    ["Pad with zeros", pads("constant", [0, 1, 0, 0, 0, 2])],
    ["Pad with a number", pads("constant", [0, 1, 0, 0, 0, 2], 0.5)],
    ["Pad by cutting", pads("constant", [0, 1, -1, 0, 0, 0])],
    ["Pad by reflection", pads("reflect", [0, 1, 2, 0, 2, 3])],
    ["Pad by the edge", pads("edge", [0, 1, 2, 0, 2, 5])],
    ["Pad by attribute", one("Pad", shape, { pads: [0, 1, 0, 0, 0, 2], value: 0.25 }, { opset: 10 })],
    ["Expand", one("Expand", ["N", 1, 4], {}, { initializers: { s: ints([1, 3, 1]) } })],
    ["Tile", one("Tile", shape, {}, { initializers: { r: ints([1, 2, 3]) } })],
  ]);
});

describe("resizing", () => {
  const shape = [1, 2, 3, 5] as const;
  const modes = ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "half_pixel_symmetric"];
  const roundings = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"];
  const scaled = (attributes: TestNode["attributes"], scales: readonly number[], opset = 19): TestModel =>
    one("Resize", shape, attributes, { opset, with: ["", "s"], initializers: { s: floats([4], scales) } });
  const factors = [
    [1, 1, 2, 3],
    [1, 1, 1.5, 2.6],
    // No element of these falls between two others: there the framework's own roundings decide.
    [1, 1, 0.7, 0.65],
  ];
  run([
    ...modes.flatMap((coordinate_transformation_mode) =>
      roundings.flatMap((nearest_mode) =>
        factors.map(
          (scales): Case => [
            `Resize ${coordinate_transformation_mode} ${nearest_mode} ${scales.join(" ")}`,
            scaled({ coordinate_transformation_mode, nearest_mode }, scales),
          ],
        ),
      ),
    ),
    [
      "Resize to sizes",
      one(
        "Resize",
        shape,
        {},
        { opset: 13, with: ["", "", "s"], initializers: { s: int64s([4], [1, 2, 7, 4]) } },
      ),
    ],
    ...factors.map(
      (scales): Case => [
        `Resize of operator set 10 ${scales.join(" ")}`,
        one("Resize", shape, {}, { opset: 10, initializers: { s: floats([4], scales) } }),
      ],
    ),
    ["Upsample", one("Upsample", shape, {}, { opset: 9, initializers: { s: floats([4], [1, 1, 2, 3]) } })],
    ["Upsample by attribute", one("Upsample", shape, { scales: [1.0000001, 1, 2, 3.5] }, { opset: 8 })],
  ]);
});

describe("constants", () => {
  run([
    [
      "shape arithmetic",
      {
        inputs: { x: ["N", 3, 4] },
        initializers: { zero: int64s([], [0]), i: int64s([1], [0]), m: int64s([1], [-1]) },
        nodes: [
          { type: "Shape", inputs: ["x"], outputs: ["s"] },
          { type: "Gather", inputs: ["s", "zero"], outputs: ["n"], attributes: { axis: 0 } },
          { type: "Unsqueeze", inputs: ["n", "i"], outputs: ["u"] },
          { type: "Concat", inputs: ["u", "m"], outputs: ["t"], attributes: { axis: 0 } },
          { type: "Reshape", inputs: ["x", "t"] },
        ],
      },
    ],
    [
      "constants of constants",
      {
        inputs: { x: ["N", 4] },
        initializers: { w: weights([4, 4]), shape: int64s([1], [4]) },
        nodes: [
          { type: "Transpose", inputs: ["w"], outputs: ["t"] },
          { type: "Mul", inputs: ["t", "t"], outputs: ["q"] },
          { type: "Sqrt", inputs: ["q"], outputs: ["r"] },
          {
            type: "ConstantOfShape",
            inputs: ["shape"],
            outputs: ["c"],
            attributes: { value: floats([1], [0.5]) },
          },
          { type: "Constant", inputs: [], outputs: ["k"], attributes: { value_float: new Real(3) } },
          { type: "Add", inputs: ["c", "k"], outputs: ["b"] },
          { type: "Gemm", inputs: ["x", "r", "b"] },
        ],
      },
    ],
    [
      "an output that is constant",
      {
        inputs: { x: ["N", 4] },
        initializers: { w: weights([1, 4]) },
        outputs: ["y", "z"],
        nodes: [
          { type: "Relu", inputs: ["x"] },
          { type: "Neg", inputs: ["w"], outputs: ["z"] },
        ],
      },
    ],
    [
      "matrices of constants",
      {
        inputs: { x: ["N", 4] },
        initializers: { a: weights([4, 3]), b: weights([3, 4]) },
        nodes: [
          { type: "MatMul", inputs: ["a", "b"], outputs: ["c"] },
          { type: "ReduceSum", inputs: ["c"], outputs: ["r"], attributes: { keepdims: 0 } },
          { type: "Add", inputs: ["x", "r"] },
        ],
      },
    ],
  ]);
});
