import { UserError } from "../../../ir/errors.js";
import type { Tensor } from "../../../ir/tensor.js";
import { roundHalfEven } from "../hgq2/bits.js";
import type { Value } from "../layers/handler.js";
import type { Nodes } from "../layers/nodes.js";
import type { Parameter } from "../layers/parameter.js";
import { type Alpha, alphaOf, flagOf, integerOf } from "./arguments.js";
import { automaticActivation, partOf, type QuantizerClass } from "./quantizer.js";
import { fitScale, integersTimes, largest, powerOfTwo, type Scales, scaleAt } from "./scale.js";

const { fround } = Math;

const SUMMED =
  "the scale of its weights is a mean taken in float64, where QKeras adds in float32: it may differ by 10^-6 of itself";

/** −factor or +factor by the sign, 0 counting as positive; 0 or factor where only `positive` ones are. */
export function signActivation(
  nodes: Nodes,
  input: Value,
  suffix: string,
  factor: number,
  positive: boolean,
): Value {
  const sign = { op: "threshold", level: 0, strict: false } as const;
  if (positive && factor === 1) return nodes.map(suffix, sign, input);
  const reached = nodes.map(partOf(suffix, "sign"), sign, input);
  return positive
    ? nodes.scale(suffix, reached, factor, 0)
    : nodes.scale(suffix, reached, 2 * factor, -factor);
}

export function signWeight(tensor: Tensor<number>, factor: number, positive: boolean): Parameter {
  return integersTimes(tensor.shape, signs(tensor, positive), range(positive), () => factor);
}

function signs({ data }: Tensor<number>, positive: boolean): readonly number[] {
  return data.map((x) => (x >= 0 ? 1 : positive ? 0 : -1));
}

function range(positive: boolean) {
  return { lo: positive ? 0n : -1n, hi: 1n };
}

function needsAxes({ shape }: Tensor<number>, where: string): void {
  if (shape.length === 0) throw new UserError("a single number has no automatic scale", { where });
}

/** qkeras/quantizers.py, `binary`. */
export const binary: QuantizerClass = {
  parameters: ["use_01", "alpha", "use_stochastic_rounding"],
  read: (config, note) => {
    const positive = flagOf(config, "use_01", false);
    const alpha = alphaOf(config);
    return {
      weight: (tensor, trainable) => {
        const factor = alpha ?? (trainable ? "auto_po2" : 1);
        if (typeof factor === "number") return signWeight(tensor, factor, positive);
        needsAxes(tensor, config.where);
        if (factor === "auto") note(SUMMED);
        const integers = signs(tensor, positive);
        const scales = fitScale(tensor, integers, factor);
        return integersTimes(tensor.shape, integers, range(positive), (e) => scaleAt(scales, e));
      },
      activation: (nodes, input, suffix) =>
        typeof alpha === "string"
          ? automaticActivation("binary", config.where)
          : signActivation(nodes, input, suffix, alpha ?? 1, positive),
    };
  },
};

/** qkeras/quantizers.py, `ternary`: 0 below the threshold. */
export const ternary: QuantizerClass = {
  parameters: ["alpha", "threshold", "use_stochastic_rounding", "number_of_unrolls"],
  read: (config, note) => {
    const alpha = alphaOf(config);
    if (typeof alpha === "string" && config.has("threshold")) {
      throw new UserError("the quantizer 'ternary' has both a threshold and an automatic scale", {
        where: config.where,
        hint: "Remove its threshold, or give it a number as alpha.",
      });
    }
    // Below 0 it does not act: every value but 0 has a sign.
    const threshold = Math.max(fround(config.number("threshold", 0.33)), 0);
    const rounds = integerOf(config, "number_of_unrolls", 5, 1, 100);
    return {
      weight: (tensor, trainable) => {
        const factor = alpha ?? (trainable && !config.has("threshold") ? "auto_po2" : 1);
        if (typeof factor === "string") {
          needsAxes(tensor, config.where);
          if (factor === "auto") note(SUMMED);
          return automaticTernary(tensor, factor, rounds);
        }
        const integers = tensor.data.map((x) => (Math.abs(x) >= threshold ? Math.sign(x) : 0));
        return integersTimes(tensor.shape, integers, range(false), () => factor);
      },
      activation: (nodes, input, suffix) => {
        if (typeof alpha === "string") return automaticActivation("ternary", config.where);
        const factor = alpha ?? 1;
        const reaches = (name: string, level: number, strict: boolean) =>
          nodes.map(partOf(suffix, name), { op: "threshold", level, strict }, input);
        const upper = reaches("upper", threshold, false);
        const lower = reaches("lower", threshold === 0 ? 0 : -threshold, true);
        const count = nodes.binary(partOf(suffix, "count"), "add", upper, lower);
        return nodes.scale(suffix, count, factor, -factor);
      },
    };
  },
};

function automaticTernary(
  tensor: Tensor<number>,
  alpha: Exclude<Alpha, number | undefined>,
  rounds: number,
): Parameter {
  const peak = largest(tensor);
  const first = peak.values.map((max) => fround(fround(2 * max) / 3));
  let scales: Scales = { ...peak, values: alpha === "auto_po2" ? first.map(powerOfTwo) : first };
  let integers: readonly number[] = tensor.data.map(() => 0);
  for (let n = 0; n < rounds; n++) {
    integers = tensor.data.map((x, e) => {
      const scale = scaleAt(scales, e);
      const v = fround(scale * roundHalfEven(fround(x / scale)));
      // A channel of zeros has scale 0, and 0 / 0 is no number: not at least anything.
      return Math.abs(v) >= scale / 2 ? Math.sign(x) : 0;
    });
    scales = fitScale(tensor, integers, alpha);
  }
  return integersTimes(tensor.shape, integers, range(false), (e) => scaleAt(scales, e));
}
