import { convolution, depthwise, separable } from "../layers/convolution.js";
import { dense } from "../layers/dense.js";
import { type LayerCall, type LayerHandler, onlyInput } from "../layers/handler.js";
import { Nodes } from "../layers/nodes.js";
import { floatParameter, type ReadParameter } from "../layers/parameter.js";
import { globalPooling, pooling } from "../layers/pooling.js";
import { isChannelsFirst, spatial } from "../layers/windows.js";
import { activateQuantized, readQuantizer } from "./read.js";

/** Which attribute of a layer has the quantizer of each kernel: by the role of the kernel. */
export type KernelQuantizers = Readonly<Record<string, string>>;

/** Reads kernels and biases through the quantizers of a layer. */
export function quantizedParameter(call: LayerCall, kernels: KernelQuantizers): ReadParameter {
  const { config } = call;
  const read = (attribute: string) => readQuantizer(config.get(attribute), attribute, call);
  const quantizers = new Map([
    ...Object.entries(kernels).map(([role, attribute]) => [role, read(attribute)] as const),
    ["bias", read("bias_quantizer")] as const,
  ]);
  return (role, tensor) =>
    quantizers.get(role)?.weight(tensor, role !== "bias") ?? floatParameter(role, tensor);
}

/** A layer of Keras with quantized weights, then the activation. */
export function weighted(core: LayerHandler, kernels: KernelQuantizers): LayerHandler {
  return (call) => {
    const nodes = new Nodes(call);
    call.config.require("mask", [null]);
    const parameter = quantizedParameter(call, kernels);
    const sum = nodes.append(core({ ...call, config: call.config.with("activation", "linear"), parameter }));
    return nodes.result(activateQuantized(call, nodes, sum, false));
  };
}

export const KERNEL: KernelQuantizers = { kernel: "kernel_quantizer" };
export const DEPTHWISE: KernelQuantizers = { kernel: "depthwise_quantizer" };
const SEPARABLE: KernelQuantizers = { depthwise: "depthwise_quantizer", pointwise: "pointwise_quantizer" };

export const qDense = weighted(dense, KERNEL);
export const qConv1d = weighted(convolution(1), KERNEL);
export const qConv2d = weighted(convolution(2), KERNEL);
export const qDepthwiseConv2d = weighted(depthwise(2), DEPTHWISE);
export const qSeparableConv1d = weighted(separable(1), SEPARABLE);
export const qSeparableConv2d = weighted(separable(2), SEPARABLE);

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
