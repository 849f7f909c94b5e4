import { affine, binaryLive } from "../arithmetic.js";
import type { Handler } from "../call.js";
import { type Constant, constant, showShape } from "../values.js";
import { reduceLive } from "./reduce.js";

/** Batch normalization at inference: γ (x − μ) / √(σ² + ε) + β, as one multiplier and one offset per channel. */
export const batchNormalization =
  (domainLast: boolean): Handler =>
  (call) => {
    const { attributes, opset } = call;
    if (opset < 7 && attributes.int("is_test", 0) === 0) {
      call.builder.note("it is not marked for inference; it is read as if it were");
    }
    if (attributes.int("spatial", 1) !== 1)
      call.refuse("statistics per element (spatial = 0) are not supported");
    if (attributes.int("training_mode", 0) !== 0) {
      call.refuse("it is in training mode", "Export the model for inference.");
    }
    const input = call.plain(call.live(0));
    const rank = input.shape.length;
    const channel = domainLast || attributes.flag("channels_last", false) ? rank - 1 : Math.min(1, rank - 1);
    const channels = input.shape[channel] ?? call.refuse("its input has no axes");
    const read = (index: number, what: string) => {
      const value = call.constant(index, what);
      if (value.data.length !== channels) {
        call.refuse(`its ${what} has shape ${showShape(value.shape)}, expected [${channels}]`);
      }
      return value.data;
    };
    const [gamma, beta, mean, variance] = ["scale", "bias", "mean", "variance"].map((what, n) =>
      read(n + 1, what),
    ) as [readonly number[], readonly number[], readonly number[], readonly number[]];
    const epsilon = attributes.float("epsilon", Math.fround(1e-5));
    const multiplier = gamma.map((g, c) => {
      const spread = Math.sqrt((variance[c] as number) + epsilon);
      if (!(spread > 0)) call.refuse(`the variance of channel ${c} is ${variance[c]}`);
      return g / spread;
    });
    const offset = beta.map((b, c) => b - (mean[c] as number) * (multiplier[c] as number));
    const shape = input.shape.map((_, axis) => (axis === channel ? channels : 1));
    const perChannel = (data: readonly number[]): Constant => constant("double", shape, data);
    return [affine(call.builder, input, { multiplier: perChannel(multiplier), offset: perChannel(offset) })];
  };

/** Layer normalization: (x − mean) / √(variance + ε) · γ + β over the axes from `axis` on. */
export const layerNormalization: Handler = (call) => {
  const { attributes, builder } = call;
  const input = call.plain(call.live(0));
  const rank = input.shape.length;
  const first = call.axis(attributes.int("axis", -1), rank);
  const axes = input.shape.map((_, axis) => axis).slice(first);
  const mean = reduceLive(call, input, "mean", axes, true, "mean");
  const centred = binaryLive(builder, "subtract", input, mean, "centred");
  const squares = binaryLive(builder, "multiply", centred, centred, "squares");
  const variance = reduceLive(call, squares, "mean", axes, true, "variance");
  const table = (kind: "sqrt" | "reciprocal", value: typeof input) =>
    builder.pointwise({ op: "function", kind, parameters: {} }, value, kind);
  const shifted = affine(
    builder,
    variance,
    { offset: attributes.float("epsilon", Math.fround(1e-5)) },
    "epsilon",
  );
  const inverse = table("reciprocal", table("sqrt", shifted));
  const normal = binaryLive(builder, "multiply", centred, inverse, "normal");
  const multiplier = call.constant(1, "scale");
  const offset = call.optionalConstant(2, "bias");
  return [affine(builder, normal, { multiplier, ...(offset && { offset }) })];
};
