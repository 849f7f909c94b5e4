import { UserError } from "../../ir/errors.js";
import type { Model } from "../../ir/model/model.js";
import { type Cell, resetCell, type SparseCell, touch } from "./cell.js";
import { compileNode } from "./operators.js";

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
  readonly cell: SparseCell;
}

/**
 * Compiles a model to a float64 executor. With quantizers applied, values that are sums of products of quantized ones are
 * exact as long as none needs more than 53 bits, in whatever order terms are added; everything else is accurate to
 * float64's rounding.
 *
 * The work is proportional to the elements that differ from the all-zero event, up to the first dense layer. `run` throws
 * a UserError when an input is missing, of the wrong length or not finite.
 */
export function createFloatExecutor(model: Model, { quantizers }: FloatExecutorOptions): FloatExecutor {
  const apply = quantizers === "apply";
  const shapes = new Map(model.nodes.map((node) => [node.name, node.shape]));
  const cells = new Map<string, Cell>();
  const inputs: Input[] = [];
  const steps: (() => void)[] = [];

  for (const node of model.nodes) {
    const { cell, step } = compileNode(node, {
      inputs: node.inputs.map((name) => cells.get(name) as Cell),
      shapes: node.inputs.map((name) => shapes.get(name) as readonly number[]),
      apply,
    });
    cells.set(node.name, cell);
    if (node.op === "input") inputs.push({ name: node.name, cell: cell as SparseCell });
    if (step !== undefined) steps.push(step);
  }
  const sparse = [...new Set(cells.values())].filter((cell) => !cell.dense);

  const execute = (values: Readonly<Values>): void => {
    for (const cell of sparse) resetCell(cell);
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
