import { UserError } from "../../../ir/errors.js";
import { isObject, printValue } from "../config.js";
import type { Json } from "../json.js";
import { activate } from "../layers/activation.js";
import type { LayerCall, Value } from "../layers/handler.js";
import type { Nodes } from "../layers/nodes.js";
import { argumentsOf, type Described, describe } from "./arguments.js";
import { quantizedBits } from "./bits.js";
import { quantizedPo2, quantizedReluPo2 } from "./po2.js";
import type { QuantizerClass, Quantizing } from "./quantizer.js";
import { quantizedRelu } from "./relu.js";
import { FUNCTIONS, quantizedSigmoid, quantizedTanh } from "./sigmoid.js";
import { binary, ternary } from "./sign.js";

const QUANTIZERS: ReadonlyMap<string, QuantizerClass> = new Map([
  ["quantized_bits", quantizedBits],
  ["quantized_relu", quantizedRelu],
  ["quantized_po2", quantizedPo2],
  ["quantized_relu_po2", quantizedReluPo2],
  ["quantized_tanh", quantizedTanh],
  ["quantized_sigmoid", quantizedSigmoid],
  ["binary", binary],
  ["ternary", ternary],
]);

const RANDOM = "it draws random numbers, which hardware does not";

/** Why quantizers that users do have are not read, and what to do instead. */
const REFUSED: ReadonlyMap<string, readonly [reason: string, hint: string]> = new Map([
  ["bernoulli", [RANDOM, "Train on with binary(use_01=True)."]],
  ["stochastic_binary", [RANDOM, "Train on with binary."]],
  ["stochastic_ternary", [RANDOM, "Train on with ternary."]],
  ["quantized_ulaw", ["its steps are logarithms of a sigmoid", "Use quantized_tanh."]],
  ["quantized_hswish", ["its hard swish is not read", "Use quantized_relu."]],
  ["quantized_linear", ["it is not a quantizer of QKeras 0.9", "Use quantized_bits, which means the same."]],
]);

/** What reading a quantizer needs of the layer that holds it. */
type Place = Pick<LayerCall, "where" | "note">;

/** The quantizer that an attribute of a layer holds; undefined where it is null. `what` names it in errors. */
export function readQuantizer(value: Json | undefined, what: string, call: Place): Quantizing | undefined {
  const { where } = call;
  if (value === null) return undefined;
  // Python's default may be a quantizer, and QKeras always writes the attribute.
  if (value === undefined) throw new UserError(`its attribute '${what}' is missing`, { where });
  const described = describe(value, where);
  if (described !== undefined) return readDescribed(described, what, call);
  throw new UserError(`its ${what} ${printValue(value)} is not a quantizer`, { where, hint: supported() });
}

function readDescribed(described: Described, what: string, { where, note }: Place): Quantizing {
  const found = QUANTIZERS.get(described.name);
  if (found !== undefined) {
    const own = `${where}: ${what} '${described.name}'`;
    return found.read(argumentsOf(described, found.parameters, own), note);
  }
  const refused = REFUSED.get(described.name);
  throw new UserError(
    `its ${what} '${described.name}' is not supported${refused === undefined ? "" : `: ${refused[0]}`}`,
    { where, hint: refused?.[1] ?? supported() },
  );
}

function supported(): string {
  return `Supported: ${[...QUANTIZERS.keys()].join(", ")}.`;
}

/**
 * Applies the activation of a layer of QKeras: a quantizer, a function of QKeras, or one of Keras. `main` makes it the
 * layer's main node.
 */
export function activateQuantized(call: LayerCall, nodes: Nodes, input: Value, main: boolean): Value {
  const value = call.config.get("activation") ?? "linear";
  const described = describe(value, call.where);
  const name = described?.name ?? functionName(value);
  const apply = name === undefined ? undefined : FUNCTIONS.get(name);
  if (apply !== undefined) return apply(nodes, input, main ? "" : (name as string));
  if (described !== undefined && isQuantizer(described, value)) {
    const quantizer = readDescribed(described, "activation", call);
    return quantizer.activation(nodes, input, main ? "" : described.name);
  }
  return activate(call, nodes, input, main);
}

/** Everything else is for Keras to know: a function's name, or a layer as an activation. */
function isQuantizer({ name }: Described, value: Json): boolean {
  if (QUANTIZERS.has(name) || REFUSED.has(name)) return true;
  return typeof value === "string" && value.includes("(");
}

/** A function as an object: `{class_name: "function", config: "hard_sigmoid"}`. */
function functionName(value: Json): string | undefined {
  if (!isObject(value) || typeof value.config !== "string") return undefined;
  return value.config.slice(value.config.indexOf(">") + 1);
}
