import { UserError } from "../../../ir/errors.js";
import type { Tensor } from "../../../ir/tensor.js";
import { convolution, depthwise } from "../layers/convolution.js";
import { type LayerCall, type LayerHandler, onlyInput } from "../layers/handler.js";
import { Nodes } from "../layers/nodes.js";
import { normalizeAlong, normalizedAxis, readStatistics } from "../layers/normalization.js";
import type { ReadParameter } from "../layers/parameter.js";
import { isChannelsFirst } from "../layers/windows.js";
import type { LayerWeights } from "../weights.js";
import { DEPTHWISE, KERNEL, type KernelQuantizers, quantizedParameter } from "./layers.js";
import { activateQuantized, readQuantizer } from "./read.js";

const { fround } = Math;

/** QBatchNormalization (qkeras/qnormalization.py): each of its four variables quantized, if its quantizer is not null. */
export const qBatchNormalization: LayerHandler = (call) => {
  const nodes = new Nodes(call);
  const input = onlyInput(call);
  const { config, where } = call;
  config.require("inverse_quantizer", [null]);
  const axis = normalizedAxis(call, input);
  const statistics = readStatistics(call, input.shape[axis] as number);
  const quantized = (data: readonly number[], name: string, trainable: boolean): readonly number[] => {
    const quantizer = readQuantizer(config.get(`${name}_quantizer`), `${name}_quantizer`, call);
    return quantizer?.weight({ shape: [data.length], data }, trainable).tensor.data ?? data;
  };
  const gamma = statistics.gamma && quantized(statistics.gamma, "gamma", true);
  const beta = statistics.beta && quantized(statistics.beta, "beta", false);
  const mean = quantized(statistics.mean, "mean", false);
  const variance = quantized(statistics.variance, "variance", true);
  const bad = variance.findIndex((v) => v + statistics.epsilon <= 0);
  if (bad >= 0) {
    throw new UserError(`its quantized variance is ${variance[bad]} at element ${bad}: no square root`, {
      where,
    });
  }
  call.note("its factors γ / √(σ² + ε) are computed in float64 from its quantized variables");
  const { epsilon } = statistics;
  return nodes.result(normalizeAlong(nodes, input, axis, { gamma, beta, mean, variance, epsilon }));
};

/**
 * QConv2DBatchnorm and QDepthwiseConv2DBatchnorm (qkeras/qconv2d_batchnorm.py, qkeras/qdepthwiseconv2d_batchnorm.py): the
 * batch normalization goes into kernel and bias before they are quantized. Both folding modes do the same at inference.
 */
function folded(
  core: LayerHandler,
  kernelName: string,
  kernels: KernelQuantizers,
  channelsOf: (call: LayerCall) => number,
): LayerHandler {
  return (call) => {
    const { config, weights, where } = call;
    config.require("folding_mode", ["ema_stats_folding", "batch_stats_folding"], "ema_stats_folding");
    const channels = channelsOf(call);
    const scales = config.flag("scale", true);
    const names = [...(scales ? ["gamma"] : []), "beta", "moving_mean", "moving_variance"];
    const read = (name: string) =>
      weights.named(
        name,
        { what: name.replace("_", " "), shape: [channels] },
        { owner: "batchnorm", index: names.indexOf(name) },
      ).data;
    const [mean, variance, beta] = [read("moving_mean"), read("moving_variance"), read("beta")];
    const gamma = scales ? read("gamma") : undefined;
    const epsilon = fround(config.number("epsilon", 1e-3));
    const factor = variance.map((v, c) => {
      const inverse = fround(1 / fround(Math.sqrt(fround(v + epsilon))));
      return gamma === undefined ? inverse : fround(inverse * (gamma[c] as number));
    });
    if (!factor.every(Number.isFinite)) {
      throw new UserError("its moving variance has no square root", { where });
    }
    const hasBias = config.flag("use_bias", true);
    const own: LayerWeights = {
      ...weights,
      variable: (owner, index, expected) => {
        if (index === 0) return weights.named(kernelName, expected, { owner, index });
        return hasBias
          ? weights.named("bias", expected, { owner, index })
          : { shape: [channels], data: Array.from({ length: channels }, () => 0) };
      },
    };
    // The last axes of a kernel are the channels of the result, in order.
    const fold = (role: string, { shape, data }: Tensor<number>): Tensor<number> => ({
      shape,
      data: data.map((w, e) => {
        const c = e % channels;
        if (role !== "bias") return fround(w * (factor[c] as number));
        return fround(fround((factor[c] as number) * fround(w - (mean[c] as number))) + (beta[c] as number));
      }),
    });
    const quantize = quantizedParameter(call, kernels);
    const parameter: ReadParameter = (role, tensor) => quantize(role, fold(role, tensor));
    const nodes = new Nodes(call);
    const plain = config.with("activation", "linear").with("use_bias", true);
    const sum = nodes.append(core({ ...call, config: plain, weights: own, parameter }));
    return nodes.result(activateQuantized(call, nodes, sum, false));
  };
}

export const qConv2dBatchnorm = folded(convolution(2), "kernel", KERNEL, ({ config }) =>
  config.count("filters"),
);

export const qDepthwiseConv2dBatchnorm = folded(depthwise(2), "depthwise_kernel", DEPTHWISE, (call) => {
  const channels = onlyInput(call).shape.at(isChannelsFirst(call) ? 0 : -1) as number;
  return channels * (call.config.has("depth_multiplier") ? call.config.count("depth_multiplier") : 1);
});
