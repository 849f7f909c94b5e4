import type { Fixed } from "../ir/fixed/fixed.js";
import type { FixedType } from "../ir/fixed-point.js";
import type { Model } from "../ir/model/model.js";
import { appendThreshold } from "./append-threshold.js";
import { cutSigmoid } from "./cut-sigmoid.js";
import { quantizeModel } from "./quantize.js";

export interface ModelToFixedOptions {
  /** Types of inputs that the model does not fix, by input name. */
  readonly inputTypes?: Readonly<Record<string, FixedType>>;
  /** Turns the model's only output into a bit: 1 where it is at least `level`. */
  readonly threshold?: { readonly level: number; readonly name: string };
}

/** Model → Fixed: the threshold is appended, monotonic ends are cut away, the rest becomes integers exactly. */
export function modelToFixed(model: Model, options: ModelToFixedOptions = {}): Fixed {
  const { threshold } = options;
  const decided = threshold === undefined ? model : appendThreshold(model, threshold.level, threshold.name);
  return quantizeModel(cutSigmoid(decided), { inputTypes: options.inputTypes ?? {} });
}
