import { UserError } from "../../../ir/errors.js";
import type { Tensor } from "../../../ir/tensor.js";
import { Config, isObject, printValue } from "../config.js";
import type { Json } from "../json.js";
import { ACTIVATIONS, clamp, functionOf, leakyRelu } from "./functions.js";
import { type LayerCall, type LayerHandler, onlyInput, type Value } from "./handler.js";
import { Nodes } from "./nodes.js";
import { broadcastParameter } from "./parameter.js";

/**
 * Applies the function that an attribute `activation` holds: a name, or in Keras 3 also a layer. `main` makes it the
 * layer's main node.
 */
export function activate(call: LayerCall, nodes: Nodes, input: Value, main = false): Value {
  const value = call.config.get("activation") ?? "linear";
  const name = activationName(value);
  if (name === undefined) return activationLayer(call, nodes, input, value, main);
  const activation = ACTIVATIONS.get(name);
  if (activation === undefined) {
    throw new UserError(`its activation '${name}' is not supported`, {
      where: call.where,
      hint: `Supported: ${[...ACTIVATIONS.keys()].join(", ")}.`,
    });
  }
  return activation(nodes, input, main ? "" : name, call.keras);
}

/** Keras writes its own functions by name, or as {class_name: "function", config: name}. */
function activationName(value: Json): string | undefined {
  if (typeof value === "string") return value;
  if (!isObject(value) || value.class_name !== "function" || typeof value.config !== "string")
    return undefined;
  // keras_hub and HGQ2 register names with their package.
  return value.config.slice(value.config.indexOf(">") + 1);
}

function activationLayer(call: LayerCall, nodes: Nodes, input: Value, value: Json, main: boolean): Value {
  const className = isObject(value) ? value.class_name : undefined;
  const handler = typeof className === "string" ? ACTIVATION_LAYERS.get(className) : undefined;
  if (handler === undefined || !isObject(value)) {
    throw new UserError(`its activation ${printValue(value)} is not supported`, {
      where: call.where,
      hint: "Use an activation of Keras by its name, or a layer for it.",
    });
  }
  const name = main ? call.name : `${call.name}.${className as string}`;
  const config = new Config(value.config, call.where, "the configuration of its activation");
  return nodes.append(handler({ ...call, name, config, inputs: [input] }));
}

/** keras Activation. */
export const activation: LayerHandler = (call) => {
  const nodes = new Nodes(call);
  return nodes.result(activate(call, nodes, onlyInput(call), true));
};

const scalar = (value: number): Tensor<number> => ({ shape: [], data: [value] });

/**
 * keras ReLU: f(x) = max_value from there on, x above `threshold`, negative_slope · (x − threshold) below
 * (keras/src/activations/activations.py, `ReLU.static_call`).
 */
export const relu: LayerHandler = (call) => {
  const { config } = call;
  const input = onlyInput(call);
  const nodes = new Nodes(call);
  const slope = config.number("negative_slope", config.number("alpha", 0));
  const threshold = config.number("threshold", 0);
  const top = config.has("max_value") ? config.number("max_value") : undefined;
  if (threshold === 0 && slope === 0) {
    return nodes.result(
      top === undefined ? nodes.map("", { op: "relu" }, input) : clamp(0, top)(nodes, input, "", call.keras),
    );
  }
  if (threshold === 0 && top === undefined) {
    return nodes.result(leakyRelu(scalar(slope))(nodes, input, "", call.keras));
  }
  const passes = nodes.map("passes", { op: "threshold", level: threshold, strict: true }, input);
  const kept =
    threshold === 0
      ? nodes.map("kept", { op: "relu" }, input)
      : nodes.binary("kept", "multiply", input, passes);
  const positive = top === undefined ? kept : nodes.map("cut", { op: "clamp", low: 0, high: top }, kept);
  if (slope === 0) return nodes.result(positive);
  const below = nodes.map("below", { op: "relu" }, nodes.scale("distance", input, -1, threshold));
  return nodes.result(nodes.binary("", "subtract", positive, nodes.scale("slope", below, slope, 0)));
};

/** keras LeakyReLU: Keras 2 calls its slope alpha. */
export const leakyReLU: LayerHandler = (call) => {
  const nodes = new Nodes(call);
  const slope = call.config.number("negative_slope", call.config.number("alpha", 0.3));
  return nodes.result(leakyRelu(scalar(slope))(nodes, onlyInput(call), "", call.keras));
};

/** keras PReLU: a trained slope for each element, shared along `shared_axes`. */
export const prelu: LayerHandler = (call) => {
  const input = onlyInput(call);
  const nodes = new Nodes(call);
  const shared = call.config.has("shared_axes")
    ? call.config.axes("shared_axes", input.shape.length + 1)
    : [];
  const shape = input.shape.map((n, axis) => (shared.includes(axis + 1) ? 1 : n));
  const alpha = call.weights.variable("", 0, { what: "alpha", shape });
  const slope = broadcastParameter({ tensor: alpha, quantizer: undefined }, input.shape).tensor;
  const channels = input.shape.at(-1) ?? 1;
  const perChannel = shape.slice(0, -1).every((n) => n === 1);
  return nodes.result(
    leakyRelu(perChannel ? { shape: [channels], data: slope.data.slice(0, channels) } : slope)(
      nodes,
      input,
      "",
      call.keras,
    ),
  );
};

/** keras ELU. */
export const elu: LayerHandler = (call) => {
  const nodes = new Nodes(call);
  const alpha = call.config.number("alpha", 1);
  return nodes.result(functionOf("elu", { alpha })(nodes, onlyInput(call), "", call.keras));
};

/** keras Softmax over one axis or several together, which are moved to the end for it. */
export const softmax: LayerHandler = (call) => {
  const input = onlyInput(call);
  const nodes = new Nodes(call);
  return nodes.result(
    softmaxOver(nodes, input, call.config.axes("axis", input.shape.length + 1, -1), call.where),
  );
};

function softmaxOver(nodes: Nodes, input: Value, axes: readonly number[], where: string): Value {
  const rank = input.shape.length;
  const over = axes.map((axis) => axis - 1);
  if (over.includes(-1)) throw new UserError("its 'axis' is the batch axis", { where });
  const rest = input.shape.map((_, axis) => axis).filter((axis) => !over.includes(axis));
  const permutation = [...rest, ...over];
  const moved = nodes.transpose(input, permutation);
  const kept = moved.shape.slice(0, rest.length);
  const merged = nodes.reshape(moved, [...kept, moved.shape.slice(rest.length).reduce((a, b) => a * b, 1)]);
  const result = nodes.map("", { op: "softmax" }, merged);
  const inverse = Array.from({ length: rank }, (_, axis) => permutation.indexOf(axis));
  return nodes.transpose(nodes.reshape(result, moved.shape), inverse);
}

/** Layers that Keras 3 also takes as an activation of another layer. */
const ACTIVATION_LAYERS: ReadonlyMap<string, LayerHandler> = new Map([
  ["Activation", activation],
  ["ReLU", relu],
  ["LeakyReLU", leakyReLU],
  ["ELU", elu],
  ["Softmax", softmax],
]);
