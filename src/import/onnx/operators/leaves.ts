import { perTensor } from "../../../ir/granular.js";
import { sizeOf } from "../../../ir/tensor.js";
import { foldUnary } from "../arithmetic.js";
import type { Call, Handler } from "../call.js";
import { filled } from "../constants.js";
import { type Dtype, dtypeOf, integerRange, isFloat } from "../dtype.js";
import { type Constant, constant, type Value } from "../values.js";

/** What changes nothing at inference. */
export const identity: Handler = (call) => [call.value(0)];

/** Dropout, whose mask is all ones at inference. */
export const dropout: Handler = (call) => {
  const input = call.value(0);
  const ratio = call.inputs[1] === undefined ? 0 : call.scalar(1, "ratio");
  if (call.inputs[2] !== undefined && call.scalar(2, "training_mode") !== 0 && ratio !== 0) {
    call.refuse("it is in training mode", "Export the model for inference.");
  }
  if (
    call.opset < 7 &&
    call.attributes.int("is_test", 0) === 0 &&
    call.attributes.float("ratio", 0.5) !== 0
  ) {
    call.builder.note("it is not marked for inference; it is read as if it were");
  }
  return [input, filled("bool", call.builder.spend(input.shape), 1)];
};

export const constantNode: Handler = ({ attributes, builder }) => {
  const tensor = attributes.tensor("value");
  if (tensor !== undefined) return [tensor];
  const int = attributes.int("value_int");
  if (int !== undefined) return [constant("int64", [], [int])];
  const float = attributes.float("value_float");
  if (float !== undefined) return [constant("float", [], [float])];
  const ints = attributes.ints("value_ints");
  if (ints !== undefined) return [constant("int64", [ints.length], ints)];
  const floats = attributes.floats("value_floats");
  if (floats !== undefined) return [constant("float", [floats.length], floats.map(Math.fround))];
  return builder.refuse(`a constant given by '${attributes.names().join(", ")}' is not supported`);
};

export const constantOfShape: Handler = (call) => {
  const shape = call.builder.spend(call.integers(0, "shape"));
  const value = call.attributes.tensor("value") ?? constant("float", [1], [0]);
  if (value.data.length !== 1) call.refuse("its value should be one number");
  return [filled(value.dtype, shape, value.data[0] as number)];
};

export const shapeOf: Handler = (call) => {
  const { shape } = call.value(0);
  const clip = (axis: number) => Math.min(Math.max(axis < 0 ? axis + shape.length : axis, 0), shape.length);
  const part = shape.slice(
    clip(call.attributes.int("start", 0)),
    clip(call.attributes.int("end", shape.length)),
  );
  return [constant("int64", [part.length], part)];
};

export const sizeOfValue: Handler = (call) => [constant("int64", [], [sizeOf(call.value(0).shape)])];

export const range: Handler = (call) => {
  const [start, limit, delta] = [0, 1, 2].map((n) => call.scalar(n, "range")) as [number, number, number];
  const count = Math.max(Math.ceil((limit - start) / delta), 0);
  if (!Number.isFinite(count)) call.refuse(`from ${start} to ${limit} by ${delta} is no range`);
  call.builder.spend([count]);
  const { dtype } = call.constant(0, "range");
  return [
    constant(
      dtype,
      [count],
      Array.from({ length: count }, (_, n) => start + n * delta),
    ),
  ];
};

/** Cast: between floats the number stays; to integers it loses its fraction. */
export const cast: Handler = (call) => {
  const value = call.value(0);
  const to =
    call.type === "CastLike"
      ? call.value(1).dtype
      : dtypeOf(call.attributes.int("to", 0), call.builder.where);
  if (value.dtype === to) return [value];
  if (value.kind === "constant") return [castConstant(call, value, to)];
  if (value.integers !== undefined) call.plain(value);
  if (to === "bool") {
    const size = call.builder.pointwise({ op: "absolute" }, value, "absolute");
    return [call.builder.pointwise({ op: "threshold", level: 0, strict: true }, size, "", "bool")];
  }
  if (isFloat(to)) {
    if (to === "float16" || to === "bfloat16") {
      call.builder.note(`its rounding to ${to} is left out: values keep their precision`);
    }
    return [{ ...value, dtype: to }];
  }
  if (!isFloat(value.dtype)) return [widened(call, value, to)];
  const { lo } = integerRange(to);
  const width = Number(/\d+$/.exec(to)?.[0]);
  const quantizer = {
    types: perTensor({ signed: lo < 0n, width, integer: width }),
    rounding: "TRN_ZERO",
    overflow: "SAT",
  } as const;
  return [call.builder.pointwise({ op: "quantize", quantizer }, value, "", to)];
};

/** Between integer types; what the target cannot hold is cut off as its bits are. */
function widened(call: Call, value: Value & { kind: "live" }, to: Dtype): Value {
  const [from, into] = [integerRange(value.dtype), integerRange(to)];
  if (into.lo <= from.lo && into.hi >= from.hi) return { ...value, dtype: to };
  const width = Number(/\d+$/.exec(to)?.[0]);
  const quantizer = {
    types: perTensor({ signed: into.lo < 0n, width, integer: width }),
    rounding: "TRN",
    overflow: "WRAP",
  } as const;
  return call.builder.pointwise({ op: "quantize", quantizer }, value, "", to);
}

function castConstant(call: Call, value: Constant, to: Dtype): Constant {
  // Quantized weights stay what they are in another float type that holds them.
  if (isFloat(to)) {
    const cast = foldUnary(call.builder, value, (x) => x, to);
    const same = value.quantized !== undefined && cast.data.every((x, n) => x === value.data[n]);
    return same ? { ...value, dtype: to } : cast;
  }
  return foldUnary(call.builder, value, (x) => (to === "bool" ? Number(x !== 0) : Math.trunc(x)), to);
}
