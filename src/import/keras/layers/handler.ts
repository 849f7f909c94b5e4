import { UserError } from "../../../ir/errors.js";
import type { ModelNode } from "../../../ir/model/model.js";
import { sizeOf } from "../../../ir/tensor.js";
import type { Config } from "../config.js";
import type { LayerWeights } from "../weights.js";
import type { ReadParameter } from "./parameter.js";

/** A value of the model under construction. */
export interface Value {
  readonly name: string;
  readonly shape: readonly number[];
}

/** One call of a layer that a handler turns into nodes. */
export interface LayerCall {
  /** The name of the layer's main node; further nodes append `.iq`, `.relu`, … */
  readonly name: string;
  readonly config: Config;
  /** File and layer, for errors. */
  readonly where: string;
  readonly inputs: readonly Value[];
  readonly weights: LayerWeights;
  /** The version of Keras that wrote the file: definitions of some functions differ. */
  readonly keras: 2 | 3;
  /** Reads a weight as the layer's package quantizes it. */
  readonly parameter: ReadParameter;
  /** Tells the user something that is no error. */
  readonly note: (message: string) => void;
}

/** Nodes in order of data flow, and the value of the layer: that of the last node, or an input passed through. */
export interface LayerResult {
  readonly nodes: readonly ModelNode[];
  readonly output: Value;
}

/** Turns a layer into nodes. Throws a UserError on whatever it does not support. */
export type LayerHandler = (call: LayerCall) => LayerResult;

/** The input of a layer that takes exactly one. */
export function onlyInput({ inputs, where }: Pick<LayerCall, "inputs" | "where">): Value {
  const [input] = inputs;
  if (input === undefined || inputs.length !== 1) {
    throw new UserError(`it takes one input, found ${inputs.length}`, { where });
  }
  return input;
}

/** The only input, which must have `rank` axes; the batch axis does not count. */
export function inputOfRank(call: LayerCall, rank: number): Value {
  const input = onlyInput(call);
  if (input.shape.length !== rank) {
    throw new UserError(`it takes an input of ${rank} axes, found shape [${input.shape.join(", ")}]`, {
      where: call.where,
    });
  }
  return input;
}

/** A chain of results: each step takes the value of the step before it. */
export function chain(input: Value, steps: readonly ((input: Value) => LayerResult)[]): LayerResult {
  const nodes: ModelNode[] = [];
  let output = input;
  for (const step of steps) {
    const result = step(output);
    nodes.push(...result.nodes);
    output = result.output;
  }
  return { nodes, output };
}

/** The result that one node makes. */
export function single(node: ModelNode): LayerResult {
  return { nodes: [node], output: node };
}

/** The result of a layer that does nothing at inference. */
export function identity(input: Value): LayerResult {
  return { nodes: [], output: input };
}

/** More elements than one event of a trigger has. */
const MOST_ELEMENTS = 2 ** 24;

/** Refuses a shape so large that only a damaged or hostile file has it. */
export function checkShape(shape: readonly number[], where: string): readonly number[] {
  if (sizeOf(shape) > MOST_ELEMENTS) {
    throw new UserError(`its shape [${shape.join(", ")}] has more than ${MOST_ELEMENTS} elements`, { where });
  }
  return shape;
}
