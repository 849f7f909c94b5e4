import type { Pads } from "../../../ir/model/model.js";
import { conv2dShape } from "../../../ir/model/operators.js";
import type { Tensor } from "../../../ir/tensor.js";
import { checkShape, type LayerCall, type Value } from "./handler.js";

/** What the attributes and variables of a two-dimensional convolution say, before any quantizer. */
export interface Convolution {
  readonly kernel: Tensor<number>;
  /** Undefined without `use_bias`. */
  readonly bias: Tensor<number> | undefined;
  readonly pads: Pads;
  readonly shape: readonly number[];
}

/**
 * Reads a Keras Conv2D or a layer derived from it (keras/src/layers/convolutional/base_conv.py): variables 0 kernel
 * (rows, columns, input channels, filters) and 1 bias (filters). Throws a UserError on strides, dilations, groups, data
 * formats and paddings that are not supported.
 */
export function readConvolution({ config, weights, where }: LayerCall, input: Value): Convolution {
  const filters = config.count("filters");
  const size = config.counts("kernel_size", 2);
  for (const key of ["strides", "dilation_rate"]) {
    if (config.counts(key, 2).some((n) => n !== 1)) config.require(key, [[1, 1]]);
  }
  config.require("groups", [1], 1);
  config.require("data_format", ["channels_last"], "channels_last");
  const padding = config.require("padding", ["same", "valid"], "valid");
  const pads = padding === "same" ? samePads(size) : { top: 0, bottom: 0, left: 0, right: 0 };

  const kernelShape = [...size, input.shape.at(-1) ?? 1, filters];
  const shape = checkShape(conv2dShape(input.shape, kernelShape, pads, where), where);
  return {
    kernel: weights.variable("", 0, { what: "kernel", shape: kernelShape }),
    bias: config.boolean("use_bias")
      ? weights.variable("", 1, { what: "bias", shape: [filters] })
      : undefined,
    pads,
    shape,
  };
}

/** Padding 'same' at stride 1 (keras.ops.conv): k − 1 zeros in all, the odd one at the end. */
function samePads([rows, columns]: readonly number[]): Pads {
  const top = Math.floor((rows - 1) / 2);
  const left = Math.floor((columns - 1) / 2);
  return { top, bottom: rows - 1 - top, left, right: columns - 1 - left };
}

/** A convolution without a bias has zeros. */
export function noBias({ shape }: Tensor<number>): Tensor<number> {
  const filters = shape.at(-1) ?? 1;
  return { shape: [filters], data: Array.from({ length: filters }, () => 0) };
}
