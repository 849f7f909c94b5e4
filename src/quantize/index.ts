import type { FixedType } from "../ir/fixed-point.js";
import type { Model } from "../ir/model/model.js";
import { appendGraphSize } from "./append-graph-size.js";
import { appendThreshold } from "./append-threshold.js";
import { checkIndices } from "./check-indices.js";
import { cutMonotonic } from "./cut-monotonic.js";
import { type Quantized, quantizeModel } from "./quantize.js";

export { CUT, GRAPH_SIZE } from "./append-graph-size.js";
export type { Quantized } from "./quantize.js";

export interface ModelToFixedOptions {
  /** Types that the model does not fix, by node: of inputs, functions and softmaxes. */
  readonly types?: Readonly<Record<string, FixedType>>;
  /** Turns the model's only output into a bit: 1 where it is at least `level`. */
  readonly threshold?: { readonly level: number; readonly name: string };
  /** Of a graph network: the largest graph that it takes. Adds the input `graph_size` and the output `cut`. */
  readonly graph?: { readonly nodes: number; readonly edges: number };
}

/** Model → Fixed: the threshold and the flag of cut graphs are appended, monotonic ends are cut away, the rest becomes integers. */
export function modelToFixed(model: Model, options: ModelToFixedOptions = {}): Quantized {
  const { threshold, graph, types } = options;
  const decided = threshold === undefined ? model : appendThreshold(model, threshold.level, threshold.name);
  const flagged = graph === undefined ? decided : appendGraphSize(decided, graph, types);
  const quantized = quantizeModel(cutMonotonic(flagged), types);
  if (graph !== undefined) checkIndices(quantized.fixed);
  return quantized;
}
