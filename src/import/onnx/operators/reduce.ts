import { perTensor } from "../../../ir/granular.js";
import { affine, binaryLive } from "../arithmetic.js";
import type { Call, Handler } from "../call.js";
import { roundTo } from "../dtype.js";
import { roundNumber } from "../quantization.js";
import { squeezeValue } from "../shapes.js";
import {
  affineIndices,
  type Constant,
  constant,
  type Live,
  nodeShape,
  rowMajorStrides,
  type Value,
} from "../values.js";

type Kind = "sum" | "mean" | "max" | "min";

/** A reduction over axes of the file. */
export function reduceLive(
  call: Call,
  input: Live,
  kind: Kind,
  axes: readonly number[],
  keep: boolean,
  suffix = "",
): Live {
  call.keepEvents(input, axes);
  const shape = input.shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
  const carried = input.axes.flatMap((axis, i) => (axes.includes(axis) ? [i] : []));
  let result: Live = { ...input, shape };
  if (carried.some((i) => nodeShape(input)[i] !== 1)) {
    const left = input.axes.filter((axis) => !axes.includes(axis));
    const name = call.builder.add(
      { op: "reduce", kind, axes: carried },
      [input.name],
      nodeShape({ axes: left, shape }),
      suffix,
    );
    result = { ...result, name, axes: left };
  }
  return keep ? result : (squeezeValue(call.builder, result, axes) as Live);
}

/** The axes of a reduction: an attribute in older operator sets, an input in newer ones; none means all. */
function reducedAxes(call: Call, value: Value): readonly number[] {
  const given = call.attributeOrInput("axes", 1) ?? [];
  if (given.length > 0) return call.axes(given, value.shape.length);
  if (call.attributes.flag("noop_with_empty_axes", false)) return [];
  return value.shape.map((_, axis) => axis);
}

interface Reduction {
  readonly fold: (items: readonly number[]) => number;
  readonly live: (
    call: Call,
    value: Live,
    reduce: (value: Live, kind: Kind, suffix?: string) => Live,
  ) => Live;
}

const total = (items: readonly number[]) => items.reduce((a, b) => a + b, 0);
const squares = (call: Call, value: Live) => binaryLive(call.builder, "multiply", value, value, "square");
const table = (call: Call, value: Live, kind: "sqrt" | "log") =>
  call.builder.pointwise({ op: "function", kind, parameters: {} }, value);

const REDUCTIONS = {
  ReduceSum: { fold: total, live: (_, value, reduce) => reduce(value, "sum") },
  ReduceMean: {
    fold: (items) => total(items) / items.length,
    live: (_, value, reduce) => reduce(value, "mean"),
  },
  ReduceMax: {
    fold: (items) => items.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    live: (_, value, reduce) => reduce(value, "max"),
  },
  ReduceMin: {
    fold: (items) => items.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    live: (_, value, reduce) => reduce(value, "min"),
  },
  ReduceProd: {
    fold: (items) => items.reduce((a, b) => a * b, 1),
    live: (call) => call.refuse("a product of the event's values is not supported"),
  },
  ReduceL1: {
    fold: (items) => total(items.map(Math.abs)),
    live: (call, value, reduce) =>
      reduce(call.builder.pointwise({ op: "absolute" }, value, "absolute"), "sum"),
  },
  ReduceL2: {
    fold: (items) => Math.sqrt(total(items.map((x) => x * x))),
    live: (call, value, reduce) => table(call, reduce(squares(call, value), "sum", "sum"), "sqrt"),
  },
  ReduceSumSquare: {
    fold: (items) => total(items.map((x) => x * x)),
    live: (call, value, reduce) => reduce(squares(call, value), "sum"),
  },
  ReduceLogSum: {
    fold: (items) => Math.log(total(items)),
    live: (call, value, reduce) => table(call, reduce(value, "sum", "sum"), "log"),
  },
} satisfies Readonly<Record<string, Reduction>>;

export const reduction =
  (type: keyof typeof REDUCTIONS): Handler =>
  (call) => {
    const { fold, live }: Reduction = REDUCTIONS[type];
    const value = call.value(0);
    const axes = reducedAxes(call, value);
    const keep = call.attributes.flag("keepdims", true);
    if (axes.length === 0 && (type === "ReduceSum" || type === "ReduceMean" || type === "ReduceMax")) {
      return [value];
    }
    if (value.kind === "constant") return [foldReduction(call, value, axes, keep, fold)];
    return [
      live(call, call.plain(value), (x, kind, suffix) => reduceLive(call, x, kind, axes, keep, suffix)),
    ];
  };

function foldReduction(
  call: Call,
  value: Constant,
  axes: readonly number[],
  keep: boolean,
  fold: (items: readonly number[]) => number,
): Value {
  const strides = rowMajorStrides(value.shape);
  const select = (chosen: boolean) =>
    value.shape.map((_, axis) => axis).filter((axis) => axes.includes(axis) === chosen);
  const indices = (chosen: readonly number[]) =>
    affineIndices(
      chosen.map((axis) => value.shape[axis] as number),
      chosen.map((axis) => strides[axis] as number),
    );
  call.builder.spend(value.shape);
  const inner = indices(select(true));
  const data = Array.from(indices(select(false)), (base) =>
    roundTo(
      value.dtype,
      fold(Array.from(inner, (offset) => value.data[base + offset] as number)),
      call.builder.where,
    ),
  );
  const shape = value.shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
  const kept = constant(value.dtype, shape, data);
  return keep ? kept : squeezeValue(call.builder, kept, axes);
}

/** ArgMax and ArgMin: an integer along one axis. */
export const argExtremum =
  (type: "ArgMax" | "ArgMin"): Handler =>
  (call) => {
    const input = call.live(0);
    const axis = call.axis(call.attributes.int("axis", 0), input.shape.length);
    call.keepEvents(input, [axis]);
    const value =
      type === "ArgMin" ? affine(call.builder, call.plain(input), { multiplier: -1 }, "negative") : input;
    const x = call.builder.withLast(value, axis);
    const axes = x.axes.slice(0, -1);
    const shape = x.shape.with(axis, 1);
    const last = call.attributes.flag("select_last_index", false);
    const name = call.builder.add({ op: "argmax", last }, [x.name], nodeShape({ axes, shape }));
    const kept: Live = { ...x, name, axes, shape, dtype: "int64", integers: undefined };
    return [call.attributes.flag("keepdims", true) ? kept : squeezeValue(call.builder, kept, [axis])];
  };

/** Floor, Ceil and Round: a quantizer to integers. */
export const toInteger =
  (rounding: "TRN" | "CEIL" | "RND_CONV"): Handler =>
  (call) => {
    const value = call.value(0);
    if (value.kind === "constant") {
      const data = value.data.map((x) => roundNumber(x, rounding));
      return [constant(value.dtype, value.shape, data)];
    }
    const types = perTensor({ signed: true, width: 64, integer: 64 });
    const quantizer = { types, rounding, overflow: "SAT" } as const;
    return [call.builder.pointwise({ op: "quantize", quantizer }, call.plain(value))];
  };
