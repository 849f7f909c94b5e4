import { describe, test } from "vitest";
import {
  BOOL,
  floats,
  INT64,
  int64s,
  Real,
  small,
  type TestModel,
  type TestNode,
} from "../../support/onnx.js";
import { Random } from "../../support/random.js";
import { expectSameAsOnnxruntime } from "./onnxruntime.js";

// What is legal and rarely written: defaults that changed between operator sets, counting from the end, inputs that are
// missing, every form of a constant.

const random = new Random(21);
const weights = (dims: readonly number[], low = -1, high = 1) =>
  floats(
    dims,
    Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => low + (high - low) * random.next()),
  );
const ints = (...list: readonly number[]) => int64s([list.length], list);
const node = (
  type: string,
  inputs: readonly string[],
  outputs: string | readonly string[] = "y",
  attributes: TestNode["attributes"] = {},
): TestNode => ({ type, inputs, outputs: typeof outputs === "string" ? [outputs] : outputs, attributes });

type Shape = readonly (number | string)[];
type Options = Parameters<typeof expectSameAsOnnxruntime>[1];
type Case = readonly [name: string, model: TestModel, options?: Options];
const [vector, matrix, image] = [
  ["N", 5],
  ["N", 3, 4],
  ["N", 4, 7, 8],
] as const;

const of = (shape: Shape, nodes: readonly TestNode[], more: Partial<TestModel> = {}): TestModel => ({
  inputs: { x: shape },
  nodes,
  ...more,
});
const withInitializers = (initializers: TestModel["initializers"]) => ({ initializers });

const run = (cases: readonly Case[]) =>
  test.each(cases.map(([name, model, options]) => ({ name, model, options })))(
    "$name",
    ({ model, options }) => expectSameAsOnnxruntime(model, options),
  );

describe("matrices", () => {
  const [w53, w3] = [weights([5, 3]), weights([3])];
  run([
    [
      "Gemm with the event transposed",
      of([5, 1], [node("Gemm", ["x", "w"], "y", { transA: 1 })], withInitializers({ w: w53 })),
    ],
    [
      "Gemm from a constant, all attributes",
      of(
        [1, 5],
        [node("Gemm", ["w", "x", "c"], "y", { transA: 1, transB: 1, alpha: 0.3, beta: 1.7 })],
        withInitializers({ w: weights([5, 2]), c: weights([2, 1]) }),
      ),
    ],
    [
      "Gemm plus a value of the event",
      {
        inputs: { x: vector, z: ["N", 3] },
        nodes: [node("Gemm", ["x", "w", "z"], "y", { alpha: -1.5, beta: 0.25 })],
        initializers: { w: w53 },
      },
    ],
    [
      "Gemm without an input by name",
      of(vector, [node("Gemm", ["x", "w", ""])], withInitializers({ w: w53 })),
    ],
    [
      "initializers listed as inputs",
      of(vector, [node("Gemm", ["x", "w", "b"])], { initializers: { w: w53, b: w3 }, listed: true }),
    ],
    ["MatMul of two vectors", of([5], [node("MatMul", ["x", "w"])], withInitializers({ w: weights([5]) }))],
    ["MatMul of a vector", of([5], [node("MatMul", ["x", "w"])], withInitializers({ w: w53 }))],
    [
      "MatMul from a constant vector",
      of([1, 5, 3], [node("MatMul", ["w", "x"])], withInitializers({ w: weights([5]) })),
    ],
    [
      "MatMul from constant matrices",
      of([1, 1, 4, 5], [node("MatMul", ["w", "x"])], withInitializers({ w: weights([2, 3, 4]) })),
    ],
    [
      "MatMul with its own transpose",
      of(matrix, [node("Transpose", ["x"], "t", { perm: [0, 2, 1] }), node("MatMul", ["x", "t"])]),
    ],
  ]);
});

describe("axes", () => {
  run([
    ["Softmax from the end", of(matrix, [node("Softmax", ["x"], "y", { axis: -2 })])],
    ["Softmax of four axes, old default", of(["N", 2, 3, 2], [node("Softmax", ["x"])], { opset: 11 })],
    ["LogSoftmax, old default", of(matrix, [node("LogSoftmax", ["x"])], { opset: 11 })],
    ["Concat from the end", of(matrix, [node("Concat", ["x", "x", "x"], "y", { axis: -2 })])],
    ["Flatten from the end", of(["N", 2, 3, 4], [node("Flatten", ["x"], "y", { axis: -3 })])],
    ["Squeeze of all", of([1, 3, 1, 4], [node("Squeeze", ["x"])])],
    [
      "Unsqueeze from the end",
      of(matrix, [node("Unsqueeze", ["x", "a"])], withInitializers({ a: ints(-1, 1, -3) })),
    ],
    ["Transpose by default", of([1, 3, 4], [node("Transpose", ["x"])])],
    [
      "Gather from the end",
      of(
        matrix,
        [node("Gather", ["x", "i"], "y", { axis: -1 })],
        withInitializers({ i: int64s([2, 2], [-1, -4, 0, 2]) }),
      ),
    ],
    [
      "Gather of one from the end",
      of(
        ["N", 5, 2, 3],
        [node("Gather", ["x", "i"], "y", { axis: -3 })],
        withInitializers({ i: int64s([], [-2]) }),
      ),
    ],
    [
      "ArgMax, the last of equals",
      of(
        matrix,
        [node("Round", ["x"], "r"), node("ArgMax", ["r"], "y", { axis: -1, select_last_index: 1 })],
        { types: { y: INT64 } },
      ),
      { events: 20 },
    ],
    [
      "ArgMax, the first of equals",
      of(matrix, [node("Round", ["x"], "r"), node("ArgMax", ["r"], "y", { axis: -2 })], {
        types: { y: INT64 },
      }),
      { events: 20 },
    ],
    ["ReduceSum of everything", of([1, 3, 4], [node("ReduceSum", ["x"], "y", { keepdims: 0 })])],
    ["ReduceSum of nothing", of(matrix, [node("ReduceSum", ["x"], "y", { noop_with_empty_axes: 1 })])],
    [
      "ReduceSum of nothing, by an empty input",
      of(
        matrix,
        [node("ReduceSum", ["x", "a"], "y", { noop_with_empty_axes: 1 })],
        withInitializers({ a: int64s([0], []) }),
      ),
    ],
    [
      "ReduceMax by input",
      of(matrix, [node("ReduceMax", ["x", "a"], "y", { keepdims: 0 })], {
        opset: 20,
        initializers: { a: ints(1, -1) },
      }),
    ],
  ]);
});

describe("windows", () => {
  const conv = (shape: Shape, dims: readonly number[], attributes: TestNode["attributes"]) =>
    of(shape, [node("Conv", ["x", "w"], "y", attributes)], withInitializers({ w: weights(dims) }));
  run([
    ...["SAME_UPPER", "SAME_LOWER", "VALID"].flatMap((auto_pad): Case[] => [
      [`Conv ${auto_pad} with strides`, conv(image, [3, 4, 2, 3], { auto_pad, strides: [3, 2] })],
      [
        `AveragePool ${auto_pad} counting pads`,
        of(image, [
          node("AveragePool", ["x"], "y", {
            auto_pad,
            kernel_shape: [3, 2],
            strides: [2, 2],
            count_include_pad: 1,
          }),
        ]),
      ],
      [
        `MaxPool of sequences ${auto_pad}`,
        of(["N", 3, 9], [node("MaxPool", ["x"], "y", { auto_pad, kernel_shape: [4], strides: [3] })]),
      ],
    ]),
    [
      "Conv of sequences, everything at once",
      conv(["N", 6, 11], [9, 2, 3], { group: 3, dilations: [3], strides: [2], pads: [2, 3] }),
    ],
    ["Conv with two results a channel", conv(["N", 3, 11], [6, 1, 3], { group: 3 })],
    [
      "Conv with computed weights",
      of(image, [
        node("Constant", [], "c", { value: weights([2, 3, 4, 3]) }),
        node("Transpose", ["c"], "w", { perm: [3, 2, 0, 1] }),
        node("Conv", ["x", "w", ""]),
      ]),
    ],
    [
      "MaxPool whose indices nobody reads",
      of(image, [node("MaxPool", ["x"], ["y", "i"], { kernel_shape: [2, 2] })], { outputs: ["y"] }),
    ],
    [
      "MaxPool of negative values with pads",
      of(image, [node("MaxPool", ["x"], "y", { kernel_shape: [3, 3], pads: [1, 1, 1, 1] })]),
      { low: -3, high: -1 },
    ],
    [
      "AveragePool with dilations",
      of(image, [node("AveragePool", ["x"], "y", { kernel_shape: [2, 2], dilations: [2, 2] })], {
        opset: 19,
      }),
    ],
    [
      "AveragePool of padded zeros",
      of(
        ["N", 2, 5, 5],
        [
          node("Pad", ["x", "p"], "q"),
          node("AveragePool", ["q"], "y", { kernel_shape: [3, 3], strides: [2, 2] }),
        ],
        withInitializers({ p: ints(0, 0, 1, 1, 0, 0, 1, 1) }),
      ),
    ],
    [
      "BatchNormalization of operator set 9",
      of(image, [node("BatchNormalization", ["x", "s", "b", "m", "v"])], {
        opset: 9,
        initializers: { s: weights([4]), b: weights([4]), m: weights([4]), v: weights([4], 0.1, 2) },
      }),
    ],
  ]);
});

describe("constants", () => {
  const constant = (attributes: TestNode["attributes"], type: string) =>
    of(matrix, [node("Constant", [], "c", attributes), node(type, ["x", "c"])]);
  run([
    ["Constant of floats", constant({ value_floats: [0.1, 0.2, 0.3, 0.4] }, "Add")],
    ["Constant of a float", constant({ value_float: new Real(0.75) }, "Mul")],
    ["Constant of integers", constant({ value_ints: [-1, 12] }, "Reshape")],
    [
      "Constant of an integer",
      of(matrix, [
        node("Constant", [], "i", { value_int: 3 }),
        node("Cast", ["i"], "c", { to: 1 }),
        node("Div", ["x", "c"]),
      ]),
    ],
    [
      "Range",
      of(
        ["N", 6],
        [node("Range", ["a", "b", "d"], "i"), node("Gather", ["x", "i"], "y", { axis: 1 })],
        withInitializers({ a: int64s([], [5]), b: int64s([], [-1]), d: int64s([], [-2]) }),
      ),
    ],
    [
      "arithmetic of shapes",
      of(
        ["N", 4, 6],
        [
          node("Shape", ["x"], "s"),
          node("Gather", ["s", "one"], "c"),
          node("Div", ["c", "two"], "h"),
          node("Mul", ["h", "three"], "k"),
          node("Unsqueeze", ["k", "zero"], "k1"),
          node("Concat", ["open", "k1", "four"], "t", { axis: 0 }),
          node("Reshape", ["x", "t"]),
        ],
        withInitializers({
          one: int64s([], [1]),
          two: int64s([], [2]),
          three: int64s([], [3]),
          zero: ints(0),
          open: ints(-1),
          four: ints(4),
        }),
      ),
    ],
    [
      "Shape from the end",
      of(
        matrix,
        [
          node("Shape", ["x"], "s", { start: -2 }),
          node("Concat", ["open", "s"], "t", { axis: 0 }),
          node("Reshape", ["x", "t"]),
        ],
        withInitializers({ open: ints(-1) }),
      ),
    ],
    [
      "Resize to the shape of the batch and sizes",
      of(
        [1, 2, 3, 5],
        [
          node("Shape", ["x"], "s"),
          node("Slice", ["s", "from", "to"], "nc"),
          node("Concat", ["nc", "hw"], "sizes", { axis: 0 }),
          node("Resize", ["x", "", "", "sizes"], "y", {
            coordinate_transformation_mode: "asymmetric",
            nearest_mode: "floor",
          }),
        ],
        withInitializers({ from: ints(0), to: ints(2), hw: ints(6, 10) }),
      ),
    ],
  ]);
});

describe("cutting and padding", () => {
  const slice = (start: number, end: number, step: number) =>
    of(
      ["N", 7],
      [node("Slice", ["x", "s", "e", "a", "t"])],
      withInitializers({ s: ints(start), e: ints(end), a: ints(-1), t: ints(step) }),
    );
  const pad = (mode: string, pads: readonly number[]) =>
    of(["N", 6, 5], [node("Pad", ["x", "p"], "y", { mode })], withInitializers({ p: ints(...pads) }));
  run([
    ["Slice backwards by two", slice(-2, -8, -2)],
    ["Slice from far beyond both ends", slice(1000, -1000, -3)],
    ["Slice by more than the axis", slice(1, 100, 100)],
    [
      "Slice of all axes",
      of(
        [1, 5, 6],
        [node("Slice", ["x", "s", "e"])],
        withInitializers({ s: ints(0, 1, -3), e: ints(1, -1, 9) }),
      ),
    ],
    [
      "Slice without axes by name",
      of(
        ["N", 7],
        [node("Slice", ["x", "s", "e", "a", ""])],
        withInitializers({ s: ints(1), e: ints(5), a: ints(1) }),
      ),
    ],
    [
      "Split unevenly by a number",
      of(["N", 7], [node("Split", ["x"], ["a", "b", "c"], { axis: 1, num_outputs: 3 })], { opset: 18 }),
    ],
    [
      "Split by attribute from the end",
      of(matrix, [node("Split", ["x"], ["a", "b"], { axis: -1, split: [1, 3] })], { opset: 11 }),
    ],
    ["Pad that cuts on both sides", pad("constant", [0, -1, 2, 0, 3, -2])],
    [
      "Pad of some axes",
      of(matrix, [node("Pad", ["x", "p", "", "a"])], {
        opset: 18,
        initializers: { p: ints(1, 2), a: ints(-1) },
      }),
    ],
  ]);
});

describe("bounds and choices", () => {
  const one = (value: number) => floats([], [value]);
  const mask = small(BOOL, [4], [1, 0, 1, 0]);
  run([
    ["Clip from below", of(matrix, [node("Clip", ["x", "a"])], withInitializers({ a: one(-0.5) }))],
    [
      "Clip with the bounds the wrong way round",
      of(matrix, [node("Clip", ["x", "a", "b"])], withInitializers({ a: one(1), b: one(-1) })),
    ],
    [
      "Clip without ends",
      of(matrix, [node("Clip", ["x", "a", "b"])], withInitializers({ a: one(-Infinity), b: one(Infinity) })),
    ],
    [
      "Clip without ends, by attributes",
      of(matrix, [node("Clip", ["x"], "y", { min: Number.NEGATIVE_INFINITY, max: 0.5 })], { opset: 6 }),
    ],
    [
      "Where by a constant",
      of(matrix, [node("Where", ["c", "x", "z"])], withInitializers({ c: mask, z: one(0.5) })),
    ],
    [
      "Where that widens",
      of(
        ["N", 1, 4],
        [node("Where", ["c", "x", "z"])],
        withInitializers({ c: small(BOOL, [3, 1], [1, 0, 1]), z: weights([3, 4]) }),
      ),
    ],
    [
      "Where between two constants",
      of(
        matrix,
        [node("Greater", ["x", "k"], "c"), node("Where", ["c", "a", "b"])],
        withInitializers({ k: one(0), a: one(1), b: one(-1) }),
      ),
    ],
    [
      "a value times its own mask",
      of(
        matrix,
        [node("Greater", ["x", "k"], "c"), node("Cast", ["c"], "m", { to: 1 }), node("Mul", ["x", "m"])],
        withInitializers({ k: weights([4]) }),
      ),
    ],
    [
      "And and Or with constants",
      of(
        matrix,
        [
          node("Greater", ["x", "k"], "c"),
          node("And", ["c", "m"], "d"),
          node("Or", ["d", "n"], "e"),
          node("Cast", ["e"], "y", { to: 1 }),
        ],
        withInitializers({ k: one(0), m: mask, n: small(BOOL, [4], [0, 0, 0, 1]) }),
      ),
    ],
    [
      "Cast through integers",
      of(matrix, [
        node("Cast", ["x"], "a", { to: 6 }),
        node("Cast", ["a"], "b", { to: 7 }),
        node("Cast", ["b"], "y", { to: 1 }),
      ]),
      { low: -9, high: 9 },
    ],
    [
      "arithmetic of integers",
      of(
        matrix,
        [
          node("Cast", ["x"], "a", { to: 6 }),
          node("Add", ["a", "k"], "b"),
          node("Mul", ["b", "b"], "c"),
          node("Cast", ["c"], "y", { to: 1 }),
        ],
        withInitializers({ k: small(6, [], [3]) }),
      ),
      { low: -9, high: 9 },
    ],
    [
      "Min, Max, Sum and Mean of one",
      of(matrix, [
        node("Min", ["x"], "a"),
        node("Max", ["a"], "b"),
        node("Sum", ["b"], "c"),
        node("Mean", ["c"]),
      ]),
    ],
    [
      "Pow with an integer exponent",
      of(matrix, [node("Pow", ["x", "k"])], withInitializers({ k: int64s([], [2]) })),
    ],
    [
      "HardSwish in pieces",
      of(
        matrix,
        [
          node("Add", ["x", "three"], "a"),
          node("Clip", ["a", "zero", "six"], "c"),
          node("Mul", ["x", "c"], "m"),
          node("Div", ["m", "six"]),
        ],
        withInitializers({ three: one(3), zero: one(0), six: one(6) }),
      ),
      { low: -5, high: 5 },
    ],
    [
      "an input as an output, a value as two outputs",
      of(matrix, [node("Relu", ["x"], "r"), node("Identity", ["x"], "a"), node("Identity", ["r"], "b")], {
        outputs: ["a", "r", "b"],
      }),
    ],
    ["ONNX's domain by name", of(matrix, [{ ...node("Relu", ["x"]), domain: "ai.onnx" }])],
  ]);
});

describe("QuantizeLinear and DequantizeLinear", () => {
  const [INT8, UINT8, UINT16, INT16, UINT4, INT4] = [3, 2, 4, 5, 21, 22];
  const pair = (
    scale: readonly number[],
    zero: ReturnType<typeof small> | undefined,
    attributes: TestNode["attributes"] = {},
    opset = 21,
    own: TestNode["attributes"] = {},
  ) => {
    const inputs = zero === undefined ? ["s"] : ["s", "z"];
    return of(
      matrix,
      [
        node("QuantizeLinear", ["x", ...inputs], "q", { ...attributes, ...own }),
        node("DequantizeLinear", ["q", ...inputs], "y", attributes),
      ],
      {
        opset,
        initializers: {
          s: floats(scale.length === 1 ? [] : [scale.length], scale),
          ...(zero && { z: zero }),
        },
        edit: (model) => {
          model.irVersion = 10n;
        },
      },
    );
  };
  const wide = { low: -40, high: 40, events: 10 };
  run([
    ["int8", pair([0.25], small(INT8, [], [3])), wide],
    ["uint8 with an odd zero point", pair([0.3], small(UINT8, [], [3])), wide],
    ["int16", pair([0.001], small(INT16, [], [-7])), wide],
    ["uint16", pair([0.0005], small(UINT16, [], [32768])), wide],
    ["int4", pair([0.5], small(INT4, [], [1])), { ...wide, low: -6, high: 6 }],
    ["uint4", pair([0.5], small(UINT4, [], [7])), { ...wide, low: -6, high: 6 }],
    ["axis 1 by default", pair([0.1, 0.25, 0.07], small(INT8, [3], [0, 1, -2])), wide],
    ["the last axis", pair([0.1, 0.25, 0.07, 0.5], small(UINT8, [4], [10, 1, 2, 0]), { axis: -1 }), wide],
    ["no zero point", pair([0.125], undefined, {}, 13), wide],
    ["no zero point, a stated type", pair([0.125], undefined, {}, 21, { output_dtype: INT8 }), wide],
    ["no zero point, a wide stated type", pair([0.125], undefined, {}, 21, { output_dtype: UINT16 }), wide],
    [
      "weights of 4 bits",
      of(["N", 4], [node("DequantizeLinear", ["w", "s"], "d"), node("MatMul", ["x", "d"])], {
        opset: 21,
        // Two numbers of 4 bits a byte, the lower first.
        initializers: {
          w: small(INT4, [4, 3], [0x81, 0x07, 0xd3, 0x1e, 0xb5, 0xf6]),
          s: floats([], [0.25]),
        },
        edit: (model) => {
          model.irVersion = 10n;
        },
      }),
    ],
    [
      "movements of the integers",
      of(
        matrix,
        [
          node("QuantizeLinear", ["x", "s", "z"], "q"),
          node("Transpose", ["q"], "t", { perm: [0, 2, 1] }),
          node("Reshape", ["t", "shape"], "r"),
          node("DequantizeLinear", ["r", "s", "z"]),
        ],
        withInitializers({ s: floats([], [0.3]), z: small(INT8, [], [5]), shape: ints(-1, 12) }),
      ),
      wide,
    ],
  ]);
});
