import { UserError } from "../../../ir/errors.js";
import { activation, softmax } from "./activation.js";
import { type LayerHandler, onlyInput } from "./handler.js";
import { concatenate, merge, severalInputs } from "./merging.js";
import { type BinaryOp, Nodes } from "./nodes.js";

/** An operation of two values. NumPy aligns axes from the last, the batch axis with them: ranks must be equal. */
function binary(op: BinaryOp): LayerHandler {
  return (call) => {
    const [a, b] = severalInputs(call, 2, 2).map(({ shape }) => shape.length);
    if (a !== b) {
      throw new UserError(`its inputs have ${a} and ${b} axes, which would mix events`, {
        where: call.where,
      });
    }
    return merge(op)(call);
  };
}

/** An operation that is an activation of this name. */
const named =
  (name: string): LayerHandler =>
  (call) =>
    activation({ ...call, config: call.config.with("activation", name) });

const negative: LayerHandler = (call) => {
  const nodes = new Nodes(call);
  return nodes.result(nodes.scale("", onlyInput(call), -1, 0));
};

const absolute: LayerHandler = (call) => {
  const nodes = new Nodes(call);
  return nodes.result(nodes.map("", { op: "absolute" }, onlyInput(call)));
};

const square: LayerHandler = (call) => {
  const nodes = new Nodes(call);
  const input = onlyInput(call);
  return nodes.result(nodes.binary("", "multiply", input, input));
};

/** Operations of Keras 3 on values between layers (keras/src/ops/), by class: `x + y` is an Add. */
const OPERATIONS: Readonly<Record<string, LayerHandler>> = {
  Add: binary("add"),
  Subtract: binary("subtract"),
  Multiply: binary("multiply"),
  Maximum: binary("maximum"),
  Minimum: binary("minimum"),
  Concatenate: concatenate,
  Negative: negative,
  Absolute: absolute,
  Abs: absolute,
  Square: square,
  Relu: named("relu"),
  Relu6: named("relu6"),
  Sigmoid: named("sigmoid"),
  Silu: named("silu"),
  HardSigmoid: named("hard_sigmoid"),
  Tanh: named("tanh"),
  Softplus: named("softplus"),
  Softsign: named("softsign"),
  Exp: named("exponential"),
  Softmax: softmax,
};

export const KERAS_OPERATIONS: ReadonlyMap<string, LayerHandler> = new Map(
  Object.entries(OPERATIONS).map(([name, handler]) => [`keras.ops>${name}`, handler]),
);
