import type { FixedType } from "../ir/fixed-point.js";
import type { Model } from "../ir/model/model.js";
import { appendThreshold } from "./append-threshold.js";
import { cutMonotonic } from "./cut-monotonic.js";
import { type Quantized, quantizeModel } from "./quantize.js";

export type { Quantized } from "./quantize.js";

export interface ModelToFixedOptions {
  /** Types that the model does not fix, by node: of inputs, functions and softmaxes. */
  readonly types?: Readonly<Record<string, FixedType>>;
  /** Turns the model's only output into a bit: 1 where it is at least `level`. */
  readonly threshold?: { readonly level: number; readonly name: string };
}

/** Model → Fixed: the threshold is appended, monotonic ends are cut away, the rest becomes integers. */
export function modelToFixed(model: Model, options: ModelToFixedOptions = {}): Quantized {
  const { threshold } = options;
  const decided = threshold === undefined ? model : appendThreshold(model, threshold.level, threshold.name);
  return quantizeModel(cutMonotonic(decided), options.types);
}
