import { type FixedType, quantize, sameType, toNumber, typeOfUnit } from "../../ir/fixed-point.js";
import { atElement, type Granular, perChannel, perTensor } from "../../ir/granular.js";
import type { Quantizer } from "../../ir/model/model.js";
import { exactRatio, type Ratio } from "../../ir/ratio.js";
import type { Tensor } from "../../ir/tensor.js";
import { histogramOf } from "./histogram.js";
import type { QuantizerOptions } from "./options.js";
import { chooseType } from "./range.js";

/** The options of a tensor, or its type outright. */
export type Asked = QuantizerOptions & { readonly type?: FixedType };

/** A symmetric quantizer of weights, per tensor or per output channel (the last axis). */
export function weightQuantizer(weights: Tensor<number>, asked: Asked): Quantizer {
  return { types: weightTypes(weights, asked), rounding: "RND_CONV", overflow: "SAT_SYM" };
}

function weightTypes({ shape, data }: Tensor<number>, asked: Asked): Granular<FixedType> {
  if (asked.type !== undefined) return perTensor(asked.type);
  const request = { bits: asked.bits, range: asked.range, symmetric: true };
  // Weights that are all 0 fit any type.
  const whole = chooseType(histogramOf(data), request) ?? { signed: true, width: asked.bits, integer: 1 };
  const channels = shape.at(-1);
  if (asked.per === "tensor" || channels === undefined) return perTensor(whole);
  const types = Array.from(
    { length: channels },
    (_, c) => chooseType(histogramOf(data.filter((_, i) => i % channels === c)), request) ?? whole,
  );
  return perChannel(types, sameType);
}

/** A quantizer that rounds each channel's bias (or offset) to a unit, with as many bits as its values need. */
export function biasQuantizer(bias: Tensor<number>, units: readonly Ratio[]): Quantizer {
  const unitAt = (i: number) => units[i % units.length];
  const items = bias.data.map((value, i): FixedType => {
    const grid = typeOfUnit({ lo: -1n, hi: 0n }, unitAt(i));
    // As wide as a double's largest value over the unit, so that nothing saturates here.
    const k = quantize(
      value,
      { ...grid, width: grid.width + 4096, integer: grid.integer + 4096 },
      "RND_CONV",
      "SAT",
    );
    return typeOfUnit({ lo: k < 0n ? k : -1n, hi: k > 0n ? k : 0n }, unitAt(i));
  });
  const types: Granular<FixedType> =
    bias.shape.length === 0
      ? perTensor(items[0])
      : { per: bias.shape.length === 1 ? "channel" : "element", items };
  return { types, rounding: "RND_CONV", overflow: "SAT" };
}

/** Each number rounded to `bits` significant bits, sign included: for slopes, which have no quantizers. */
export function roundFactors(tensor: Tensor<number>, bits: number): Tensor<number> {
  const data = tensor.data.map((x) => {
    const type = weightTypes({ shape: [], data: [x] }, { bits, per: "tensor", range: "maximum" });
    const only = atElement(type, 0, 1);
    return toNumber(quantize(x, only, "RND_CONV", "SAT_SYM"), only);
  });
  return { shape: tensor.shape, data };
}

/** Whether every number is 0 or plus or minus a power of two, which multiply without any loss or bit. */
export function arePowersOfTwo({ data }: Tensor<number>): boolean {
  return data.every((x) => {
    const { n } = exactRatio(x);
    const magnitude = n < 0n ? -n : n;
    return (magnitude & (magnitude - 1n)) === 0n;
  });
}
