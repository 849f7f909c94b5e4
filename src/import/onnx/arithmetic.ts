import { sizeOf } from "../../ir/tensor.js";
import { BatchMixed } from "./batch.js";
import type { Builder } from "./builder.js";
import { tensorOf } from "./constants.js";
import { type Dtype, roundTo } from "./dtype.js";
import {
  broadcastConstant,
  broadcastShapes,
  type Constant,
  constant,
  type Live,
  nodeShape,
  scalar,
  showShape,
} from "./values.js";

/** Two constants element by element, rounded to their element type. */
export function foldBinary(
  builder: Builder,
  a: Constant,
  b: Constant,
  f: (x: number, y: number) => number,
  dtype: Dtype = a.dtype,
): Constant {
  const shape = broadcastShapes(a.shape, b.shape);
  if (shape === undefined) {
    builder.refuse(`shapes ${showShape(a.shape)} and ${showShape(b.shape)} do not broadcast`);
  }
  builder.spend(shape);
  const [x, y] = [broadcastConstant(a, shape).data, broadcastConstant(b, shape).data];
  const data = x.map((value, n) => roundTo(dtype, f(value, y[n] as number), builder.where));
  return constant(dtype, shape, data);
}

export function foldUnary(
  builder: Builder,
  a: Constant,
  f: (x: number) => number,
  dtype: Dtype = a.dtype,
): Constant {
  builder.spend(a.shape);
  return constant(
    dtype,
    a.shape,
    a.data.map((x) => roundTo(dtype, f(x), builder.where)),
  );
}

type BinaryOp = "add" | "subtract" | "multiply" | "maximum" | "minimum";

/** Live values broadcast to one shape, in nodes of one order. */
export function broadcastLive(builder: Builder, values: readonly Live[]): readonly Live[] {
  let shape: readonly number[] = [];
  for (const value of values) {
    const next = broadcastShapes(shape, value.shape);
    if (next === undefined) {
      builder.refuse(`shapes ${values.map((v) => showShape(v.shape)).join(" and ")} do not broadcast`);
    }
    shape = next;
  }
  builder.checkSize(shape);
  const batches = values.flatMap((value) =>
    value.batch === undefined ? [] : [value.batch + shape.length - value.shape.length],
  );
  const [batch] = batches;
  if (batch !== undefined && (shape[batch] !== 1 || batches.some((other) => other !== batch))) {
    throw new BatchMixed(builder.where, "its broadcast", batch);
  }
  const whole = values.find(
    (value) => value.shape.length === shape.length && value.shape.every((n, axis) => n === shape[axis]),
  );
  const target = whole?.axes ?? shape.map((_, axis) => axis).filter((axis) => axis !== batch);
  return values.map((value) => builder.expand(value, shape, target, batch));
}

/** An operator of two live values. */
export function binaryLive(builder: Builder, op: BinaryOp, a: Live, b: Live, suffix = ""): Live {
  const [x, y] = broadcastLive(builder, [a, b]) as [Live, Live];
  const name = builder.add({ op }, [x.name, y.name], nodeShape(x), suffix);
  return { ...x, name, integers: undefined };
}

/** multiplier · x + offset with constants, which may be larger than x. */
export function affine(
  builder: Builder,
  input: Live,
  { multiplier, offset }: { readonly multiplier?: Constant | number; readonly offset?: Constant | number },
  suffix = "",
): Live {
  const toConstant = (value: Constant | number | undefined, missing: number) =>
    typeof value === "object" ? value : scalar(input.dtype, value ?? missing);
  const [m, o] = [toConstant(multiplier, 1), toConstant(offset, 0)];
  // The constant that varies more says which axis comes last.
  const [first, second] = sizeOf(m.shape) >= sizeOf(o.shape) ? [m, o] : [o, m];
  const x = builder.meet(builder.meet(input, second.shape), first.shape);
  const times = tensorOf(builder.factor(m, x), builder.where);
  const plus = tensorOf(builder.factor(o, x), builder.where);
  return builder.pointwise(
    {
      op: "affine",
      multiplier: times.tensor,
      offset: plus.tensor,
      multiplierQuantizer: times.quantizer,
      offsetQuantizer: plus.quantizer,
    },
    x,
    suffix,
  );
}

/** 1 where the value is at least (above, when strict) a constant, else 0. */
export function threshold(
  builder: Builder,
  input: Live,
  level: Constant,
  strict: boolean,
  suffix = "",
  dtype: Dtype = "bool",
): Live {
  const levels = new Set(level.data);
  const [only] = level.data;
  if (levels.size === 1 && only !== undefined) {
    const x = builder.meet(input, level.shape);
    if (only === Number.POSITIVE_INFINITY || only === Number.NEGATIVE_INFINITY || Number.isNaN(only)) {
      builder.refuse(`it compares with ${only}`);
    }
    return builder.pointwise({ op: "threshold", level: only, strict }, x, suffix, dtype);
  }
  const minus: Constant = { ...level, data: level.data.map((x) => -x) };
  const { quantized: _, ...plain } = minus;
  const x = affine(builder, input, { offset: plain }, suffix === "" ? "difference" : `${suffix}.difference`);
  return builder.pointwise({ op: "threshold", level: 0, strict }, x, suffix, dtype);
}
