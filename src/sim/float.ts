import { UserError } from "../ir/errors.js";
import { atElement, mapGranular } from "../ir/granular.js";
import type { Model, ModelConv2d, ModelNode, Quantizer } from "../ir/model/model.js";
import { sizeOf, type Tensor } from "../ir/tensor.js";
import { type Cell, createCell, resetCell, touch } from "./float-cell.js";
import { compileConv2d } from "./float-conv2d.js";
import { compileQuantizer } from "./float-quantizer.js";

export interface FloatExecutorOptions {
  /** `apply`: every quantizer acts, as in the trained model. `ignore`: the float model that it approximates. */
  readonly quantizers: "apply" | "ignore";
}

type Values = Record<string, Float64Array>;

/** Runs a model on one event a call; values are row-major. */
export interface FloatExecutor {
  /** The model's outputs by name. */
  readonly run: (inputs: Readonly<Values>) => Values;
  /** The value of every node by name. */
  readonly runAll: (inputs: Readonly<Values>) => Values;
}

interface Input {
  readonly name: string;
  readonly cell: Cell;
}

/**
 * Compiles a model to a float64 executor. With quantizers applied, every value before a sigmoid is a multiple of a power
 * of two, and the result is exact as long as no value needs more than 53 bits, in whatever order terms are added; with
 * quantizers ignored it is accurate to float64's rounding.
 *
 * The work is proportional to the elements that differ from the all-zero event. `run` throws a UserError when an input is
 * missing, of the wrong length or not finite.
 */
export function createFloatExecutor(model: Model, { quantizers }: FloatExecutorOptions): FloatExecutor {
  const apply = quantizers === "apply";
  const shapes = new Map(model.nodes.map((node) => [node.name, node.shape]));
  const cells = new Map<string, Cell>();
  const inputs: Input[] = [];
  const steps: (() => void)[] = [];

  const compileNode = (node: ModelNode): Cell => {
    if (node.op === "input") {
      const cell = createCell(new Float64Array(sizeOf(node.shape)));
      inputs.push({ name: node.name, cell });
      return cell;
    }
    const [source] = node.inputs;
    const input = cells.get(source) as Cell;
    if (node.op === "quantize" && !apply) return input;
    const { cell, step } =
      node.op === "conv2d"
        ? compileConv2d(node, input, shapes.get(source) as readonly number[], ...constants(node, apply))
        : compileElementwise(input, elementFunction(node));
    steps.push(step);
    return cell;
  };
  for (const node of model.nodes) cells.set(node.name, compileNode(node));
  const distinct = new Set(cells.values());

  const execute = (values: Readonly<Values>): void => {
    for (const cell of distinct) resetCell(cell);
    for (const input of inputs) load(input, values[input.name]);
    for (const step of steps) step();
  };
  const copy = (name: string) => (cells.get(name) as Cell).current.slice();
  return {
    run: (values) => {
      execute(values);
      return Object.fromEntries(model.outputs.map(({ name, value }) => [name, copy(value)]));
    },
    runAll: (values) => {
      execute(values);
      return Object.fromEntries(model.nodes.map(({ name }) => [name, copy(name)]));
    },
  };
}

function load({ name, cell }: Input, values: Float64Array | undefined): void {
  const where = `input '${name}'`;
  if (values === undefined) throw new UserError("the event has no value for it", { where });
  if (values.length !== cell.current.length) {
    throw new UserError(`the event has ${values.length} values, expected ${cell.current.length}`, { where });
  }
  for (let e = 0; e < values.length; e++) {
    const value = values[e];
    if (value === 0) continue;
    if (!Number.isFinite(value)) throw new UserError(`element ${e} is ${value}`, { where });
    cell.current[e] = value;
    touch(cell, e);
  }
}

type Elementwise = Exclude<ModelNode, { op: "input" | "conv2d" }>;

/** What an operator does to the element with row-major index `e`. */
function elementFunction(node: Elementwise): (x: number, e: number) => number {
  switch (node.op) {
    case "quantize": {
      const { types, rounding, overflow } = node.quantizer;
      const functions = mapGranular(types, (type) => compileQuantizer(type, rounding, overflow));
      const channels = node.shape.at(-1) ?? 1;
      return functions.per === "tensor" ? functions.items[0] : (x, e) => atElement(functions, e, channels)(x);
    }
    case "relu":
      return (x) => (x > 0 ? x : 0);
    case "sigmoid":
      return (x) => 1 / (1 + Math.exp(-x));
    case "threshold": {
      const { level } = node;
      return (x) => (x >= level ? 1 : 0);
    }
  }
}

function compileElementwise(
  input: Cell,
  apply: (x: number, e: number) => number,
): { readonly cell: Cell; readonly step: () => void } {
  const cell = createCell(input.reference.map(apply));
  const step = () => {
    for (let n = 0; n < input.count; n++) {
      const e = input.touched[n];
      const value = apply(input.current[e], e);
      if (value === cell.reference[e]) continue;
      cell.current[e] = value;
      touch(cell, e);
    }
  };
  return { cell, step };
}

function constants(
  node: ModelConv2d,
  apply: boolean,
): readonly [kernel: readonly number[], bias: readonly number[]] {
  const values = (tensor: Tensor<number>, quantizer: Quantizer | undefined) =>
    apply && quantizer !== undefined ? quantizeTensor(tensor, quantizer) : tensor.data;
  return [values(node.kernel, node.kernelQuantizer), values(node.bias, node.biasQuantizer)];
}

function quantizeTensor({ shape, data }: Tensor<number>, quantizer: Quantizer): readonly number[] {
  const { types, rounding, overflow } = quantizer;
  const functions = mapGranular(types, (type) => compileQuantizer(type, rounding, overflow));
  const channels = shape.at(-1) ?? 1;
  return data.map((x, n) => atElement(functions, n, channels)(x));
}
