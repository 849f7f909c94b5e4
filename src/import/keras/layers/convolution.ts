import { UserError } from "../../../ir/errors.js";
import { activate } from "./activation.js";
import { checkShape, type LayerCall, type LayerHandler, type Value } from "./handler.js";
import { Nodes } from "./nodes.js";
import { type Parameter, reshapeParameter, zeros } from "./parameter.js";
import { imageOf, isChannelsFirst, readWindows, spatial, type Windows } from "./windows.js";

const ONES = { rows: 1, columns: 1 };

/** A convolution with what the layer says about its windows; 1-D kernels lack the axis of columns. */
function convolve(
  nodes: Nodes,
  suffix: string,
  image: Value,
  windows: Windows,
  { kernel, bias, groups }: { kernel: Parameter; bias: Parameter; groups: number },
): Value {
  const { pads, strides, dilations, rows, columns } = windows;
  const filters = kernel.tensor.shape.at(-1) as number;
  return nodes.add(
    suffix,
    {
      op: "conv2d",
      kernel: kernel.tensor,
      bias: bias.tensor,
      kernelQuantizer: kernel.quantizer,
      biasQuantizer: bias.quantizer,
      pads,
      strides,
      dilations,
      groups,
    },
    [image],
    [rows, columns, filters],
  );
}

function windowsOf(call: LayerCall, image: Value, rank: 1 | 2): Windows {
  const windows = readWindows(call, image, rank, {
    size: spatial(call, "kernel_size", rank),
    strides: spatial(call, "strides", rank, ONES),
    dilations: spatial(call, "dilation_rate", rank, ONES),
  });
  checkShape([windows.rows, windows.columns, image.shape[2] as number], call.where);
  return windows;
}

/** The kernel's spatial axes as the file stores them. */
function storedSize({ size }: Windows, rank: 1 | 2): readonly number[] {
  return rank === 1 ? [size.rows] : [size.rows, size.columns];
}

/** Reads a kernel of the given shape behind its spatial axes, as one over rows and columns. */
function readKernel(
  call: LayerCall,
  windows: Windows,
  rank: 1 | 2,
  [index, what, role]: readonly [number, string, string],
  rest: readonly number[],
): Parameter {
  const shape = [...storedSize(windows, rank), ...rest];
  const kernel = call.parameter(role, call.weights.variable("", index, { what, shape }));
  return reshapeParameter(kernel, [windows.size.rows, windows.size.columns, ...rest]);
}

function readBias(call: LayerCall, index: number, filters: number, kernel: Parameter): Parameter {
  return call.config.flag("use_bias", true)
    ? call.parameter("bias", call.weights.variable("", index, { what: "bias", shape: [filters] }))
    : zeros(filters, kernel);
}

/** keras Conv1D and Conv2D (keras/src/layers/convolutional/base_conv.py). */
export function convolution(rank: 1 | 2): LayerHandler {
  return (call) => {
    const nodes = new Nodes(call);
    const image = imageOf(call, nodes, rank);
    const channels = image.value.shape[2] as number;
    const filters = call.config.count("filters");
    const groups = call.config.has("groups") ? call.config.count("groups") : 1;
    if (channels % groups !== 0 || filters % groups !== 0) {
      throw new UserError(
        `its ${groups} groups divide neither ${channels} channels nor ${filters} filters evenly`,
        { where: call.where },
      );
    }
    const windows = windowsOf(call, image.value, rank);
    const kernel = readKernel(call, windows, rank, [0, "kernel", "kernel"], [channels / groups, filters]);
    const bias = readBias(call, 1, filters, kernel);
    const sum = convolve(nodes, "", image.value, windows, { kernel, bias, groups });
    return nodes.result(activateAround(call, nodes, sum, image.back));
  };
}

/** A softmax goes over the layer's own last axis, which channels first make another one than the image's. */
function activateAround(call: LayerCall, nodes: Nodes, sum: Value, back: (value: Value) => Value): Value {
  return isChannelsFirst(call) ? activate(call, nodes, back(sum)) : back(activate(call, nodes, sum));
}

/** keras DepthwiseConv1D and 2D: each channel by itself; kernel (…, channels, depth multiplier). */
export function depthwise(rank: 1 | 2): LayerHandler {
  return (call) => {
    const nodes = new Nodes(call);
    const image = imageOf(call, nodes, rank);
    const windows = windowsOf(call, image.value, rank);
    const kernel = depthwiseKernel(call, image.value, windows, rank, ["depthwise kernel", "kernel"]);
    const filters = kernel.tensor.shape.at(-1) as number;
    const bias = readBias(call, 1, filters, kernel);
    const groups = image.value.shape[2] as number;
    const sum = convolve(nodes, "", image.value, windows, { kernel, bias, groups });
    return nodes.result(activateAround(call, nodes, sum, image.back));
  };
}

function depthwiseKernel(
  call: LayerCall,
  image: Value,
  windows: Windows,
  rank: 1 | 2,
  [what, role]: readonly [string, string],
): Parameter {
  const channels = image.shape[2] as number;
  const multiplier = call.config.has("depth_multiplier") ? call.config.count("depth_multiplier") : 1;
  const kernel = readKernel(call, windows, rank, [0, what, role], [channels, multiplier]);
  // Output channel c · multiplier + m belongs to channel c: the same order in memory.
  return reshapeParameter(kernel, [windows.size.rows, windows.size.columns, 1, channels * multiplier]);
}

/** keras SeparableConv1D and 2D: a depthwise convolution, then one over the channels of each position. */
export function separable(rank: 1 | 2): LayerHandler {
  return (call) => {
    const nodes = new Nodes(call);
    const image = imageOf(call, nodes, rank);
    const windows = windowsOf(call, image.value, rank);
    const filters = call.config.count("filters");
    const kernel = depthwiseKernel(call, image.value, windows, rank, ["depthwise kernel", "depthwise"]);
    const middle = kernel.tensor.shape.at(-1) as number;
    const groups = image.value.shape[2] as number;
    const bias = zeros(middle, kernel);
    const wide = convolve(nodes, "depthwise", image.value, windows, { kernel, bias, groups });
    const ones = Array.from({ length: rank }, () => 1);
    const stored = call.weights.variable("", 1, {
      what: "pointwise kernel",
      shape: [...ones, middle, filters],
    });
    const pointwise = reshapeParameter(call.parameter("pointwise", stored), [1, 1, middle, filters]);
    const point: Windows = {
      ...windows,
      size: ONES,
      strides: ONES,
      dilations: ONES,
      pads: { top: 0, bottom: 0, left: 0, right: 0 },
    };
    const sum = convolve(nodes, "", wide, point, {
      kernel: pointwise,
      bias: readBias(call, 2, filters, pointwise),
      groups: 1,
    });
    return nodes.result(activateAround(call, nodes, sum, image.back));
  };
}
