import type { ModelFunction } from "../../../ir/model/model.js";
import type { Tensor } from "../../../ir/tensor.js";
import type { Value } from "./handler.js";
import type { Nodes } from "./nodes.js";

/** Applies a function of one value; `suffix` names its main node. */
export type Activation = (nodes: Nodes, input: Value, suffix: string, keras: 2 | 3) => Value;

/** The function itself, as a node of its own kind. */
export function functionOf(
  kind: ModelFunction["kind"],
  parameters: Readonly<Record<string, number>> = {},
): Activation {
  return (nodes, input, suffix) => nodes.map(suffix, { op: "function", kind, parameters }, input);
}

export function clamp(low: number | undefined, high: number | undefined): Activation {
  return (nodes, input, suffix) => nodes.map(suffix, { op: "clamp", low, high }, input);
}

/** x where x ≥ 0, else slope · x. */
export function leakyRelu(slope: Tensor<number>): Activation {
  return (nodes, input, suffix) => nodes.map(suffix, { op: "leaky_relu", slope }, input);
}

const scalar = (value: number): Tensor<number> => ({ shape: [], data: [value] });

/** keras/src/activations/activations.py, `selu`. */
const SELU = { alpha: 1.6732632423543772, gamma: 1.0507009873554805 };

const relu: Activation = (nodes, input, suffix) => nodes.map(suffix, { op: "relu" }, input);

/** Keras 3 follows PyTorch, x/6 + 1/2; Keras 2 had 0.2 x + 0.5. Both cut at 0 and 1. */
const hardSigmoid: Activation = (nodes, input, suffix, keras) => {
  const line = nodes.scale(
    `${suffix === "" ? "hard_sigmoid" : suffix}.line`,
    input,
    keras === 3 ? 1 / 6 : 0.2,
    0.5,
  );
  return clamp(0, 1)(nodes, line, suffix, keras);
};

/** x · relu6(x + 3) / 6. */
const hardSilu: Activation = (nodes, input, suffix) => {
  const part = (name: string) => `${suffix === "" ? "hard_silu" : suffix}.${name}`;
  const shifted = nodes.scale(part("shift"), input, 1, 3);
  const gate = nodes.map(part("gate"), { op: "clamp", low: 0, high: 6 }, shifted);
  return nodes.scale(suffix, nodes.binary(part("product"), "multiply", input, gate), 1 / 6, 0);
};

/** ln(sigmoid(x)) = −softplus(−x). */
const logSigmoid: Activation = (nodes, input, suffix) => {
  const part = (name: string) => `${suffix === "" ? "log_sigmoid" : suffix}.${name}`;
  const negative = nodes.scale(part("negative"), input, -1, 0);
  const plus = nodes.map(part("softplus"), { op: "function", kind: "softplus", parameters: {} }, negative);
  return nodes.scale(suffix, plus, -1, 0);
};

/** x − tanh(x). */
const tanhShrink: Activation = (nodes, input, suffix) => {
  const name = `${suffix === "" ? "tanh_shrink" : suffix}.tanh`;
  const tanh = nodes.map(name, { op: "function", kind: "tanh", parameters: {} }, input);
  return nodes.binary(suffix, "subtract", input, tanh);
};

const sparseSigmoid: Activation = (nodes, input, suffix, keras) => {
  const line = nodes.scale(`${suffix === "" ? "sparse_sigmoid" : suffix}.line`, input, 0.5, 0.5);
  return clamp(0, 1)(nodes, line, suffix, keras);
};

/** The softmax over the last axis. */
const softmax: Activation = (nodes, input, suffix) => nodes.map(suffix, { op: "softmax" }, input);

/** The functions of one tensor that Keras has by name (keras/src/activations/activations.py), with their defaults. */
export const ACTIVATIONS: ReadonlyMap<string, Activation> = new Map<string, Activation>([
  ["linear", (_, input) => input],
  ["relu", relu],
  ["relu6", clamp(0, 6)],
  ["leaky_relu", leakyRelu(scalar(0.2))],
  ["elu", functionOf("elu", { alpha: 1 })],
  ["celu", functionOf("elu", { alpha: 1 })],
  ["selu", functionOf("selu", SELU)],
  ["gelu", functionOf("gelu")],
  ["silu", functionOf("silu")],
  ["swish", functionOf("silu")],
  ["mish", functionOf("mish")],
  ["sigmoid", functionOf("sigmoid")],
  ["hard_sigmoid", hardSigmoid],
  ["hard_silu", hardSilu],
  ["hard_swish", hardSilu],
  ["tanh", functionOf("tanh")],
  ["hard_tanh", clamp(-1, 1)],
  ["tanh_shrink", tanhShrink],
  ["softplus", functionOf("softplus")],
  ["softsign", functionOf("softsign")],
  ["log_sigmoid", logSigmoid],
  ["sparse_sigmoid", sparseSigmoid],
  ["exponential", functionOf("exp")],
  ["exp", functionOf("exp")],
  ["softmax", softmax],
]);
