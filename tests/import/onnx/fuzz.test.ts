import fc from "fast-check";
import { test } from "vitest";
import type { ModelProto } from "../../../src/import/onnx/proto/onnx_pb.js";
import { survives } from "../../support/fuzz.js";
import { floats, int64s, onnxBytes, type TestModel } from "../../support/onnx.js";

/** FUZZ makes a longer run. */
const RUNS = Number(process.env.FUZZ ?? 500);

const zeros = (dims: readonly number[]) =>
  floats(
    dims,
    Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, n) => Math.sin(n)),
  );

const NETWORK: TestModel = {
  inputs: { x: ["N", 1, 6, 6], z: ["N", 2, 6] },
  initializers: {
    w: zeros([2, 1, 3, 3]),
    s: zeros([2]),
    scales: floats([4], [1, 1, 2, 2]),
    shape: int64s([2], [0, -1]),
    starts: int64s([1], [1]),
    ends: int64s([1], [5]),
    axes: int64s([1], [2]),
    pads: int64s([6], [0, 0, 1, 0, 0, 1]),
    m: zeros([6, 4]),
    split: int64s([2], [1, 1]),
    one: floats([], [1]),
    four: floats([], [4]),
  },
  outputs: ["y", "r"],
  nodes: [
    {
      type: "Conv",
      inputs: ["x", "w", "s"],
      outputs: ["a"],
      attributes: { pads: [1, 1, 1, 1], strides: [2, 2] },
    },
    { type: "BatchNormalization", inputs: ["a", "s", "s", "s", "one2"], outputs: ["b"] },
    { type: "MaxPool", inputs: ["b"], outputs: ["c"], attributes: { kernel_shape: [2, 2], ceil_mode: 1 } },
    { type: "Resize", inputs: ["c", "", "scales"], outputs: ["d"] },
    { type: "Transpose", inputs: ["d"], outputs: ["e"], attributes: { perm: [0, 2, 3, 1] } },
    { type: "Reshape", inputs: ["e", "shape"], outputs: ["f"] },
    { type: "Softmax", inputs: ["f"], outputs: ["y"] },
    { type: "Constant", inputs: [], outputs: ["one2"], attributes: { value: floats([2], [1, 2]) } },
    { type: "Pad", inputs: ["z", "pads"], outputs: ["g"] },
    { type: "Slice", inputs: ["g", "starts", "ends", "axes"], outputs: ["h"] },
    { type: "Split", inputs: ["h", "split"], outputs: ["i", "j"], attributes: { axis: 1 } },
    { type: "Add", inputs: ["i", "j"], outputs: ["k"] },
    { type: "Concat", inputs: ["k", "i", "j"], outputs: ["l"], attributes: { axis: 2 } },
    { type: "Gather", inputs: ["l", "axes"], outputs: ["o"], attributes: { axis: 2 } },
    {
      type: "Quant",
      inputs: ["z", "four", "one", "four"],
      outputs: ["p"],
      domain: "qonnx.custom_op.general",
    },
    { type: "MatMul", inputs: ["p", "m"], outputs: ["q"] },
    { type: "ReduceMean", inputs: ["q"], outputs: ["t"], attributes: { axes: [2], keepdims: 1 } },
    { type: "Mul", inputs: ["t", "o"], outputs: ["r"] },
  ],
};

/** Numbers that are wrong nearly everywhere. */
const NUMBERS = [
  0n,
  -1n,
  1n,
  2n,
  3n,
  7n,
  2n ** 24n,
  2n ** 31n,
  2n ** 53n,
  2n ** 62n,
  -(2n ** 63n),
  2n ** 63n - 1n,
];

/** Everything in a model that is a number or a name, as places that a test can write to. */
function places(model: ModelProto): readonly ((pick: (n: number) => number) => void)[] {
  const graph = model.graph;
  if (graph === undefined) return [];
  const names = graph.node.flatMap((node) => [...node.input, ...node.output]);
  const list =
    <T>(items: T[], value: (pick: (n: number) => number) => T) =>
    (pick: (n: number) => number) => {
      const kind = pick(4);
      if (kind === 0) items.push(value(pick));
      else if (kind === 1) items.splice(pick(items.length + 1), 1);
      else if (items.length > 0) items[pick(items.length)] = value(pick);
    };
  const number = (pick: (n: number) => number) => NUMBERS[pick(NUMBERS.length)] as bigint;
  const name = (pick: (n: number) => number) => names[pick(names.length)] as string;
  const real = (pick: (n: number) => number) =>
    [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e-30, 3e38][pick(6)] as number;
  return [
    ...graph.node.flatMap((node) => [
      list(node.input, name),
      list(node.output, name),
      ...node.attribute.flatMap((attribute) => [
        list(attribute.ints, number),
        (pick: (n: number) => number) => {
          attribute.i = number(pick);
        },
        (pick: (n: number) => number) => {
          attribute.f = real(pick);
        },
        (pick: (n: number) => number) => {
          attribute.type = pick(12) as typeof attribute.type;
        },
      ]),
      (pick: (n: number) => number) => {
        node.opType = graph.node[pick(graph.node.length)]?.opType ?? "";
      },
    ]),
    ...graph.initializer.flatMap((tensor) => [
      list(tensor.dims, number),
      list(tensor.int64Data, number),
      (pick: (n: number) => number) => {
        tensor.dataType = pick(28);
      },
      (pick: (n: number) => number) => {
        tensor.rawData = tensor.rawData.slice();
        const view = new DataView(tensor.rawData.buffer);
        if (view.byteLength >= 4) view.setFloat32(0, real(pick), true);
      },
    ]),
    (pick) => {
      for (const opset of model.opsetImport) opset.version = BigInt(pick(30));
    },
  ];
}

test("contradictions in a sound message", async () => {
  await survives({ name: "sound.onnx", bytes: onnxBytes(NETWORK) });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(), { minLength: 1, maxLength: 40 }), (choices) => {
      let next = 0;
      const pick = (n: number) => (choices[next++ % choices.length] as number) % Math.max(n, 1);
      const edit = (model: ModelProto) => {
        for (let change = 0; change <= pick(3); change++) {
          const all = places(model);
          all[pick(all.length)]?.(pick);
        }
      };
      return survives({ name: "mutated.onnx", bytes: onnxBytes({ ...NETWORK, edit }) });
    }),
    { numRuns: RUNS, seed: 4 },
  );
});
