import type { FunctionKind } from "../../../ir/model/model.js";
import { affine, binaryLive, foldUnary, threshold } from "../arithmetic.js";
import type { Call, Handler } from "../call.js";
import { tensorOf } from "../constants.js";
import { type Live, scalar, type Value } from "../values.js";

const live = (call: Call): Live => call.plain(call.live(0));

/** A function that becomes a table. */
export const table =
  (kind: FunctionKind, fold: ((x: number) => number) | undefined = undefined): Handler =>
  (call) => {
    const value = call.value(0);
    if (value.kind === "constant" && fold !== undefined) return [foldUnary(call.builder, value, fold)];
    return [call.builder.pointwise({ op: "function", kind, parameters: {} }, live(call))];
  };

export const relu: Handler = (call) => {
  const value = call.value(0);
  if (value.kind === "constant") return [foldUnary(call.builder, value, (x) => Math.max(x, 0))];
  // Integers of a QuantizeLinear: the bound is the zero point, that is 0 of what they stand for, only where it is 0.
  if (value.integers?.zero.data.every((zero) => zero === 0)) {
    const { integers } = value;
    return [{ ...call.builder.pointwise({ op: "relu" }, value), integers }];
  }
  return [call.builder.pointwise({ op: "relu" }, live(call))];
};

const slope = (x: number) => ({ op: "leaky_relu", slope: { shape: [], data: [x] } }) as const;

export const leakyRelu: Handler = (call) => [
  call.builder.pointwise(slope(call.attributes.float("alpha", Math.fround(0.01))), live(call)),
];

/** PRelu: a slope per channel or per element; before operator set 7, a vector of slopes is per channel. */
export const pRelu: Handler = (call) => {
  const input = live(call);
  let slopes = call.constant(1, "slope");
  const rank = input.shape.length;
  if (call.opset < 7 && slopes.shape.length === 1 && rank > 1) {
    slopes = { ...slopes, shape: [...slopes.shape, ...input.shape.slice(2).map(() => 1)] };
  }
  const x = call.builder.meet(input, slopes.shape);
  const { tensor, quantizer } = tensorOf(call.builder.factor(slopes, x), call.builder.where);
  const data = quantizer === undefined ? tensor : { ...tensor, data: call.builder.factor(slopes, x).data };
  return [call.builder.pointwise({ op: "leaky_relu", slope: data }, x)];
};

export const elu: Handler = (call) => {
  const alpha = call.attributes.float("alpha", 1);
  return [call.builder.pointwise({ op: "function", kind: "elu", parameters: { alpha } }, live(call))];
};

/** α · elu(x / α). */
export const celu: Handler = (call) => {
  const alpha = call.attributes.float("alpha", 1);
  if (alpha <= 0) call.refuse(`its alpha is ${alpha}`);
  const elu = { op: "function", kind: "elu", parameters: { alpha: 1 } } as const;
  if (alpha === 1) return [call.builder.pointwise(elu, live(call))];
  const scaled = affine(call.builder, live(call), { multiplier: 1 / alpha }, "scaled");
  return [affine(call.builder, call.builder.pointwise(elu, scaled, "elu"), { multiplier: alpha })];
};

export const selu: Handler = (call) => {
  const old = call.opset < 6;
  const alpha = call.attributes.float("alpha", Math.fround(old ? 1.6732 : 1.6732631921768188));
  const gamma = call.attributes.float("gamma", Math.fround(old ? 1.0507 : 1.0507010221481323));
  return [call.builder.pointwise({ op: "function", kind: "selu", parameters: { alpha, gamma } }, live(call))];
};

/** max(0, min(1, αx + β)). */
export const hardSigmoid: Handler = (call) => {
  const multiplier = call.attributes.float("alpha", Math.fround(0.2));
  const offset = call.attributes.float("beta", 0.5);
  const line = affine(call.builder, live(call), { multiplier, offset }, "line");
  return [call.builder.pointwise({ op: "clamp", low: 0, high: 1 }, line)];
};

/** x · max(0, min(1, x/6 + 1/2)). */
export const hardSwish: Handler = (call) => {
  const input = live(call);
  const line = affine(call.builder, input, { multiplier: 1 / 6, offset: 0.5 }, "line");
  const gate = call.builder.pointwise({ op: "clamp", low: 0, high: 1 }, line, "gate");
  return [binaryLive(call.builder, "multiply", input, gate)];
};

/** x · sigmoid(αx). */
export const swish: Handler = (call) => {
  const alpha = call.attributes.float("alpha", 1);
  if (alpha === 1) return table("silu")(call);
  const scaled = affine(call.builder, live(call), { multiplier: alpha }, "scaled");
  const gate = call.builder.pointwise({ op: "function", kind: "sigmoid", parameters: {} }, scaled, "gate");
  return [binaryLive(call.builder, "multiply", live(call), gate)];
};

/** x where x > α, else 0. */
export const thresholdedRelu: Handler = (call) => {
  const input = live(call);
  const level = scalar("float", call.attributes.float("alpha", 1));
  const gate = threshold(call.builder, input, level, true, "gate", input.dtype);
  return [binaryLive(call.builder, "multiply", input, gate)];
};

export const gelu: Handler = (call) => {
  const approximate = call.attributes.oneOf("approximate", ["none", "tanh"], "none");
  return table(approximate === "tanh" ? "gelu_tanh" : "gelu")(call);
};

/** Bounds as attributes before operator set 11, as inputs from then on. */
export const clip: Handler = (call) => {
  const bound = (name: string, index: number) =>
    call.attributes.bound(name) ?? (call.inputs[index] === undefined ? undefined : call.scalar(index, name));
  const finite = (x: number | undefined) => (x !== undefined && Math.abs(x) < 3.4e38 ? x : undefined);
  const [low, high] = [finite(bound("min", 1)), finite(bound("max", 2))];
  const value = call.value(0);
  if (value.kind === "constant") {
    const clamp = (x: number) => Math.min(Math.max(x, low ?? x), high ?? x);
    return [foldUnary(call.builder, value, clamp)];
  }
  if (low === undefined && high === undefined) return [value];
  const input = live(call);
  if (low === 0 && high === undefined) return [call.builder.pointwise({ op: "relu" }, input)];
  // A lower bound above the upper one gives the upper one everywhere.
  const lowest = low !== undefined && high !== undefined ? Math.min(low, high) : low;
  return [call.builder.pointwise({ op: "clamp", low: lowest, high }, input) as Value];
};
