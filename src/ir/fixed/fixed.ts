import type { FixedType, Interval, Overflow, Rounding } from "../fixed-point.js";
import type { Granular } from "../granular.js";
import type { Pads, Spatial } from "../model/model.js";
import type { Movement } from "../movement.js";
import type { Tensor } from "../tensor.js";

/**
 * The Fixed language: a graph of integer tensors. The integer k of a type with F fractional bits and scale s
 * stands for s · k · 2^−F. Every operation but `requantize`, `table` and `interpolate` is exact. Operators that add or
 * compare values take operands of one unit (scale and F) per element: `affine` brings them there. Shapes carry no batch
 * axis; channels come last.
 */
export interface Fixed {
  readonly name: string;
  /** In an order in which every node comes after its inputs. */
  readonly nodes: readonly FixedNode[];
  readonly outputs: readonly { readonly name: string; readonly value: string }[];
}

/** What is known of a tensor's integers. */
export interface FixedValue {
  readonly shape: readonly number[];
  readonly types: Granular<FixedType>;
  /** Proven bounds of the integers, at the same granularity as or coarser than the types' element. */
  readonly ranges: Granular<Interval>;
}

interface NodeBase extends FixedValue {
  readonly name: string;
  readonly inputs: readonly string[];
}

/**
 * Integers from outside. Physical values become integers as the quantizer says that reads the input in the model:
 * rounded, then brought into the type's range.
 */
export interface FixedInput extends NodeBase {
  readonly op: "input";
  readonly rounding: Rounding;
  readonly overflow: Overflow;
}

/** Integers that do not depend on the event. */
export interface FixedConstant extends NodeBase {
  readonly op: "constant";
  readonly value: Tensor<bigint>;
}

/**
 * Cross-correlation with integer coefficients, zero padding: k_out[o] = bias[o] + Σ kernel[r,c,i,o] · k_in.
 * The coefficients already hold the factors that align the inputs' and the weights' units with the output's.
 */
export interface FixedConv2d extends NodeBase {
  readonly op: "conv2d";
  /** (kernel rows, kernel columns, input channels / groups, output channels). */
  readonly kernel: Tensor<bigint>;
  /** (output channels). */
  readonly bias: Tensor<bigint>;
  readonly pads: Pads;
  readonly strides: Spatial;
  readonly dilations: Spatial;
  readonly groups: number;
}

/** The last axis times an integer matrix: k_out[…, o] = bias[o] + Σ_i kernel[i, o] · k_in[…, i]. */
export interface FixedDense extends NodeBase {
  readonly op: "dense";
  /** (inputs, outputs). */
  readonly kernel: Tensor<bigint>;
  /** (outputs). */
  readonly bias: Tensor<bigint>;
}

/** multiplier · k + offset, element by element; also brings values to another unit, with an offset of 0. */
export interface FixedAffine extends NodeBase {
  readonly op: "affine";
  readonly multiplier: Granular<bigint>;
  readonly offset: Granular<bigint>;
}

/** Two values of one shape, element by element; all but `multiply` take operands of one unit. */
export interface FixedBinary<Op extends "add" | "subtract" | "multiply" | "maximum" | "minimum">
  extends NodeBase {
  readonly op: Op;
}

/** max(0, k). */
export interface FixedRelu extends NodeBase {
  readonly op: "relu";
}

/** Brings k into limits[e].lo … limits[e].hi. */
export interface FixedClamp extends NodeBase {
  readonly op: "clamp";
  readonly limits: Granular<Interval>;
}

/** Brings every element to the node's own type: rounded, then into the type's range or into narrower limits. */
export interface FixedRequantize extends NodeBase {
  readonly op: "requantize";
  readonly rounding: Rounding;
  readonly overflow: Overflow;
  /** Bounds narrower than the type's to which it saturates; only with overflow SAT. */
  readonly limits?: Granular<Interval>;
}

/** 1 where k ≥ the level of its channel, else 0. */
export interface FixedThreshold extends NodeBase {
  readonly op: "threshold";
  /** One level per channel. */
  readonly levels: readonly bigint[];
}

/** values[n], where n is how many of the levels (ascending) k reaches. */
export interface FixedSteps extends NodeBase {
  readonly op: "steps";
  readonly steps: Granular<{ readonly levels: readonly bigint[]; readonly values: readonly bigint[] }>;
}

/** entries[k − low]. */
export interface FixedTable extends NodeBase {
  readonly op: "table";
  readonly tables: Granular<IntegerTable>;
}

/** The entries for k = low, low + 1, …; the input's proven range lies within. */
export interface IntegerTable {
  readonly low: bigint;
  readonly entries: readonly bigint[];
}

/**
 * Straight lines between nodes 2^step apart: with i = ⌊(k − low) / 2^step⌋ and r = k − low − i · 2^step,
 * k_out = ⌊(entries[i] · 2^step + (entries[i + 1] − entries[i]) · r + half) / 2^(step + drop)⌋ where half is
 * 2^(step + drop − 1), 0 if that is no integer.
 */
export interface FixedInterpolate extends NodeBase {
  readonly op: "interpolate";
  readonly low: bigint;
  readonly step: number;
  readonly drop: number;
  readonly entries: readonly bigint[];
}

/** `yes` where the condition (0 or 1) is 1, else `no`: inputs condition, yes, no; yes and no of one unit. */
export interface FixedSelect extends NodeBase {
  readonly op: "select";
}

/** The largest value or the sum of each window of an image; padding is left out (a sum counts it as 0). */
export interface FixedPool2d extends NodeBase {
  readonly op: "pool2d";
  readonly kind: "max" | "sum";
  readonly size: Spatial;
  readonly strides: Spatial;
  readonly dilations: Spatial;
  readonly pads: Pads;
}

/** A reduction over axes, which disappear from the shape; the elements reduced into one have one unit. */
export interface FixedReduce extends NodeBase {
  readonly op: "reduce";
  readonly kind: "sum" | "max" | "min";
  readonly axes: readonly number[];
}

/** The index of the largest element along the last axis, which disappears; of equal ones the first or the last. */
export interface FixedArgmax extends NodeBase {
  readonly op: "argmax";
  readonly last: boolean;
}

/**
 * Rows of a value at indices of the event: inputs values [N, …F] and index [E], result [E, …F]. An index that is no row
 * (anything but 0 … N − 1; graphs are padded with N) gives a row of zeros. The index counts in units of 1; all rows have
 * the same units.
 */
export interface FixedIndexSelect extends NodeBase {
  readonly op: "index_select";
}

/**
 * Rows brought together at indices of the event: inputs values [E, …F] and index [E], result [rows, …F]. Row n is the sum
 * or the largest of the rows e with index[e] = n; it is 0 where there is none. An index that is no row goes nowhere. The
 * index counts in units of 1; all rows have the same units.
 */
export interface FixedScatter extends NodeBase {
  readonly op: "scatter";
  readonly kind: "sum" | "max";
  readonly rows: number;
}

export type FixedNode =
  | FixedInput
  | FixedConstant
  | FixedConv2d
  | FixedDense
  | FixedAffine
  | FixedBinary<"add">
  | FixedBinary<"subtract">
  | FixedBinary<"multiply">
  | FixedBinary<"maximum">
  | FixedBinary<"minimum">
  | FixedRelu
  | FixedClamp
  | FixedRequantize
  | FixedThreshold
  | FixedSteps
  | FixedTable
  | FixedInterpolate
  | FixedSelect
  | FixedPool2d
  | FixedReduce
  | FixedArgmax
  | FixedIndexSelect
  | FixedScatter
  | (NodeBase & Movement);
export type FixedOp = FixedNode["op"];
export type FixedNodeOf<Op extends FixedOp> = Extract<FixedNode, { op: Op }>;
