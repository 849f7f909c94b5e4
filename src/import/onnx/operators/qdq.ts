import { affine } from "../arithmetic.js";
import type { Call, Handler } from "../call.js";
import { type Dtype, dtypeOf, integerRange, isFloat } from "../dtype.js";
import { dequantizeConstant, quantizeValue, roundNumber, type Uniform } from "../quantization.js";
import { unsqueezeValue } from "../shapes.js";
import {
  broadcastConstant,
  type Constant,
  constant,
  type Live,
  mapBounds,
  scalar,
  showShape,
  type Value,
} from "../values.js";

/**
 * Scale and zero point as constants that broadcast to the value: for all of it, or along an axis. A missing zero point is
 * 0 of the type `missing`.
 */
function parameters(call: Call, value: Value, missing: Dtype): { scale: Constant; zero: Constant } {
  const { attributes } = call;
  if (attributes.int("block_size", 0) !== 0) call.refuse("scales per block are not supported");
  const scale = call.constant(1, "scale");
  const zero = call.optionalConstant(2, "zero point") ?? scalar(missing, 0);
  if (!isFloat(zero.dtype)) integerRange(zero.dtype);
  else call.refuse(`a zero point of type ${zero.dtype} is not supported`);
  const rank = value.shape.length;
  const align = (part: Constant): Constant => {
    if (part.data.length === 1) return { ...part, shape: [] };
    if (part.shape.length !== 1) call.refuse(`a scale of shape ${showShape(part.shape)} is not supported`);
    const axis = call.axis(attributes.int("axis", 1), rank);
    const added = Array.from({ length: rank - 1 - axis }, (_, n) => n + 1);
    return unsqueezeValue(call.builder, part, added) as Constant;
  };
  return { scale: align(scale), zero: align(zero) };
}

/** The type of the result where the node states it (operator sets 21 and 23). */
function outputType({ attributes, builder }: Call): Dtype | undefined {
  const code = attributes.int("output_dtype", 0);
  return code === 0 ? undefined : dtypeOf(code, builder.where);
}

const typeBounds = (zero: Constant) => {
  const { lo, hi } = integerRange(zero.dtype);
  return mapBounds(
    scalar("double", 0),
    () => Number(lo),
    () => Number(hi),
  );
};

/**
 * QuantizeLinear: the integers round(x / scale) + zero, brought into their type. What they stand for is kept, so that the
 * DequantizeLinear that follows is nothing.
 */
export const quantizeLinear: Handler = (call) => {
  const value = call.value(0);
  const stated = outputType(call);
  const { scale, zero } = parameters(call, value, stated ?? "uint8");
  if (stated !== undefined && stated !== zero.dtype) {
    call.refuse(`its output_dtype ${stated} is not the type of its zero point, ${zero.dtype}`);
  }
  const uniform: Uniform = { scale, zero, bounds: typeBounds(zero), rounding: "RND_CONV", zeroFirst: false };
  if (value.kind === "constant") return [integersOf(call, value, uniform)];
  call.plain(value);
  const quantized = quantizeValue(call.builder, value, uniform) as Live;
  const integers = { scale, zero, axes: isOne(scale) && isOne(zero) ? undefined : orderOf(quantized) };
  return [{ ...quantized, dtype: zero.dtype, integers }];
};

const isOne = (part: Constant) => part.data.length === 1;
const orderOf = ({ name, axes, shape }: Live) => `${name} ${axes.join()} ${shape.join()}`;

function integersOf(call: Call, value: Constant, { scale, zero, bounds }: Uniform): Constant {
  call.builder.spend(value.shape);
  const [s, z] = [broadcastConstant(scale, value.shape).data, broadcastConstant(zero, value.shape).data];
  const [lo, hi] = [bounds.lo.data[0] as number, bounds.hi.data[0] as number];
  const data = value.data.map((x, n) => {
    const q = roundNumber(Math.fround(x / (s[n] as number)), "RND_CONV") + (z[n] as number);
    return Math.min(Math.max(q, lo), hi);
  });
  return constant(zero.dtype, value.shape, data);
}

/** DequantizeLinear: (q − zero) · scale. */
export const dequantizeLinear: Handler = (call) => {
  const value = call.value(0);
  const { scale, zero } = parameters(call, value, isFloat(value.dtype) ? "uint8" : value.dtype);
  const dtype = outputType(call) ?? scale.dtype;
  if (value.kind === "constant") {
    if (isFloat(value.dtype)) call.refuse(`it takes integers, found ${value.dtype}`);
    const bounds = boundsOfValues(value, zero);
    return [{ ...dequantizeConstant(call.builder, value, { scale, zero, bounds }), dtype }];
  }
  const { integers } = value;
  if (integers === undefined) return [{ ...fromIntegers(call, value, scale, zero), dtype }];
  const equal = (a: Constant, b: Constant) =>
    a.shape.join() === b.shape.join() && a.data.every((x, n) => x === b.data[n]);
  const moved = integers.axes !== undefined && integers.axes !== orderOf(value);
  if (moved || !equal(integers.scale, scale) || !equal(integers.zero, zero)) {
    call.refuse("its scale or zero point is not that of the QuantizeLinear before it");
  }
  return [{ ...value, dtype, integers: undefined }];
};

/** Integers that do not come from a QuantizeLinear, such as an input of the model. */
function fromIntegers(call: Call, value: Live, scale: Constant, zero: Constant): Value {
  if (isFloat(value.dtype)) call.refuse(`it takes integers, found ${value.dtype}`);
  const shifts = zero.data.some((z) => z !== 0);
  const negative: Constant = { ...zero, dtype: "double", data: zero.data.map((z) => -z) };
  const moved = shifts ? affine(call.builder, value, { offset: negative }, "zero") : value;
  return affine(call.builder, moved, { multiplier: scale });
}

/** The bounds of a constant's type, or for wide types those of its values. */
function boundsOfValues(value: Constant, zero: Constant): Uniform["bounds"] {
  const { lo, hi } = integerRange(value.dtype);
  if (hi - lo < 65536n) return typeBounds({ ...zero, dtype: value.dtype });
  const size = value.data.reduce((most, q) => Math.max(most, Math.abs(q)), 1);
  return mapBounds(
    scalar("double", 0),
    () => -size,
    () => size,
  );
}
