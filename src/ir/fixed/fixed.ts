import type { FixedType, Interval, Overflow, Rounding } from "../fixed-point.js";
import type { Granular } from "../granular.js";
import type { Pads } from "../model/model.js";
import type { Tensor } from "../tensor.js";

/**
 * The Fixed language: a graph of integer tensors. The integer k of a tensor with F fractional bits stands for k · 2^−F.
 * Every operation but `requantize` is exact. Shapes carry no batch axis; channels come last.
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

/**
 * Cross-correlation with integer coefficients, stride 1, zero padding: k_out[o] = bias[o] + Σ kernel[r,c,i,o] · k_in.
 * The coefficients already hold the shifts that align the inputs' and the weights' binary points with the output's.
 */
export interface FixedConv2d extends NodeBase {
  readonly op: "conv2d";
  /** (kernel rows, kernel columns, input channels, output channels). */
  readonly kernel: Tensor<bigint>;
  /** (output channels). */
  readonly bias: Tensor<bigint>;
  readonly pads: Pads;
}

/** max(0, k). */
export interface FixedRelu extends NodeBase {
  readonly op: "relu";
}

/** Brings every element to the node's own type; the only operation that may lose something. */
export interface FixedRequantize extends NodeBase {
  readonly op: "requantize";
  readonly rounding: Rounding;
  readonly overflow: Overflow;
}

/** 1 where k ≥ the level of its channel, else 0. */
export interface FixedThreshold extends NodeBase {
  readonly op: "threshold";
  /** One level per channel. */
  readonly levels: readonly bigint[];
}

export type FixedNode = FixedInput | FixedConv2d | FixedRelu | FixedRequantize | FixedThreshold;
export type FixedOp = FixedNode["op"];
export type FixedNodeOf<Op extends FixedOp> = Extract<FixedNode, { op: Op }>;
