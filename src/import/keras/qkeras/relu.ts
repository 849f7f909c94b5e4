import { UserError } from "../../../ir/errors.js";
import { typeOfUnit } from "../../../ir/fixed-point.js";
import { perTensor } from "../../../ir/granular.js";
import type { Quantizer } from "../../../ir/model/model.js";
import { exactRatio } from "../../../ir/ratio.js";
import type { Config } from "../config.js";
import { flagOf, integerOf } from "./arguments.js";
import { noWeight, partOf, type QuantizerClass, type Quantizing } from "./quantizer.js";

const MOST_BITS = 24;

/** qkeras/quantizers.py, `quantized_relu`: the sign takes a bit only where there is a negative slope. */
export const quantizedRelu: QuantizerClass = {
  parameters: [
    "bits",
    "integer",
    "use_sigmoid",
    "negative_slope",
    "use_stochastic_rounding",
    "relu_upper_bound",
    "is_quantized_clip",
    "qnoise_factor",
    "var_name",
    "use_ste",
    "use_variables",
  ],
  read: (config) => {
    const slope = readSlope(config);
    const bits = integerOf(config, "bits", 8, slope === 0 ? 1 : 2, MOST_BITS);
    const integer = integerOf(config, "integer", 0, -MOST_BITS, MOST_BITS);
    const m = 2 ** (bits - Number(slope !== 0));
    const unit = 2 ** integer / m;
    const weight = noWeight("quantized_relu", config.where);
    if (flagOf(config, "use_sigmoid", false)) {
      if (slope !== 0) {
        throw new UserError("'use_sigmoid' together with a 'negative_slope' is not supported", {
          where: config.where,
        });
      }
      return { weight, activation: throughSigmoid(m, 2 ** integer) };
    }
    if (slope * m < 1 && slope !== 0) {
      throw new UserError(`its negative slope ${slope} is below the smallest step 1/${m}`, {
        where: config.where,
        hint: "Use a larger slope or more bits.",
      });
    }
    const limits = { lo: BigInt(-slope * m), hi: BigInt(m - 1) };
    const type = typeOfUnit(limits, exactRatio(unit));
    const quantizer: Quantizer = {
      types: perTensor(type),
      rounding: "RND_CONV",
      overflow: "SAT",
      // With a slope below 1 the type holds negative integers that QKeras clips.
      ...(slope !== 0 && slope !== 1 && { limits: perTensor(limits) }),
    };
    const bound = upperBound(config);
    return {
      weight,
      activation: (nodes, input, suffix) => {
        const bent =
          slope === 0
            ? input
            : nodes.map(
                partOf(suffix, "slope"),
                { op: "leaky_relu", slope: { shape: [], data: [slope] } },
                input,
              );
        const name = bound === undefined ? suffix : partOf(suffix, "quantize");
        const rounded = nodes.map(name, { op: "quantize", quantizer }, bent);
        if (bound === undefined) return rounded;
        return nodes.map(suffix, { op: "clamp", low: undefined, high: bound }, rounded);
      },
    };
  },
};

/** A slope that is 0 or a power of two. */
export function readSlope(config: Config): number {
  const slope = config.number("negative_slope", 0);
  const power = Math.log2(slope);
  return slope === 0 || (slope > 0 && slope <= 1 && Number.isInteger(power) && power >= -MOST_BITS)
    ? slope
    : config.wrongType("negative_slope", "0 or a power of two of at most 1");
}

/** `is_quantized_clip` has precedence: the bound acts only without it, and files do not record that it is off. */
function upperBound(config: Config): number | undefined {
  if (flagOf(config, "is_quantized_clip", true) || !config.has("relu_upper_bound")) return undefined;
  const bound = config.number("relu_upper_bound");
  if (bound < 0) return config.wrongType("relu_upper_bound", "at least 0");
  return bound === 0 ? undefined : Math.fround(bound);
}

/** The positive half of 2 σ(x / size) − 1 with QKeras' hard sigmoid σ, the sigmoid rounded to 1/m. */
function throughSigmoid(m: number, size: number): Quantizing["activation"] {
  return (nodes, input, suffix) => {
    const line = nodes.scale(partOf(suffix, "line"), input, 0.5 / size, 0.5);
    const sigmoid = nodes.map(partOf(suffix, "sigmoid"), { op: "clamp", low: 0, high: 1 }, line);
    const types = perTensor(typeOfUnit({ lo: 0n, hi: BigInt(m) }, exactRatio(1 / m)));
    const rounded = nodes.map(
      partOf(suffix, "quantize"),
      { op: "quantize", quantizer: { types, rounding: "RND_CONV", overflow: "SAT" } },
      sigmoid,
    );
    const spread = nodes.scale(partOf(suffix, "spread"), rounded, 2 * size, -size);
    return nodes.map(suffix, { op: "clamp", low: 0, high: size * (1 - 1 / m) }, spread);
  };
}
