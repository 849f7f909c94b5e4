import { UserError } from "../../ir/errors.js";
import type { FixedType, Overflow, Rounding } from "../../ir/fixed-point.js";

/**
 * Which values a type should cover: all that were seen, the given percentage of them (the smallest by magnitude), or as
 * many as make the mean squared error of rounding and clipping together least.
 */
export type RangeRule = "maximum" | "least_squared_error" | { readonly percentile: number };

/** How a tensor is quantized. */
export interface QuantizerOptions {
  readonly bits: number;
  readonly per: "tensor" | "channel";
  readonly range: RangeRule;
}

/** The options of one tensor; a type given outright leaves nothing to choose. */
export interface QuantizerOverride extends Partial<QuantizerOptions> {
  readonly type?: FixedType;
}

/** The options of one node, where they differ from those of the model. */
export interface LayerOverride {
  readonly weights?: QuantizerOverride;
  readonly activations?: QuantizerOverride;
}

export interface CalibrateOptions {
  readonly weights: QuantizerOptions;
  readonly activations: QuantizerOptions;
  /** How activations are rounded; weights are rounded to nearest, ties to even. */
  readonly rounding: Rounding;
  /** What happens to activations outside their types; weights saturate symmetrically. */
  readonly overflow: Overflow;
  /** By node. */
  readonly overrides: Readonly<Record<string, LayerOverride>>;
}

export const DEFAULTS: CalibrateOptions = {
  weights: { bits: 8, per: "channel", range: "maximum" },
  activations: { bits: 8, per: "tensor", range: "maximum" },
  rounding: "RND",
  overflow: "SAT",
  overrides: {},
};

/** The most bits of a quantizer: what a double's significand holds. */
const MOST_BITS = 53;

/** Fills in defaults and checks every number. Throws a UserError that names the option. */
export function completeOptions(given: PartialOptions = {}): CalibrateOptions {
  const options = {
    ...DEFAULTS,
    ...given,
    weights: { ...DEFAULTS.weights, ...given.weights },
    activations: { ...DEFAULTS.activations, ...given.activations },
  };
  check(options.weights, "quantize: weights", 2);
  check(options.activations, "quantize: activations", 1);
  for (const [name, { weights, activations }] of Object.entries(options.overrides)) {
    check(weights ?? {}, `quantize: layers: ${name}: weights`, 2);
    check(activations ?? {}, `quantize: layers: ${name}: activations`, 1);
  }
  return options;
}

/** Options of which any may be left out. */
export interface PartialOptions extends Partial<Omit<CalibrateOptions, "weights" | "activations">> {
  readonly weights?: Partial<QuantizerOptions>;
  readonly activations?: Partial<QuantizerOptions>;
}

function check({ bits, range }: QuantizerOverride, where: string, least: number): void {
  if (bits !== undefined && !(Number.isInteger(bits) && bits >= least && bits <= MOST_BITS)) {
    const sign = least === 2 ? " (one of them is the sign)" : "";
    throw new UserError(`${bits} is no number of bits`, {
      where: `${where}: bits`,
      hint: `Give a whole number from ${least}${sign} to ${MOST_BITS}.`,
    });
  }
  if (typeof range === "object" && !(range.percentile > 0 && range.percentile <= 100)) {
    throw new UserError(`${range.percentile} is no percentage of the values`, {
      where: `${where}: range: percentile`,
      hint: "Give a number above 0 and up to 100, such as 99.9.",
    });
  }
}
