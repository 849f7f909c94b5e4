import { UserError } from "../../../ir/errors.js";
import type { FixedType } from "../../../ir/fixed-point.js";
import { perTensor } from "../../../ir/granular.js";
import type { Tensor } from "../../../ir/tensor.js";
import type { Config } from "../config.js";
import { roundHalfEven } from "../hgq2/bits.js";
import type { Parameter } from "../layers/parameter.js";
import { alphaOf, flagOf, integerOf } from "./arguments.js";
import { automaticActivation, partOf, type QuantizerClass } from "./quantizer.js";
import { fitScale, integersTimes, largest, powerOfTwo, type Scales, scaleAt } from "./scale.js";
import { signActivation, signWeight } from "./sign.js";

const { fround } = Math;

/** More bits than float32's significand has; QKeras itself computes nothing finer. */
const MOST_BITS = 24;

/** How often `auto_po2` alternates between integers and scale. */
const ROUNDS = 5;

/** The bits of a `quantized_bits`; `integer` does not count the sign. */
interface Bits {
  readonly bits: number;
  readonly integer: number;
  readonly symmetric: boolean;
  readonly keepNegative: boolean;
}

/** qkeras/quantizers.py, `quantized_bits`: rounded half to even, clipped. */
export const quantizedBits: QuantizerClass = {
  parameters: [
    "bits",
    "integer",
    "symmetric",
    "keep_negative",
    "alpha",
    "use_stochastic_rounding",
    "scale_axis",
    "qnoise_factor",
    "var_name",
    "use_ste",
    "use_variables",
  ],
  read: (config) => {
    const own: Bits = {
      bits: integerOf(config, "bits", 8, 1, MOST_BITS),
      integer: integerOf(config, "integer", 0, -MOST_BITS, MOST_BITS),
      symmetric: flagOf(config, "symmetric", false),
      keepNegative: flagOf(config, "keep_negative", true),
    };
    const alpha = alphaOf(config);
    const unsigned = own.bits - Number(own.keepNegative);
    const overflow = own.symmetric && own.keepNegative ? "SAT_SYM" : "SAT";
    const type: FixedType = {
      signed: own.keepNegative,
      width: own.bits,
      integer: own.integer + Number(own.keepNegative),
    };
    return {
      weight: (tensor, trainable) => {
        const factor = alpha ?? (trainable ? "auto_po2" : 1);
        if (typeof factor === "string") return automatic(tensor, own, factor, config);
        if (unsigned === 0) return signWeight(tensor, factor, !own.keepNegative);
        const weight = fixed(tensor, own, factor);
        return factor === 1
          ? { ...weight, quantizer: { types: perTensor(type), rounding: "RND_CONV", overflow } }
          : weight;
      },
      activation: (nodes, input, suffix) => {
        if (typeof alpha === "string") return automaticActivation("quantized_bits", config.where);
        const factor = alpha ?? 1;
        if (unsigned === 0) return signActivation(nodes, input, suffix, factor, !own.keepNegative);
        const rounded = nodes.map(
          factor === 1 ? suffix : partOf(suffix, "quantize"),
          { op: "quantize", quantizer: { types: perTensor(type), rounding: "RND_CONV", overflow } },
          input,
        );
        return factor === 1 ? rounded : nodes.scale(suffix, rounded, factor, 0);
      },
    };
  },
};

/** Weights on the grid of the bits, times a number. */
function fixed({ shape, data }: Tensor<number>, bits: Bits, factor: number): Parameter {
  const unsigned = bits.bits - Number(bits.keepNegative);
  const m = 2 ** unsigned;
  const low = bits.keepNegative ? -m + Number(bits.symmetric) : 0;
  const unit = 2 ** (bits.integer - unsigned);
  const integers = data.map((x) => Math.min(Math.max(roundHalfEven(x / unit), low), m - 1));
  return integersTimes(shape, integers, { lo: BigInt(low), hi: BigInt(m - 1) }, () => unit * factor);
}

/** Weights whose scale follows from them: the largest one of each channel, or the best power of two. */
function automatic(
  { shape, data }: Tensor<number>,
  { bits, integer }: Bits,
  alpha: "auto" | "auto_po2",
  config: Config,
): Parameter {
  const { where } = config;
  if (bits === 1) {
    throw new UserError("the quantizer 'quantized_bits' of 1 bit has no automatic scale", {
      where,
      hint: "Use binary, or give it a number as alpha.",
    });
  }
  if (shape.length === 0) throw new UserError("a single number has no automatic scale", { where });
  if (config.has("scale_axis") && config.number("scale_axis") !== shape.length - 1) {
    throw new UserError("a 'scale_axis' that is not the last axis is not supported", { where });
  }
  const size = 2 ** integer;
  const most = 2 ** (bits - 1) - 1;
  const x: Tensor<number> = { shape, data: data.map((w) => w / size) };
  const peak = largest(x);
  const first = peak.values.map((max) => fround((2 * max) / (2 * most)));
  const round = (scales: Scales): readonly number[] =>
    x.data.map((w, e) => {
      const steps = Math.floor(fround(fround(Math.abs(w) / scaleAt(scales, e)) + 0.5));
      // A channel of zeros has scale 0, and 0 / 0 is no number.
      return w === 0 ? 0 : Math.sign(w) * Math.min(steps, most);
    });
  let scales: Scales = { ...peak, values: alpha === "auto" ? first : first.map(powerOfTwo) };
  let integers = round(scales);
  if (alpha === "auto_po2") {
    for (let n = 1; n <= ROUNDS; n++) {
      if (n > 1) integers = round(scales);
      scales = fitScale(x, integers, alpha);
    }
  }
  return integersTimes(
    shape,
    integers,
    { lo: BigInt(-most), hi: BigInt(most) },
    (e) => scaleAt(scales, e) * size,
  );
}
