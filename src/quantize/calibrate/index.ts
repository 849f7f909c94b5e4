import type { Model } from "../../ir/model/model.js";
import { calibrate } from "./calibrate.js";
import { equalize } from "./equalize.js";
import { foldAffines } from "./fold.js";
import type { PartialOptions } from "./options.js";
import { collectStatistics, type Values } from "./statistics.js";

export { calibrate } from "./calibrate.js";
export { equalize } from "./equalize.js";
export { foldAffines } from "./fold.js";
export {
  createMetric,
  type Labels,
  METRIC_KINDS,
  METRICS,
  type Metric,
  type MetricKind,
  type OutputValues,
} from "./metrics.js";
export type {
  CalibrateOptions,
  LayerOverride,
  PartialOptions,
  QuantizerOptions,
  QuantizerOverride,
  RangeRule,
} from "./options.js";
export {
  type LayerSensitivity,
  type Sensitivity,
  type SensitivityOptions,
  scanSensitivity,
} from "./sensitivity.js";
export { type QuantizerSite, quantizerSites } from "./sites.js";
export {
  collectStatistics,
  createCollector,
  type Statistics,
  type StatisticsCollector,
  type Values,
} from "./statistics.js";

export interface CalibrateModelOptions extends PartialOptions {
  /** Whether neighbouring layers share out the ranges of their weights first. */
  readonly equalize?: boolean;
}

/** The float model in the form that is calibrated: batch normalization folded, layers equalized where asked for. */
export function prepareModel(model: Model, options: { readonly equalize?: boolean } = {}): Model {
  const folded = foldAffines(model);
  return options.equalize === true ? equalize(folded) : folded;
}

/**
 * Quantizes a float model by events: prepares it, runs it on each event and calibrates it with what was seen. `executor`
 * makes a function that gives the values of every node of a model, quantizers ignored.
 */
export async function calibrateModel<Event>(
  model: Model,
  events: Iterable<Event> | AsyncIterable<Event>,
  executor: (model: Model) => (event: Event) => Values,
  options: CalibrateModelOptions = {},
): Promise<Model> {
  const { equalize: _, ...rest } = options;
  const prepared = prepareModel(model, options);
  return calibrate(prepared, await collectStatistics(prepared, events, executor(prepared)), rest);
}
