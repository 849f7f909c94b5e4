import { quantize, unitOf } from "../ir/fixed-point.js";
import { atElement } from "../ir/granular.js";
import type { Quantizer } from "../ir/model/model.js";
import { exactRatio, type Ratio, ratio } from "../ir/ratio.js";
import type { Tensor } from "../ir/tensor.js";

/** The numbers for which a constant stands: as its quantizer makes them, or the doubles that it holds. */
export function exactConstants(tensor: Tensor<number>, quantizer: Quantizer | undefined): readonly Ratio[] {
  if (quantizer === undefined) return tensor.data.map((x) => exactRatio(x));
  const channels = tensor.shape.at(-1) ?? 1;
  return tensor.data.map((x, i) => {
    const type = atElement(quantizer.types, i, channels);
    const k = quantize(x, type, quantizer.rounding, quantizer.overflow);
    const limits = quantizer.limits && atElement(quantizer.limits, i, channels);
    const limited = limits === undefined ? k : k < limits.lo ? limits.lo : k > limits.hi ? limits.hi : k;
    const unit = unitOf(type);
    return ratio(limited * unit.n, unit.d);
  });
}
