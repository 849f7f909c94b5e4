import { UserError } from "../../../ir/errors.js";
import type { Tensor } from "../../../ir/tensor.js";
import { sizeOf } from "../../../ir/tensor.js";
import { isList } from "../config.js";
import { type LayerCall, type LayerHandler, onlyInput, type Value } from "./handler.js";
import { Nodes } from "./nodes.js";
import { broadcastParameter, type Parameter, reshapeParameter } from "./parameter.js";

/** multiplier · x + offset, both given along one axis of the value. */
export function affineAlong(
  nodes: Nodes,
  input: Value,
  axis: number,
  { multiplier, offset }: { readonly multiplier: Parameter; readonly offset: Parameter },
): Value {
  const spread = (parameter: Parameter): Parameter => {
    if (axis === input.shape.length - 1) return parameter;
    const shape = input.shape.map((n, i) => (i === axis ? n : 1));
    return broadcastParameter(reshapeParameter(parameter, shape), input.shape);
  };
  const [m, o] = [spread(multiplier), spread(offset)];
  return nodes.map(
    "",
    {
      op: "affine",
      multiplier: m.tensor,
      offset: o.tensor,
      multiplierQuantizer: m.quantizer,
      offsetQuantizer: o.quantizer,
    },
    input,
  );
}

/** The variables of a batch normalization, one value a channel each. */
export interface Statistics {
  readonly gamma: readonly number[] | undefined;
  readonly beta: readonly number[] | undefined;
  readonly mean: readonly number[];
  readonly variance: readonly number[];
  readonly epsilon: number;
}

/** The one axis along which a batch normalization has statistics, without the batch axis. */
export function normalizedAxis(call: LayerCall, input: Value): number {
  const [axis, ...more] = call.config.axes("axis", input.shape.length + 1, -1);
  if (axis === undefined || axis === 0 || more.length > 0) {
    return call.config.wrongType("axis", "one axis that is not the batch axis");
  }
  return axis - 1;
}

/** Variables: gamma if it scales, beta if it centers, then from `moving` on the moving mean and variance. */
export function readStatistics(call: LayerCall, channels: number, extra = 0): Statistics {
  const { config, weights } = call;
  const [scale, center] = [config.flag("scale", true), config.flag("center", true)];
  const read = (index: number, what: string) => weights.variable("", index, { what, shape: [channels] }).data;
  const moving = Number(scale) + Number(center) + extra;
  const variance = read(moving + 1, "moving variance");
  const epsilon = config.number("epsilon", 1e-3);
  const bad = variance.findIndex((v) => v + epsilon <= 0);
  if (bad >= 0) {
    throw new UserError(`its moving variance is ${variance[bad]} at element ${bad}: no square root`, {
      where: call.where,
    });
  }
  return {
    gamma: scale ? read(0, "gamma") : undefined,
    beta: center ? read(Number(scale), "beta") : undefined,
    mean: read(moving, "moving mean"),
    variance,
    epsilon,
  };
}

/** γ (x − μ) / √(σ² + ε) + β along one axis, as one multiplication and one addition with factors of float64. */
export function normalizeAlong(
  nodes: Nodes,
  input: Value,
  axis: number,
  { gamma, beta, mean, variance, epsilon }: Statistics,
): Value {
  const multiplier = variance.map((v, c) => (gamma?.[c] ?? 1) / Math.sqrt(v + epsilon));
  const offset = mean.map((mu, c) => (beta?.[c] ?? 0) - mu * (multiplier[c] as number));
  const parameter = (data: readonly number[]): Parameter => ({
    tensor: { shape: [data.length], data },
    quantizer: undefined,
  });
  return affineAlong(nodes, input, axis, { multiplier: parameter(multiplier), offset: parameter(offset) });
}

/** keras BatchNormalization. */
export const batchNormalization: LayerHandler = (call) => {
  const nodes = new Nodes(call);
  const input = onlyInput(call);
  const axis = normalizedAxis(call, input);
  const statistics = readStatistics(call, input.shape[axis] as number);
  call.note("its factors γ / √(σ² + ε) are computed in float64 from the stored float32 numbers");
  return nodes.result(normalizeAlong(nodes, input, axis, statistics));
};

/** keras Rescaling: scale · x + offset, numbers or one for each channel. */
export const rescaling: LayerHandler = (call) => {
  const nodes = new Nodes(call);
  const input = onlyInput(call);
  const channels = input.shape.at(-1) ?? 1;
  const read = (key: string, absent: number): Tensor<number> => {
    const value = call.config.get(key);
    if (!isList(value)) return { shape: [], data: [call.config.number(key, absent)] };
    if (value.length !== channels || !value.every((x) => typeof x === "number" && Number.isFinite(x))) {
      return call.config.wrongType(key, `a number or ${channels} of them`);
    }
    return { shape: [channels], data: value as readonly number[] };
  };
  return nodes.result(
    nodes.map(
      "",
      {
        op: "affine",
        multiplier: read("scale", 1),
        offset: read("offset", 0),
        multiplierQuantizer: undefined,
        offsetQuantizer: undefined,
      },
      input,
    ),
  );
};

/** keras.config.epsilon(), below which Normalization does not let a deviation fall. */
const EPSILON = 1e-7;

/** keras Normalization: (x − mean) / max(√variance, ε), or back with `invert`; statistics adapted or given. */
export const normalization: LayerHandler = (call) => {
  const nodes = new Nodes(call);
  const input = onlyInput(call);
  const { config, weights } = call;
  const kept = config.has("axis") ? config.axes("axis", input.shape.length + 1).map((axis) => axis - 1) : [];
  const small = input.shape.map((n, axis) => (kept.includes(axis) ? n : 1));
  const stored =
    kept.length === 0 ? [] : [...kept].sort((a, b) => a - b).map((axis) => input.shape[axis] as number);
  const read = (key: "mean" | "variance", index: number): readonly number[] => {
    const given = config.get(key) ?? null;
    const flat = isList(given) ? (given.flat(8) as readonly unknown[]) : given === null ? undefined : [given];
    if (flat === undefined) return weights.variable("", index, { what: key, shape: stored }).data;
    const fits = flat.length === 1 || flat.length === sizeOf(small);
    if (!fits || !flat.every((x) => typeof x === "number" && Number.isFinite(x))) {
      return config.wrongType(key, `${sizeOf(small)} numbers`);
    }
    return Array.from({ length: sizeOf(small) }, (_, n) => flat[flat.length === 1 ? 0 : n] as number);
  };
  const [mean, variance] = [read("mean", 0), read("variance", 1)];
  const deviation = variance.map((v) => Math.max(Math.sqrt(v), EPSILON));
  if (deviation.some((d) => !Number.isFinite(d))) {
    throw new UserError("its variance is negative", { where: call.where });
  }
  const invert = config.flag("invert", false);
  const multiplier = deviation.map((d) => (invert ? d : 1 / d));
  const offset = mean.map((mu, n) => (invert ? mu : -mu / (deviation[n] as number)));
  call.note("its factors are computed in float64 from the stored float32 numbers");
  const spread = (data: readonly number[]): Tensor<number> => {
    if (data.length === 1) return { shape: [], data };
    const last = small.slice(0, -1).every((n) => n === 1);
    const parameter = { tensor: { shape: small, data }, quantizer: undefined };
    return last ? { shape: [data.length], data } : broadcastParameter(parameter, input.shape).tensor;
  };
  return nodes.result(
    nodes.map(
      "",
      {
        op: "affine",
        multiplier: spread(multiplier),
        offset: spread(offset),
        multiplierQuantizer: undefined,
        offsetQuantizer: undefined,
      },
      input,
    ),
  );
};
