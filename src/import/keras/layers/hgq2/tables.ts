import { activate } from "../activation.js";
import { type LayerCall, type LayerHandler, onlyInput, type Value } from "../handler.js";
import { Nodes } from "../nodes.js";
import { quantizeValue } from "./quantizer.js";

/** keras.backend.epsilon(), which the table of reciprocals adds to its input. */
const EPSILON = 1e-7;

/** hgq QUnaryFunctionLUT (hgq/layers/activation.py): a function between two quantizers. */
export const unaryFunction: LayerHandler = (call) => {
  const nodes = new Nodes(call);
  return nodes.result(activate(call, nodes, onlyInput(call), true));
};

/** hgq QAffinedUnaryFunctionLUT: the function of scale · x + bias, two trained numbers. */
export const affinedUnaryFunction: LayerHandler = (call) => {
  const nodes = new Nodes(call);
  const read = (index: number, what: string) =>
    call.weights.variable("", index, { what, shape: [1] }).data[0] as number;
  const inner = nodes.scale("affine", onlyInput(call), read(0, "scale"), read(1, "bias"));
  return nodes.result(activate(call, nodes, inner, true));
};

/**
 * hgq QSoftmax (hgq/layers/softmax.py), which is not an ideal softmax but what hardware computes: a table of e^−(max − x)
 * (e^x when it is not `stable`), their sum, a table of reciprocals, a product; each table between two quantizers.
 */
export const qSoftmax: LayerHandler = (call) => {
  const nodes = new Nodes(call);
  const { config } = call;
  const input = onlyInput(call);
  const axes = config
    .axes("axes", input.shape.length + 1, -1)
    .map((axis) => axis - 1)
    .sort((a, b) => a - b);
  if (axes.includes(-1)) config.wrongType("axes", "axes without the batch axis");
  const stable = config.boolean("stable");
  const scaler = config.number("input_scaler", 1);

  const table = (part: string, quantized: Value, owner: string): Value =>
    nodes.append(tableQuantizer(call, quantized, part, owner));
  let x = input;
  if (stable) {
    const top = nodes.reduce("max", "max", input, axes, true);
    const distance = nodes.binary("distance", "subtract", top, input, input.shape);
    x = table("exp_iq", distance, "exp_table/iq");
  }
  const factor = stable ? -scaler : scaler;
  const exponent = factor === 1 ? x : nodes.scale("exponent", x, factor, 0);
  const exp = nodes.map("exp", { op: "function", kind: "exp", parameters: {} }, exponent);
  const terms = table("exp_oq", exp, "exp_table/oq");
  const sums = table("inv_iq", nodes.reduce("sum", "sum", terms, axes, true), "inv_table/iq");
  const shifted = nodes.scale("epsilon", sums, 1, EPSILON);
  const inverse = nodes.map("inverse", { op: "function", kind: "reciprocal", parameters: {} }, shifted);
  const divisor = table("inv_oq", inverse, "inv_table/oq");
  return nodes.result(nodes.binary("", "multiply", terms, divisor, terms.shape));
};

function tableQuantizer({ name, config, weights }: LayerCall, value: Value, part: string, owner: string) {
  return quantizeValue(value, `${name}.${part}`, config.object(`${part}_conf`), weights, owner);
}
