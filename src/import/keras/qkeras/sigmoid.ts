import { perTensor } from "../../../ir/granular.js";
import type { Quantizer } from "../../../ir/model/model.js";
import type { Value } from "../layers/handler.js";
import type { Nodes } from "../layers/nodes.js";
import { flagOf, integerOf } from "./arguments.js";
import { noWeight, partOf, type QuantizerClass, type Quantizing } from "./quantizer.js";

const MOST_BITS = 24;

type Apply = Quantizing["activation"];

/** A line cut at `low` and `high`. */
function cutLine(slope: number, offset: number, low: number, high: number): Apply {
  return (nodes, input, suffix) => {
    const line =
      slope === 1 && offset === 0 ? input : nodes.scale(partOf(suffix, "line"), input, slope, offset);
    return nodes.map(suffix, { op: "clamp", low, high }, line);
  };
}

const hardSigmoid = cutLine(0.5, 0.5, 0, 1);

/** Functions of qkeras/quantizers.py that an activation may name; `hard_sigmoid` is not the one of Keras. */
export const FUNCTIONS: ReadonlyMap<string, Apply> = new Map<string, Apply>([
  ["hard_sigmoid", hardSigmoid],
  ["smooth_sigmoid", cutLine(0.1875, 0.5, 0, 1)],
  ["hard_tanh", cutLine(1, 0, -1, 1)],
  ["smooth_tanh", cutLine(0.375, 0, -1, 1)],
  // Half of one, the sigmoid at 0, rounds to even.
  ["binary_sigmoid", above],
  [
    "binary_tanh",
    (nodes, input, suffix) => nodes.scale(suffix, above(nodes, input, partOf(suffix, "sign")), 2, -1),
  ],
]);

function above(nodes: Nodes, input: Value, suffix: string): Value {
  return nodes.map(suffix, { op: "threshold", level: 0, strict: true }, input);
}

/** qkeras/quantizers.py, `quantized_tanh`: by default of the hard tanh, which the clipping at ±1 makes. */
export const quantizedTanh: QuantizerClass = {
  parameters: ["bits", "use_stochastic_rounding", "symmetric", "use_real_tanh"],
  read: (config) => {
    const bits = integerOf(config, "bits", 8, 1, MOST_BITS);
    const quantizer: Quantizer = {
      types: perTensor({ signed: true, width: bits, integer: 1 }),
      rounding: "RND_CONV",
      overflow: flagOf(config, "symmetric", false) ? "SAT_SYM" : "SAT",
    };
    const real = flagOf(config, "use_real_tanh", false);
    return {
      weight: noWeight("quantized_tanh", config.where),
      activation: (nodes, input, suffix) => {
        const tanh = real
          ? nodes.map(partOf(suffix, "tanh"), { op: "function", kind: "tanh", parameters: {} }, input)
          : input;
        return nodes.map(suffix, { op: "quantize", quantizer }, tanh);
      },
    };
  },
};

/** qkeras/quantizers.py, `quantized_sigmoid`: by default of the hard sigmoid; `symmetric` leaves 0 out. */
export const quantizedSigmoid: QuantizerClass = {
  parameters: ["bits", "symmetric", "use_real_sigmoid", "use_stochastic_rounding"],
  read: (config) => {
    const bits = integerOf(config, "bits", 8, 1, MOST_BITS);
    const quantizer: Quantizer = {
      types: perTensor({ signed: false, width: bits, integer: 0 }),
      rounding: "RND_CONV",
      overflow: "SAT",
      ...(flagOf(config, "symmetric", false) && {
        limits: perTensor({ lo: 1n, hi: 2n ** BigInt(bits) - 1n }),
      }),
    };
    const real = flagOf(config, "use_real_sigmoid", false);
    return {
      weight: noWeight("quantized_sigmoid", config.where),
      activation: (nodes, input, suffix) => {
        const name = partOf(suffix, "sigmoid");
        const sigmoid = real
          ? nodes.map(name, { op: "function", kind: "sigmoid", parameters: {} }, input)
          : hardSigmoid(nodes, input, name);
        return nodes.map(suffix, { op: "quantize", quantizer }, sigmoid);
      },
    };
  },
};
