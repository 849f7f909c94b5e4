import { UserError } from "../../../../ir/errors.js";
import type { Tensor } from "../../../../ir/tensor.js";
import { activate } from "../activation.js";
import { readEquation } from "../einsum.js";
import { einsum, readEinsumBias, readKernel } from "../einsum-dense.js";
import { type LayerCall, type LayerHandler, onlyInput } from "../handler.js";
import { Nodes } from "../nodes.js";
import { affineAlong, normalizedAxis, readStatistics } from "../normalization.js";
import { coordinates } from "../parameter.js";

const { fround } = Math;

/** keras.backend.epsilon(): QEinsumDenseBatchnorm adds this one whatever its own attribute `epsilon` says. */
const KERAS_EPSILON = 1e-7;

/** γ / √(σ² + ε), each operation rounded to float32 as HGQ2 computes it. */
function scaler(gamma: number | undefined, variance: number, epsilon: number): number {
  const root = fround(Math.sqrt(fround(variance + fround(epsilon))));
  return fround((gamma ?? 1) / root);
}

/** How many variables `beta` and `ebops` take among those that do not train. */
function bookkeeping({ config }: LayerCall): number {
  return config.flag("enable_ebops", false) ? 2 : 0;
}

/**
 * hgq QBatchNormalization (hgq/layers/batch_normalization.py): the factor and the offset are computed in float32 and
 * then quantized by `kq` and `bq`. Without `center` its offset starts at 1, not 0: so does HGQ2's.
 */
export const qBatchNormalization: LayerHandler = (call) => {
  const nodes = new Nodes(call);
  const input = onlyInput(call);
  const axis = normalizedAxis(call, input);
  const { gamma, beta, mean, variance, epsilon } = readStatistics(call, input.shape[axis] as number);
  const factors = variance.map((v, c) => scaler(gamma?.[c], v, epsilon));
  const offsets = mean.map((mu, c) => fround((beta?.[c] ?? 1) - fround(mu * (factors[c] as number))));
  const vector = (data: readonly number[]): Tensor<number> => ({ shape: [data.length], data });
  return nodes.result(
    affineAlong(nodes, input, axis, {
      multiplier: call.parameter("kernel", vector(factors)),
      offset: call.parameter("bias", vector(offsets)),
    }),
  );
};

/**
 * hgq QEinsumDenseBatchnorm (hgq/layers/einsum_dense_batchnorm.py, `get_fused_qkernel_and_qbias`): the normalization goes
 * into kernel and bias, in float32, before they are quantized. Variables: kernel, bias, gamma if it scales, the
 * bookkeeping of `ebops`, moving mean and variance along the normalized axes in the kernel's order.
 */
export const qEinsumDenseBatchnorm: LayerHandler = (call) => {
  const { config, weights, where } = call;
  const nodes = new Nodes(call);
  const equation = readEquation(call, onlyInput(call));
  const kernel = readKernel(call, equation);
  const bias = readEinsumBias(call, equation, kernel.shape);
  // The file of HGQ2 0.2 does not say 'normalize_axes': loading it again takes those of the bias.
  const named = config.has("normalize_axes") ? config.string("normalize_axes") : config.string("bias_axes");
  const axes = equation.kernel.filter((axis) => named.includes(axis));
  if (axes.length === 0 || axes.some((axis) => !equation.output.includes(axis))) {
    throw new UserError(`it normalizes along '${named}', which are no axes of kernel and output`, { where });
  }
  const shape = axes.map((axis) => kernel.shape[equation.kernel.indexOf(axis)] as number);
  const scales = config.flag("scale", true);
  const read = (index: number, what: string) => weights.variable("", index, { what, shape }).data;
  const gamma = scales ? read(2, "gamma") : undefined;
  const moving = 2 + Number(scales) + bookkeeping(call);
  const [mean, variance] = [read(moving, "moving mean"), read(moving + 1, "moving variance")];
  const factors = variance.map((v, n) => scaler(gamma?.[n], v, KERAS_EPSILON));

  // The element of the statistics that belongs to an element with these coordinates along these axes.
  const statistic = (letters: readonly string[], indices: readonly number[]): number =>
    axes.reduce((sum, axis, i) => sum * (shape[i] as number) + (indices[letters.indexOf(axis)] ?? 0), 0);
  const fused = kernel.data.map((w, e) => {
    const n = statistic(equation.kernel, coordinates(e, kernel.shape));
    return fround(w * (factors[n] as number));
  });
  const biasAxes = equation.output.slice(equation.output.length - bias.shape.length);
  const shifted = bias.data.map((b, e) => {
    const n = statistic(biasAxes, coordinates(e, bias.shape));
    return fround(b + fround(-(mean[n] as number) * (factors[n] as number)));
  });
  const finite = [...fused, ...shifted].every(Number.isFinite);
  if (!finite) throw new UserError("its batch normalization gives weights that are not finite", { where });
  const result = einsum(
    nodes,
    call,
    equation,
    call.parameter("kernel", { shape: kernel.shape, data: fused }),
    call.parameter("bias", { shape: bias.shape, data: shifted }),
  );
  return nodes.result(activate(call, nodes, result));
};

/**
 * hgq QBatchNormDense (hgq/layers/core/dense.py): it normalizes its input, so the factors stand along the kernel's rows;
 * the offset is −mean · kernel, with the kernel as it was before.
 */
export const qBatchNormDense: LayerHandler = (call) => {
  const { config, weights, where } = call;
  const nodes = new Nodes(call);
  const input = onlyInput(call);
  const [inputs, units] = [input.shape.at(-1) ?? 1, config.count("units")];
  const kernel = weights.variable("", 0, { what: "kernel", shape: [inputs, units] });
  const bias = weights.variable("", 1, { what: "bias", shape: [units] });
  const scales = config.flag("scale", true);
  const read = (index: number, what: string) => weights.variable("", index, { what, shape: [inputs] }).data;
  const gamma = scales ? read(2, "gamma") : undefined;
  const moving = 2 + Number(scales) + bookkeeping(call);
  const [mean, variance] = [read(moving, "moving mean"), read(moving + 1, "moving variance")];
  const epsilon = config.number("epsilon", 1e-3);
  const factors = variance.map((v, n) => scaler(gamma?.[n], v, epsilon));
  const fused = kernel.data.map((w, e) => fround((factors[Math.floor(e / units)] as number) * w));
  const shifted = bias.data.map((b, o) => {
    const dot = mean.reduce((sum, mu, i) => sum + mu * (kernel.data[i * units + o] as number), 0);
    return fround(b - fround(dot));
  });
  if (![...fused, ...shifted].every(Number.isFinite)) {
    throw new UserError("its batch normalization gives weights that are not finite", { where });
  }
  call.note(
    "the product of its mean and kernel is rounded once: float32 sums of the framework may differ in the last bit",
  );
  const k = call.parameter("kernel", { shape: kernel.shape, data: fused });
  const b = call.parameter("bias", { shape: [units], data: shifted });
  const sum = nodes.add(
    "",
    {
      op: "dense",
      kernel: k.tensor,
      bias: b.tensor,
      kernelQuantizer: k.quantizer,
      biasQuantizer: b.quantizer,
    },
    [input],
    [...input.shape.slice(0, -1), units],
  );
  return nodes.result(activate(call, nodes, sum));
};
