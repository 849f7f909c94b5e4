import { UserError } from "../../ir/errors.js";
import type { Model } from "../../ir/model/model.js";
import { calibrate } from "./calibrate.js";
import { completeOptions, type LayerOverride, type PartialOptions } from "./options.js";
import { hasFreeWeights } from "./overrides.js";
import { quantizerSites } from "./sites.js";
import type { Statistics } from "./statistics.js";

export interface SensitivityOptions extends PartialOptions {
  /** By how much the metric may be worse than with the bits to start from. */
  readonly loss: number;
  /** Whether a larger metric is better (the default), or a smaller one. */
  readonly better?: "larger" | "smaller";
  /** The fewest bits to try: 2 by default. */
  readonly fewestBits?: number;
}

/** What the scan found for one tensor. */
export interface LayerSensitivity {
  readonly node: string;
  readonly tensor: "weights" | "activations";
  /** The fewest bits within the loss. */
  readonly bits: number;
  /** With these bits, and those found for all tensors before. */
  readonly metric: number;
  /** With one bit fewer, which loses too much; undefined where no fewer were tried. */
  readonly below: number | undefined;
}

export interface Sensitivity {
  /** The metric with the bits to start from. */
  readonly reference: number;
  readonly layers: readonly LayerSensitivity[];
  /** The metric with all bits found. */
  readonly metric: number;
  /** The bits found, as options of `calibrate`. */
  readonly overrides: Readonly<Record<string, LayerOverride>>;
}

/**
 * Finds for each layer, from the first to the last, the fewest bits of its weights and of its activations with which the
 * metric loses at most `loss` against the bits of the options; what is found for one stays for those after it. Types
 * given outright stay. `evaluate` gives the metric of a quantized model.
 */
export async function scanSensitivity(
  model: Model,
  statistics: Statistics,
  evaluate: (model: Model) => number | Promise<number>,
  { loss, better = "larger", fewestBits = 2, ...given }: SensitivityOptions,
): Promise<Sensitivity> {
  const options = completeOptions(given);
  if (!(loss >= 0)) {
    throw new UserError(`${loss} is no loss of a metric`, { where: "loss", hint: "Give 0 or more." });
  }
  if (!(Number.isInteger(fewestBits) && fewestBits >= 2)) {
    throw new UserError(`${fewestBits} is no number of bits`, {
      where: "fewest bits",
      hint: "Give 2 or more.",
    });
  }
  const measure = async (overrides: Readonly<Record<string, LayerOverride>>) => {
    const metric = await evaluate(calibrate(model, statistics, { ...options, overrides }));
    if (!Number.isNaN(metric)) return metric;
    throw new UserError("the metric is not a number", { where: "evaluate" });
  };
  let overrides = options.overrides;
  const reference = await measure(overrides);
  const within = (metric: number) => (better === "larger" ? reference - metric : metric - reference) <= loss;
  let metric = reference;
  const layers: LayerSensitivity[] = [];
  for (const { node, tensor } of tensorsOf(model, options.overrides)) {
    const given = overrides[node]?.[tensor];
    if (given?.type !== undefined) continue;
    let bits = given?.bits ?? options[tensor].bits;
    let below: number | undefined;
    while (bits > fewestBits) {
      const layer = overrides[node];
      const tried = { ...overrides, [node]: { ...layer, [tensor]: { ...layer?.[tensor], bits: bits - 1 } } };
      const next = await measure(tried);
      if (!within(next)) {
        below = next;
        break;
      }
      [overrides, metric, bits] = [tried, next, bits - 1];
    }
    layers.push({ node, tensor, bits, metric, below });
  }
  return { reference, layers, metric, overrides };
}

/** The tensors whose bits can be chosen, in the order of the graph; activations under the name that overrides them. */
function tensorsOf(model: Model, overrides: Readonly<Record<string, LayerOverride>>) {
  const sites = quantizerSites(model).filter(({ needed }) => needed);
  return model.nodes.flatMap((node) => {
    const site = sites.find(({ layer }) => layer === node.name);
    const activations = site && (overrides[site.end]?.activations === undefined ? site.layer : site.end);
    return [
      ...(hasFreeWeights(node) ? [{ node: node.name, tensor: "weights" as const }] : []),
      ...(activations === undefined ? [] : [{ node: activations, tensor: "activations" as const }]),
    ];
  });
}
