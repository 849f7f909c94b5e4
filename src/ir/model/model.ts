import type { FixedType, Interval, Overflow, Rounding } from "../fixed-point.js";
import type { Granular } from "../granular.js";
import type { Movement } from "../movement.js";
import type { Tensor } from "../tensor.js";

/**
 * The Model language: a graph of float tensors, with the quantizers that training put there. Shapes carry no batch
 * axis; channels come last. Operands of an elementwise operator have equal shapes: broadcasts are `expand` nodes.
 */
export interface Model {
  readonly name: string;
  /** In an order in which every node comes after its inputs. */
  readonly nodes: readonly ModelNode[];
  readonly outputs: readonly { readonly name: string; readonly value: string }[];
}

/** What a quantizer does to a value: rounded to the type's grid, then brought into its range. */
export interface Quantizer {
  readonly types: Granular<FixedType>;
  readonly rounding: Rounding;
  readonly overflow: Overflow;
  /** Bounds of the integers, narrower than the types', to which it saturates; only with overflow SAT. */
  readonly limits?: Granular<Interval>;
}

/** Zeros added around the two spatial axes of an image. */
export interface Pads {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** A pair of numbers for the two spatial axes of an image. */
export interface Spatial {
  readonly rows: number;
  readonly columns: number;
}

interface NodeBase {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly shape: readonly number[];
}

export interface ModelInput extends NodeBase {
  readonly op: "input";
}

/** A tensor that does not depend on the event. */
export interface ModelConstant extends NodeBase {
  readonly op: "constant";
  readonly value: Tensor<number>;
  /** How training quantized it; without one it stands for the doubles that it holds. */
  readonly quantizer: Quantizer | undefined;
}

/** Rounds and clips its input as the quantizer says. */
export interface ModelQuantize extends NodeBase {
  readonly op: "quantize";
  readonly quantizer: Quantizer;
}

/** Cross-correlation of an image (rows, columns, channels) with a kernel, plus a bias. */
export interface ModelConv2d extends NodeBase {
  readonly op: "conv2d";
  /** (kernel rows, kernel columns, input channels / groups, output channels), before quantization. */
  readonly kernel: Tensor<number>;
  /** (output channels), before quantization. */
  readonly bias: Tensor<number>;
  readonly kernelQuantizer: Quantizer | undefined;
  readonly biasQuantizer: Quantizer | undefined;
  readonly pads: Pads;
  readonly strides: Spatial;
  readonly dilations: Spatial;
  /** Output channel o reads the input channels of group ⌊o · groups / output channels⌋. */
  readonly groups: number;
}

/** The last axis times a matrix, plus a bias: y[…, o] = bias[o] + Σ_i x[…, i] · kernel[i, o]. */
export interface ModelDense extends NodeBase {
  readonly op: "dense";
  /** (inputs, outputs), before quantization. */
  readonly kernel: Tensor<number>;
  /** (outputs), before quantization. */
  readonly bias: Tensor<number>;
  readonly kernelQuantizer: Quantizer | undefined;
  readonly biasQuantizer: Quantizer | undefined;
}

/** multiplier · x + offset, element by element: batch normalization, arithmetic with constants. */
export interface ModelAffine extends NodeBase {
  readonly op: "affine";
  /** One value (shape []), one per channel, or one per element. */
  readonly multiplier: Tensor<number>;
  /** One value (shape []), one per channel, or one per element. */
  readonly offset: Tensor<number>;
  readonly multiplierQuantizer: Quantizer | undefined;
  readonly offsetQuantizer: Quantizer | undefined;
}

/** Two values of one shape, element by element. */
export interface ModelBinary<Op extends "add" | "subtract" | "multiply" | "maximum" | "minimum">
  extends NodeBase {
  readonly op: Op;
}

export interface ModelRelu extends NodeBase {
  readonly op: "relu";
}

/** x where x ≥ 0, else slope · x. */
export interface ModelLeakyRelu extends NodeBase {
  readonly op: "leaky_relu";
  /** One value (shape []), one per channel, or one per element. */
  readonly slope: Tensor<number>;
}

/** min(max(x, low), high); a missing bound does not act. */
export interface ModelClamp extends NodeBase {
  readonly op: "clamp";
  readonly low: number | undefined;
  readonly high: number | undefined;
}

export interface ModelAbsolute extends NodeBase {
  readonly op: "absolute";
}

/** Functions of one value that become tables in hardware. `parameters` are those that the formula names. */
export const FUNCTIONS = [
  /** 1 / (1 + e^−x). */
  "sigmoid",
  "tanh",
  "exp",
  /** Natural logarithm; x > 0. */
  "log",
  /** x ≥ 0. */
  "sqrt",
  /** 1 / x; x ≠ 0. */
  "reciprocal",
  /** ln(1 + e^x). */
  "softplus",
  /** x / (1 + |x|). */
  "softsign",
  /** x where x ≥ 0, else alpha · (e^x − 1). */
  "elu",
  /** gamma · (x where x ≥ 0, else alpha · (e^x − 1)). */
  "selu",
  /** x · Φ(x), Φ the normal distribution: exact form with erf. */
  "gelu",
  /** 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))). */
  "gelu_tanh",
  /** x · sigmoid(x). */
  "silu",
  /** x · tanh(softplus(x)). */
  "mish",
] as const;
export type FunctionKind = (typeof FUNCTIONS)[number];

export interface ModelFunction extends NodeBase {
  readonly op: "function";
  readonly kind: FunctionKind;
  readonly parameters: Readonly<Record<string, number>>;
}

/** e^x_i / Σ_j e^x_j over the last axis. */
export interface ModelSoftmax extends NodeBase {
  readonly op: "softmax";
}

/** 1 where the input is at least `level` (above it when `strict`), else 0. */
export interface ModelThreshold extends NodeBase {
  readonly op: "threshold";
  readonly level: number;
  readonly strict: boolean;
}

/** values[n], where n is how many of the levels (ascending) the input reaches. */
export interface ModelSteps extends NodeBase {
  readonly op: "steps";
  /** (n) for all channels or (channels, n). */
  readonly levels: Tensor<number>;
  /** (n + 1) for all channels or (channels, n + 1). */
  readonly values: Tensor<number>;
}

/** condition · yes + (1 − condition) · no, for a condition of 0 or 1: inputs condition, yes, no. */
export interface ModelSelect extends NodeBase {
  readonly op: "select";
}

/** The largest or the mean value of each window of an image (rows, columns, channels). */
export interface ModelPool2d extends NodeBase {
  readonly op: "pool2d";
  readonly kind: "max" | "average";
  readonly size: Spatial;
  readonly strides: Spatial;
  readonly dilations: Spatial;
  readonly pads: Pads;
  /** Whether an average over a window that reaches into the padding divides by its full size. */
  readonly countPads: boolean;
}

/** A reduction over axes, which disappear from the shape. */
export interface ModelReduce extends NodeBase {
  readonly op: "reduce";
  readonly kind: "sum" | "mean" | "max" | "min";
  readonly axes: readonly number[];
}

/** The index of the largest element along the last axis, which disappears; of equal ones the first or the last. */
export interface ModelArgmax extends NodeBase {
  readonly op: "argmax";
  readonly last: boolean;
}

/**
 * Rows of a value at indices of the event: inputs values [N, …F] and index [E], result [E, …F]. An index that is no row
 * (anything but 0 … N − 1; graphs are padded with N) gives a row of zeros.
 */
export interface ModelIndexSelect extends NodeBase {
  readonly op: "index_select";
}

/**
 * Rows brought together at indices of the event: inputs values [E, …F] and index [E], result [rows, …F]. Row n combines
 * the rows e with index[e] = n; it is 0 where there is none. An index that is no row goes nowhere.
 */
export interface ModelScatter extends NodeBase {
  readonly op: "scatter";
  readonly kind: "sum" | "max" | "mean";
  readonly rows: number;
}

export type ModelNode =
  | ModelInput
  | ModelConstant
  | ModelQuantize
  | ModelConv2d
  | ModelDense
  | ModelAffine
  | ModelBinary<"add">
  | ModelBinary<"subtract">
  | ModelBinary<"multiply">
  | ModelBinary<"maximum">
  | ModelBinary<"minimum">
  | ModelRelu
  | ModelLeakyRelu
  | ModelClamp
  | ModelAbsolute
  | ModelFunction
  | ModelSoftmax
  | ModelThreshold
  | ModelSteps
  | ModelSelect
  | ModelPool2d
  | ModelReduce
  | ModelArgmax
  | ModelIndexSelect
  | ModelScatter
  | (NodeBase & Movement);

export type ModelOp = ModelNode["op"];
export type ModelNodeOf<Op extends ModelOp> = Extract<ModelNode, { op: Op }>;
