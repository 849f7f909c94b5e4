import type { Call, Handler } from "../call.js";
import { gatherValue } from "../shapes.js";
import { showShape, type Value } from "../values.js";

/** Which index of an axis of length `length` each of the `count` indices of the result is. */
type Sampling = (count: number, length: number, scale: number) => readonly number[];

/** Upsample, and Resize of operator set 10: the nearest element to the left. */
export const upsample: Handler = (call) => {
  requireNearest(call, call.attributes.text("mode", "nearest"));
  const value = call.value(0);
  const { attributes } = call;
  const given =
    attributes.floats("scales") ??
    (call.inputs[1] === undefined ? legacyScales(call) : call.constant(1, "scales").data);
  return [
    resample(
      call,
      value,
      given,
      given.map((scale, n) => size(value, n, scale)),
      simple,
    ),
  ];
};

/** Operator set 1 names the two scales of an image. */
function legacyScales(call: Call): readonly number[] {
  const [height, width] = [call.attributes.float("height_scale"), call.attributes.float("width_scale")];
  if (height === undefined || width === undefined) return call.refuse("it has no scales");
  return [1, 1, height, width];
}

const size = (value: Value, axis: number, scale: number) =>
  Math.floor(Math.fround((value.shape[axis] ?? 0) * scale));

/** The framework's rule without coordinate modes: down when it enlarges, up when it shrinks. */
const simple: Sampling = (count, length, scale) =>
  Array.from({ length: count }, (_, n) => {
    const x = Math.fround(n / scale);
    return clip(scale < 1 ? Math.ceil(x) : Math.floor(x), length);
  });

const clip = (n: number, length: number) => Math.min(Math.max(n, 0), length - 1);

function requireNearest(call: Call, mode: string): void {
  if (mode !== "nearest") call.refuse(`the mode '${mode}' is not supported`, "Supported: nearest.");
}

const COORDINATES = [
  "half_pixel",
  "half_pixel_symmetric",
  "pytorch_half_pixel",
  "align_corners",
  "asymmetric",
  "tf_half_pixel_for_nn",
] as const;
const NEAREST = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"] as const;

/** Resize to the nearest element, in every mode of coordinates and rounding. */
export const resize: Handler = (call) => {
  if (call.opset < 11) return upsample(call);
  const { attributes } = call;
  requireNearest(call, attributes.text("mode", "nearest"));
  const coordinates = attributes.oneOf("coordinate_transformation_mode", COORDINATES, "half_pixel");
  const rounding = attributes.oneOf("nearest_mode", NEAREST, "round_prefer_floor");
  const value = call.value(0);
  const rank = value.shape.length;
  const axes = call.axes(attributes.ints("axes") ?? value.shape.map((_, axis) => axis), rank);
  const present = (index: number) => {
    const input = call.optionalConstant(index, index === 2 ? "scales" : "sizes");
    return input === undefined || input.data.length === 0 ? undefined : input.data;
  };
  const [scales, sizes] = [present(2), present(3)];
  const given = scales ?? sizes ?? call.refuse("it has neither scales nor sizes");
  if (given.length !== axes.length) call.refuse(`${given.length} scales for ${axes.length} axes`);
  const policy = attributes.oneOf(
    "keep_aspect_ratio_policy",
    ["stretch", "not_larger", "not_smaller"],
    "stretch",
  );
  const all = new Array<number>(rank).fill(1);
  const lengths = [...value.shape];
  const ratios = axes.map((axis, n) => (given[n] as number) / (value.shape[axis] as number));
  const common = policy === "not_larger" ? Math.min(...ratios) : Math.max(...ratios);
  for (const [n, axis] of axes.entries()) {
    const length = value.shape[axis] as number;
    if (scales !== undefined) {
      all[axis] = given[n] as number;
      lengths[axis] = size(value, axis, all[axis] as number);
    } else if (policy === "stretch") {
      lengths[axis] = given[n] as number;
      all[axis] = Math.fround((given[n] as number) / length);
    } else {
      lengths[axis] = Math.floor(common * length + 0.5);
      all[axis] = Math.fround(common);
    }
  }
  const sampling: Sampling = (count, length, scale) =>
    Array.from({ length: count }, (_, n) =>
      clip(nearest(coordinate(n, coordinates, { count, length, scale }), rounding), length),
    );
  return [resample(call, value, all, lengths, sampling)];
};

/** Where index `n` of the result lies among the indices of the input, in float32 as the framework computes it. */
function coordinate(
  n: number,
  mode: (typeof COORDINATES)[number],
  { count, length, scale }: { readonly count: number; readonly length: number; readonly scale: number },
): number {
  const f = Math.fround;
  switch (mode) {
    case "half_pixel":
      return f(f(f(n + 0.5) / scale) - 0.5);
    case "half_pixel_symmetric": {
      const adjustment = f(count / f(scale * length));
      const offset = f(f(length / 2) * f(1 - adjustment));
      return f(f(offset + f(f(n + 0.5) / scale)) - 0.5);
    }
    case "pytorch_half_pixel":
      return count > 1 ? f(f(f(n + 0.5) / scale) - 0.5) : 0;
    case "align_corners":
      return count === 1 ? 0 : f(f(n * (length - 1)) / (count - 1));
    case "asymmetric":
      return f(n / scale);
    case "tf_half_pixel_for_nn":
      return f(f(n + 0.5) / scale);
  }
}

function nearest(x: number, mode: (typeof NEAREST)[number]): number {
  switch (mode) {
    case "round_prefer_floor":
      return x === Math.floor(x) + 0.5 ? Math.floor(x) : Math.round(x);
    case "round_prefer_ceil":
      return Math.round(x);
    case "floor":
      return Math.floor(x);
    case "ceil":
      return Math.ceil(x);
  }
}

function resample(
  call: Call,
  value: Value,
  scales: readonly number[],
  lengths: readonly number[],
  sampling: Sampling,
): Value {
  if (scales.length !== value.shape.length) {
    call.refuse(`${scales.length} scales for a value of shape ${showShape(value.shape)}`);
  }
  if (scales.some((scale) => !(scale > 0)) || lengths.some((n) => !(n >= 1))) {
    call.refuse(`scales ${showShape(scales)} give the lengths ${showShape(lengths)}`);
  }
  call.builder.spend(lengths);
  let result = value;
  for (const [axis, count] of lengths.entries()) {
    const scale = scales[axis] as number;
    if (scale === 1 && count === value.shape[axis]) continue;
    call.keepEvents(value, [axis]);
    const indices = sampling(count, value.shape[axis] as number, scale);
    result = gatherValue(call.builder, result, axis, indices);
  }
  return result;
}
