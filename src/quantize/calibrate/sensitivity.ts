import { UserError } from "../../ir/errors.js";
import type { Model } from "../../ir/model/model.js";
import { calibrate } from "./calibrate.js";
import { completeOptions, type LayerOverride, type PartialOptions } from "./options.js";
import { hasFreeWeights } from "./overrides.js";
import { quantizerSites } from "./sites.js";
import type { Statistics } from "./statistics.js";

/** What differences of doubles may be off: 0.9925 − 0.9725 is more than 0.02. */
const ROUNDING = 1e-12;

export interface SensitivityOptions extends PartialOptions {
  /** By how much the metric may be worse than with the bits to start from. */
  readonly loss: number;
  /** Whether a larger metric is better (the default), or a smaller one. */
  readonly better?: "larger" | "smaller";
  /** The fewest bits to try: 2 by default. */
  readonly fewestBits?: number;
  /** Is told of each tensor as soon as its bits are found. */
  readonly found?: (layer: LayerSensitivity) => void;
}

/** What the scan found for one tensor. */
export interface LayerSensitivity {
  readonly node: string;
  readonly tensor: "weights" | "activations";
  /** The bits found. */
  readonly bits: number;
  /** With these bits, when it was tried whether fewer would do. */
  readonly metric: number;
  /** With one bit fewer, which lost too much then; undefined where fewer were not to be tried. */
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
 * Finds few bits for the weights and the activations of each layer with which the metric loses at most `loss` against the
 * bits of the options: in rounds, in which each tensor in turn gives up one bit if the loss allows it, so that the first
 * ones do not use all of it up. A tensor that cannot spare one keeps its bits from then on. Types given outright stay.
 * `evaluate` gives the metric of a quantized model.
 */
export async function scanSensitivity(
  model: Model,
  statistics: Statistics,
  evaluate: (model: Model) => number | Promise<number>,
  { loss, better = "larger", fewestBits = 2, found, ...given }: SensitivityOptions,
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
  const within = (metric: number) =>
    (better === "larger" ? reference - metric : metric - reference) <= loss + ROUNDING;
  let metric = reference;
  const layers: LayerSensitivity[] = tensorsOf(model, options.overrides).flatMap(({ node, tensor }) => {
    const given = overrides[node]?.[tensor];
    if (given?.type !== undefined) return [];
    return [{ node, tensor, bits: given?.bits ?? options[tensor].bits, metric, below: undefined }];
  });
  let open = [...layers.keys()];
  while (open.length > 0) {
    const reduced: number[] = [];
    for (const i of open) {
      const layer = layers[i] as LayerSensitivity;
      const { node, tensor, bits } = layer;
      const known = overrides[node];
      const tried = { ...overrides, [node]: { ...known, [tensor]: { ...known?.[tensor], bits: bits - 1 } } };
      const next = bits > fewestBits ? await measure(tried) : undefined;
      if (next !== undefined && within(next)) {
        [overrides, metric] = [tried, next];
        layers[i] = { ...layer, bits: bits - 1 };
        reduced.push(i);
      } else {
        layers[i] = { ...layer, metric, below: next };
        found?.(layers[i]);
      }
    }
    open = reduced;
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
