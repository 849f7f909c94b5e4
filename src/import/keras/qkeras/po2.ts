import { UserError } from "../../../ir/errors.js";
import { type FixedType, typeOfUnit } from "../../../ir/fixed-point.js";
import { exactRatio } from "../../../ir/ratio.js";
import type { Tensor } from "../../../ir/tensor.js";
import type { Config } from "../config.js";
import { collapseTypes, roundHalfEven } from "../hgq2/bits.js";
import type { Parameter } from "../layers/parameter.js";
import { flagOf, integerOf } from "./arguments.js";
import type { QuantizerClass, Quantizing } from "./quantizer.js";
import { readSlope } from "./relu.js";
import { EPSILON, log2 } from "./scale.js";

const { fround } = Math;

/** Exponents of more bits leave float32's range. */
const MOST_BITS = 8;

interface Exponents {
  readonly least: number;
  readonly most: number;
  /** No magnitude above it. */
  readonly bound: number | undefined;
  /** Even exponents only, so that a square root stays a power of two. */
  readonly quadratic: boolean;
  readonly floor: boolean;
}

/** `signs` is 1 where the value's sign takes one of the bits. */
function readExponents(config: Config, signs: 0 | 1): Exponents {
  const bits = integerOf(config, "bits", 8, 1 + signs, MOST_BITS);
  const bound = config.has("max_value") ? config.number("max_value") : undefined;
  if (bound !== undefined && bound < EPSILON) config.wrongType("max_value", "above 10^-7");
  const effective = bits - signs - (bound === undefined || bound > 1 ? 1 : 0);
  const most = 2 ** effective - 1;
  const quadratic = flagOf(config, "quadratic_approximation", false);
  return {
    least: -(2 ** effective),
    most: quadratic ? 2 * Math.floor(most / 2) : most,
    bound: bound === undefined ? undefined : fround(bound),
    quadratic,
    floor: config.require("log2_rounding", ["rnd", "floor"], "rnd") === "floor",
  };
}

/** The exponent of a magnitude as QKeras computes it in float32 (`_clip_power_of_two`). */
function exponentOf(magnitude: number, { least, most, bound, quadratic, floor }: Exponents): number {
  // Not doubled by the quadratic approximation.
  if (magnitude < EPSILON) return least;
  const cut = bound === undefined ? magnitude : Math.min(magnitude, bound);
  const log = log2(quadratic ? fround(Math.sqrt(cut)) : cut);
  const rounded = floor ? Math.floor(log) : roundHalfEven(log);
  return (quadratic ? 2 : 1) * Math.min(Math.max(rounded, least), most);
}

/** Whether a magnitude lies where the exponent changes, so that the last bit of TensorFlow's logarithm decides. */
function isUndecided(magnitude: number, { quadratic, floor }: Exponents): boolean {
  if (magnitude < EPSILON || !(quadratic || floor)) return false;
  const log = Math.log2(magnitude);
  const exact = Number.isInteger(log) && 2 ** log === magnitude;
  return exact && (floor ? !quadratic || log % 2 === 0 : log % 2 !== 0);
}

const UNDECIDED =
  "a weight is a power of two at which the exponent of its quantizer changes: the last bit of a logarithm in float32 decides, which TensorFlow itself computes in different ways";

/** Weights that are ± powers of two, each in the one or two bits that it takes. */
function powers({ shape, data }: Tensor<number>, power: (x: number) => readonly [1 | -1, number]): Parameter {
  const types: FixedType[] = [];
  const values = data.map((x) => {
    const [sign, exponent] = power(x);
    const size = 2 ** exponent;
    types.push(typeOfUnit({ lo: BigInt(sign), hi: BigInt(sign) }, exactRatio(size)));
    return sign * size;
  });
  return {
    tensor: { shape, data: values },
    quantizer: { types: collapseTypes(types, shape.at(-1) ?? 1), rounding: "TRN", overflow: "SAT" },
  };
}

/** Magnitudes where the exponent changes, ascending, and the exponents between them. */
interface Ladder {
  readonly bounds: readonly number[];
  readonly exponents: readonly number[];
}

/** The ladder of a live value; the logarithm of a rounded half is irrational, so that no event lies on a bound. */
function ladderOf(exponents: Exponents, name: string, where: string): Ladder {
  const { least, most, bound, quadratic, floor } = exponents;
  if (quadratic || floor) {
    throw new UserError(
      `the quantizer '${name}' of a value with even or rounded-down exponents changes at powers of two,\
 where float32 logarithms decide`,
      { where, hint: "Use log2_rounding='rnd' without quadratic_approximation." },
    );
  }
  const lowest = exponentOf(EPSILON, exponents);
  const highest = bound === undefined ? most : exponentOf(bound, exponents);
  const bounds = lowest > least ? [EPSILON] : [];
  const list = lowest > least ? [least, lowest] : [lowest];
  for (let e = lowest; e < highest; e++) {
    bounds.push(2 ** (e + 0.5));
    list.push(e + 1);
  }
  return { bounds, exponents: list };
}

function steps(levels: readonly number[], values: readonly number[]): Quantizing["activation"] {
  const vector = (data: readonly number[]): Tensor<number> => ({ shape: [data.length], data });
  return (nodes, input, suffix) =>
    nodes.map(suffix, { op: "steps", levels: vector(levels), values: vector(values) }, input);
}

/** Just above −bound, where the smaller magnitude begins. */
const mirrored = (bounds: readonly number[], slope: number) =>
  bounds.map((bound) => (-bound / slope) * (1 - 2 ** -50)).reverse();

const PARAMETERS = [
  "use_stochastic_rounding",
  "quadratic_approximation",
  "log2_rounding",
  "qnoise_factor",
  "var_name",
  "use_ste",
  "use_variables",
];

/** qkeras/quantizers.py, `quantized_po2`: ± the nearest power of two, never 0. */
export const quantizedPo2: QuantizerClass = {
  parameters: ["bits", "max_value", ...PARAMETERS],
  read: (config, note) => {
    const own = readExponents(config, 1);
    return {
      weight: (tensor) => {
        if (tensor.data.some((x) => isUndecided(Math.abs(x), own))) note(UNDECIDED);
        return powers(tensor, (x) => [x < 0 ? -1 : 1, exponentOf(Math.abs(x), own)]);
      },
      activation: (nodes, input, suffix) => {
        const { bounds, exponents } = ladderOf(own, "quantized_po2", config.where);
        const positive = exponents.map((e) => 2 ** e);
        const negative = positive.map((v) => -v).reverse();
        const levels = [...mirrored(bounds, 1), 0, ...bounds];
        return steps(levels, [...negative, ...positive])(nodes, input, suffix);
      },
    };
  },
};

/** qkeras/quantizers.py, `quantized_relu_po2`: values that are not positive become the least power. */
export const quantizedReluPo2: QuantizerClass = {
  parameters: ["bits", "max_value", "negative_slope", ...PARAMETERS],
  read: (config, note) => {
    const own = readExponents(config, 0);
    const slope = readSlope(config);
    return {
      weight: (tensor) => {
        const cut = (x: number) => (x >= 0 || slope === 0 ? Math.max(x, 0) : -x * slope);
        if (tensor.data.some((x) => isUndecided(cut(x), own))) note(UNDECIDED);
        return powers(tensor, (x) => [x >= 0 || slope === 0 ? 1 : -1, exponentOf(cut(x), own)]);
      },
      activation: (nodes, input, suffix) => {
        const { bounds, exponents } = ladderOf(own, "quantized_relu_po2", config.where);
        const positive = exponents.map((e) => 2 ** e);
        if (slope === 0) return steps(bounds, positive)(nodes, input, suffix);
        const negative = positive.map((v) => -v).reverse();
        const levels = [...mirrored(bounds, slope), 0, ...bounds];
        return steps(levels, [...negative, ...positive])(nodes, input, suffix);
      },
    };
  },
};
