import { convolution, depthwise } from "../layers/convolution.js";
import { dense } from "../layers/dense.js";
import { type LayerCall, type LayerHandler, onlyInput } from "../layers/handler.js";
import { Nodes } from "../layers/nodes.js";
import { floatParameter, type ReadParameter } from "../layers/parameter.js";
import { globalPooling, pooling } from "../layers/pooling.js";
import { isChannelsFirst, spatial } from "../layers/windows.js";
import { activateQuantized, readQuantizer } from "./read.js";

/** Reads kernels and biases through the quantizers of a layer; `kernel` is the attribute with that of the kernel. */
export function quantizedParameter(call: LayerCall, kernel: string): ReadParameter {
  const { config } = call;
  const ofKernel = readQuantizer(config.get(kernel), kernel, call);
  const ofBias = readQuantizer(config.get("bias_quantizer"), "bias_quantizer", call);
  return (role, tensor) => {
    const quantizer = role === "bias" ? ofBias : ofKernel;
    return quantizer?.weight(tensor, role !== "bias") ?? floatParameter(role, tensor);
  };
}

/** QDense, QConv1D, QConv2D, QDepthwiseConv2D: the layer of Keras with quantized weights, then the activation. */
export function weighted(core: LayerHandler, kernel: string): LayerHandler {
  return (call) => {
    const nodes = new Nodes(call);
    call.config.require("mask", [null]);
    const parameter = quantizedParameter(call, kernel);
    const sum = nodes.append(core({ ...call, config: call.config.with("activation", "linear"), parameter }));
    return nodes.result(activateQuantized(call, nodes, sum, false));
  };
}

export const qDense = weighted(dense, "kernel_quantizer");
export const qConv1d = weighted(convolution(1), "kernel_quantizer");
export const qConv2d = weighted(convolution(2), "kernel_quantizer");
export const qDepthwiseConv2d = weighted(depthwise(2), "depthwise_quantizer");

/** QActivation: a quantizer or a function. */
export const qActivation: LayerHandler = (call) => {
  const nodes = new Nodes(call);
  if (!call.config.has("activation")) call.config.wrongType("activation", "a quantizer or a function");
  return nodes.result(activateQuantized(call, nodes, onlyInput(call), true));
};

/** The mean as the sum times the quantized 1 / `area` (qkeras/qpooling.py), then the activation. */
function averaged(core: LayerHandler, areaOf: (call: LayerCall) => number): LayerHandler {
  return (call) => {
    const nodes = new Nodes(call);
    const quantizer = readQuantizer(call.config.get("average_quantizer"), "average_quantizer", call);
    const mean = nodes.append(core(call));
    if (quantizer === undefined) return nodes.result(activateQuantized(call, nodes, mean, false));
    const area = areaOf(call);
    const factor = quantizer.weight({ shape: [], data: [Math.fround(1 / area)] }, false);
    const [value] = factor.tensor.data as [number];
    const scaled = nodes.scale("average", mean, area * value, 0);
    return nodes.result(activateQuantized(call, nodes, scaled, false));
  };
}

export const qAveragePooling2d = averaged(pooling("average", 2), (call) => {
  const { rows, columns } = spatial(call, "pool_size", 2);
  return rows * columns;
});

export const qGlobalAveragePooling2d = averaged(globalPooling("mean"), (call) => {
  const [a, b, c] = onlyInput(call).shape as readonly [number, number, number];
  return isChannelsFirst(call) ? b * c : a * b;
});
