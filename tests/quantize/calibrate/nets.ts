import type { Model, ModelNode } from "../../../src/ir/model/model.js";
import { collectStatistics, prepareModel, type Statistics } from "../../../src/quantize/calibrate/index.js";
import { createFloatExecutor } from "../../../src/sim/float/index.js";
import type { Random } from "../../support/random.js";

export type Event = Readonly<Record<string, Float64Array>>;

export const real = (random: Random, size = 1) => (2 * random.next() - 1) * size;

export const input = (name: string, shape: readonly number[]): ModelNode => ({
  op: "input",
  name,
  inputs: [],
  shape,
});

export function dense(
  name: string,
  from: string,
  kernel: readonly (readonly number[])[],
  bias?: number[],
): ModelNode {
  const outputs = kernel[0].length;
  return {
    op: "dense",
    name,
    inputs: [from],
    shape: [outputs],
    kernel: { shape: [kernel.length, outputs], data: kernel.flat() },
    bias: { shape: [outputs], data: bias ?? new Array(outputs).fill(0) },
    kernelQuantizer: undefined,
    biasQuantizer: undefined,
  };
}

export const relu = (name: string, from: string, shape: readonly number[]): ModelNode => ({
  op: "relu",
  name,
  inputs: [from],
  shape,
});

/** Image → conv → batch normalization → ReLU → max pool → flatten → dense → ReLU → dense. */
export function randomNet(random: Random): Model {
  const channels = random.integer(2, 4);
  const reals = (...shape: number[]) => ({
    shape,
    data: random.array(
      shape.reduce((a, b) => a * b, 1),
      () => real(random),
    ),
  });
  const flat = 4 * channels;
  const matrix = (rows: number, columns: number) =>
    random.array(rows, () => random.array(columns, () => real(random)));
  const biases = (count: number) => random.array(count, () => real(random));
  const two = { rows: 2, columns: 2 };
  const none = { top: 0, bottom: 0, left: 0, right: 0 };
  const nodes: ModelNode[] = [
    input("x", [4, 4, 2]),
    {
      op: "conv2d",
      name: "conv",
      inputs: ["x"],
      shape: [4, 4, channels],
      kernel: reals(3, 3, 2, channels),
      bias: reals(channels),
      kernelQuantizer: undefined,
      biasQuantizer: undefined,
      pads: { top: 1, bottom: 1, left: 1, right: 1 },
      strides: { rows: 1, columns: 1 },
      dilations: { rows: 1, columns: 1 },
      groups: 1,
    },
    {
      op: "affine",
      name: "norm",
      inputs: ["conv"],
      shape: [4, 4, channels],
      multiplier: reals(channels),
      offset: reals(channels),
      multiplierQuantizer: undefined,
      offsetQuantizer: undefined,
    },
    relu("norm.relu", "norm", [4, 4, channels]),
    {
      op: "pool2d",
      name: "pool",
      inputs: ["norm.relu"],
      shape: [2, 2, channels],
      kind: "max",
      size: two,
      strides: two,
      dilations: { rows: 1, columns: 1 },
      pads: none,
      countPads: false,
    },
    { op: "reshape", name: "flat", inputs: ["pool"], shape: [flat] },
    dense("hidden", "flat", matrix(flat, 5), biases(5)),
    relu("hidden.relu", "hidden", [5]),
    dense("scores", "hidden.relu", matrix(5, 3), biases(3)),
  ];
  return { name: "net", nodes, outputs: [{ name: "scores", value: "scores" }] };
}

/** Events with values from −1 to 1 for every input. */
export function randomEvents(model: Model, random: Random, count: number): readonly Event[] {
  const inputs = model.nodes.filter(({ op }) => op === "input");
  return random.array(count, () =>
    Object.fromEntries(
      inputs.map(({ name, shape }) => [
        name,
        Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => real(random)),
      ]),
    ),
  );
}

export const floatRun = (model: Model) => createFloatExecutor(model, { quantizers: "ignore" }).runAll;

export async function prepared(
  model: Model,
  events: readonly Event[],
): Promise<{ readonly model: Model; readonly statistics: Statistics }> {
  const ready = prepareModel(model);
  return { model: ready, statistics: await collectStatistics(ready, events, floatRun(ready)) };
}

/** The root mean squared difference of the outputs of a quantized model and its float original. */
export function errorOf(quantized: Model, model: Model, events: readonly Event[]): number {
  const a = createFloatExecutor(quantized, { quantizers: "apply" });
  const b = createFloatExecutor(model, { quantizers: "ignore" });
  let sum = 0;
  let count = 0;
  for (const event of events) {
    const [own, original] = [a.run(event), b.run(event)];
    for (const { name } of model.outputs) {
      for (const [i, value] of own[name].entries()) {
        sum += (value - original[name][i]) ** 2;
        count++;
      }
    }
  }
  return Math.sqrt(sum / count);
}
