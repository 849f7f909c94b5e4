import type { FixedType, Overflow, Rounding } from "../fixed-point.js";
import type { Granular } from "../granular.js";
import type { Tensor } from "../tensor.js";

/**
 * The Model language: a graph of float tensors, with the quantizers that training put there. Shapes carry no batch
 * axis; channels come last.
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
}

/** Zeros added around the two spatial axes of an image. */
export interface Pads {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

interface NodeBase {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly shape: readonly number[];
}

export interface ModelInput extends NodeBase {
  readonly op: "input";
}

/** Rounds and clips its input as the quantizer says. */
export interface ModelQuantize extends NodeBase {
  readonly op: "quantize";
  readonly quantizer: Quantizer;
}

/** Cross-correlation of an image (rows, columns, channels) with a kernel, stride 1, plus a bias. */
export interface ModelConv2d extends NodeBase {
  readonly op: "conv2d";
  /** (kernel rows, kernel columns, input channels, output channels), before quantization. */
  readonly kernel: Tensor<number>;
  /** (output channels), before quantization. */
  readonly bias: Tensor<number>;
  readonly kernelQuantizer: Quantizer | undefined;
  readonly biasQuantizer: Quantizer | undefined;
  readonly pads: Pads;
}

export interface ModelRelu extends NodeBase {
  readonly op: "relu";
}

/** The logistic function 1 / (1 + e^−x). */
export interface ModelSigmoid extends NodeBase {
  readonly op: "sigmoid";
}

/** 1 where the input is at least `level`, else 0. */
export interface ModelThreshold extends NodeBase {
  readonly op: "threshold";
  readonly level: number;
}

export type ModelNode = ModelInput | ModelQuantize | ModelConv2d | ModelRelu | ModelSigmoid | ModelThreshold;

export type ModelOp = ModelNode["op"];
export type ModelNodeOf<Op extends ModelOp> = Extract<ModelNode, { op: Op }>;
