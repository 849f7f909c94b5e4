import { sizeOf } from "../../ir/tensor.js";
import { BatchMixed } from "./batch.js";
import { axesWithoutBatch, type Builder } from "./builder.js";
import { reshapeConstant, transposeConstant } from "./constants.js";
import {
  type Constant,
  type Integers,
  type Live,
  nodeShape,
  pick,
  rowMajorStrides,
  type Shape,
  type Value,
} from "./values.js";

/** The value under another shape with as many elements. */
export function reshapeValue(builder: Builder, value: Value, shape: Shape): Value {
  builder.checkSize(shape);
  if (sizeOf(shape) !== sizeOf(value.shape)) {
    builder.refuse(
      `[${value.shape.join(", ")}] and [${shape.join(", ")}] differ in their number of elements`,
    );
  }
  return value.kind === "constant" ? reshapeConstant(value, shape) : reshapeLive(builder, value, shape);
}

function reshapeLive(builder: Builder, value: Live, shape: Shape): Live {
  const batch = value.batch === undefined ? undefined : newBatch(builder, value, value.batch, shape);
  const real = (dims: Shape) => dims.flatMap((n, axis) => (n === 1 ? [] : [axis]));
  const [old, now] = [real(value.shape), real(shape)];
  if (old.length === now.length && old.every((axis, n) => value.shape[axis] === shape[now[n] as number])) {
    const from = shape.map((_, axis) => (now.includes(axis) ? old[now.indexOf(axis)] : undefined));
    return { ...builder.relabel({ ...value, batch: undefined }, shape, from), batch };
  }
  const ordered = builder.inOrder(value);
  const axes = axesWithoutBatch(shape, batch);
  const name = builder.add({ op: "reshape" }, [ordered.name], nodeShape({ axes, shape }), "reshape");
  return { ...ordered, name, shape, axes, batch };
}

/** Where the batch axis is under a new shape: it must stay an axis of its own. */
function newBatch(builder: Builder, value: Live, batch: number, shape: Shape): number {
  if (sizeOf(value.shape) === 1 && shape.length === 1) return 0;
  const before = (dims: Shape) => dims.slice(0, batch).join();
  if (shape[batch] === 1 && before(shape) === before(value.shape)) return batch;
  throw new BatchMixed(builder.where, "its new shape", batch);
}

/** Axis i of the result is axis permutation[i] of the value. */
export function transposeValue(value: Value, permutation: readonly number[]): Value {
  if (value.kind === "constant") return transposeConstant(value, permutation);
  const shape = permutation.map((axis) => value.shape[axis] as number);
  const to = (axis: number) => (axis < 0 ? -1 : permutation.indexOf(axis));
  const batch = value.batch === undefined ? undefined : permutation.indexOf(value.batch);
  return { ...value, shape, axes: value.axes.map(to), batch };
}

/** The value with axes of length 1 inserted so that they are at these places of the result. */
export function unsqueezeValue(builder: Builder, value: Value, axes: readonly number[]): Value {
  const rank = value.shape.length + axes.length;
  const from: (number | undefined)[] = [];
  for (let axis = 0, old = 0; axis < rank; axis++) from.push(axes.includes(axis) ? undefined : old++);
  const shape = from.map((old) => (old === undefined ? 1 : (value.shape[old] as number)));
  return value.kind === "constant" ? reshapeConstant(value, shape) : builder.relabel(value, shape, from);
}

/** The value without these axes, which have length 1. */
export function squeezeValue(builder: Builder, value: Value, axes: readonly number[]): Value {
  const from = value.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const shape = from.map((old) => value.shape[old] as number);
  if (value.kind === "constant") return reshapeConstant(value, shape);
  // A batch axis that disappears while it has length 1 leaves one event.
  return builder.relabel(value, shape, from);
}

/** `count` indices of an axis from `start` on. */
export function sliceValue(
  builder: Builder,
  value: Value,
  axis: number,
  { start, step, count }: { readonly start: number; readonly step: number; readonly count: number },
): Value {
  const length = value.shape[axis] as number;
  if (count === length && start === 0 && step === 1) return value;
  const shape = value.shape.with(axis, count);
  if (value.kind === "constant") {
    const strides = rowMajorStrides(value.shape);
    const steps = strides.with(axis, (strides[axis] as number) * step);
    return builder.stride(value, shape, steps, start * (strides[axis] as number));
  }
  // A slice of an axis of length 1 that is not all of it is empty.
  const at = value.axes.indexOf(axis);
  if (count === 1 && length === 1) return value;
  const starts = value.axes.map((_, i) => (i === at ? start : 0));
  const steps = value.axes.map((_, i) => (i === at ? step : 1));
  const node = nodeShape({ axes: value.axes, shape });
  const name = builder.add({ op: "slice", starts, steps }, [value.name], node, "slice");
  return { ...value, name, shape };
}

/** The given indices of an axis. */
export function gatherValue(builder: Builder, value: Value, axis: number, indices: readonly number[]): Value {
  const length = value.shape[axis] as number;
  const start = indices[0];
  if (start === undefined) builder.refuse("it takes no index");
  if (indices.length === length && indices.every((index, n) => index === n)) return value;
  const step = (indices[1] ?? start + 1) - start;
  if (step !== 0 && indices.every((index, n) => index === start + n * step) && indices.length <= length) {
    return sliceValue(builder, value, axis, { start, step, count: indices.length });
  }
  const shape = builder.spend(value.shape.with(axis, indices.length));
  if (value.kind === "constant") return gatherConstant(value, axis, indices, shape);
  const input = builder.withAxis(value, axis);
  const node = nodeShape({ axes: input.axes, shape });
  const at = input.axes.indexOf(axis);
  const name = builder.add({ op: "gather", axis: at, indices }, [input.name], node, "gather");
  return { ...input, name, shape };
}

function gatherConstant(value: Constant, axis: number, indices: readonly number[], shape: Shape): Constant {
  const inner = sizeOf(value.shape.slice(axis + 1));
  const outer = sizeOf(value.shape.slice(0, axis));
  const length = value.shape[axis] as number;
  const positions: number[] = [];
  for (let o = 0; o < outer; o++) {
    for (const index of indices) {
      for (let i = 0; i < inner; i++) positions.push((o * length + index) * inner + i);
    }
  }
  return pick(value, shape, Int32Array.from(positions));
}

/** Values one after the other along an axis. */
export function concatValues(builder: Builder, values: readonly Value[], axis: number): Value {
  const [first] = values as [Value];
  const fits = (shape: Shape) =>
    shape.length === first.shape.length && shape.every((n, i) => i === axis || n === first.shape[i]);
  const bad = values.find((value) => !fits(value.shape));
  if (bad !== undefined) {
    builder.refuse(
      `[${first.shape.join(", ")}] and [${bad.shape.join(", ")}] do not fit together along axis ${axis}`,
    );
  }
  const length = values.reduce((sum, value) => sum + (value.shape[axis] as number), 0);
  const shape = builder.spend(first.shape.with(axis, length));
  const constants = values.filter((value) => value.kind === "constant");
  if (constants.length === values.length) return concatConstants(constants, axis, shape);
  const full = values.filter((value) => value.shape[axis] !== 0);
  const leader = full.find((value) => value.kind === "live") as Live;
  const parts = full.map((value) => builder.live(value));
  if (parts.some((part) => !sameIntegers(part.integers, leader.integers)))
    builder.refuse("it joins integers of QuantizeLinear with different scales");
  const target = builder.withAxis(leader, axis).axes;
  const arranged = parts.map((value) => builder.arrange(builder.withAxis(value, axis), target));
  const node = nodeShape({ axes: target, shape });
  const names = arranged.map(({ name }) => name);
  const name = builder.add({ op: "concat", axis: target.indexOf(axis) }, names, node);
  const batches = new Set(parts.flatMap(({ batch }) => (batch === undefined ? [] : [batch])));
  const [batch] = batches;
  if (batches.size > 1 || batch === axis) throw new BatchMixed(builder.where, "Concat", axis);
  return { ...(arranged[0] as Live), name, shape, axes: target, batch };
}

function sameIntegers(a: Integers | undefined, b: Integers | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.axes === undefined && a.scale.data[0] === b.scale.data[0] && a.zero.data[0] === b.zero.data[0];
}

function concatConstants(values: readonly Constant[], axis: number, shape: Shape): Constant {
  const inner = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  const offsets: number[] = [];
  let total = 0;
  for (const { data } of values) {
    offsets.push(total);
    total += data.length;
  }
  // All elements one after the other, then picked in the order of the result.
  const positions: number[] = [];
  for (let o = 0; o < outer; o++) {
    for (const [n, value] of values.entries()) {
      const chunk = (value.shape[axis] as number) * inner;
      for (let i = 0; i < chunk; i++) positions.push((offsets[n] as number) + o * chunk + i);
    }
  }
  const data = values.flatMap((value) => value.data);
  const [first] = values as [Constant];
  const quantized = values.every((value) => value.quantized?.rounding === first.quantized?.rounding)
    ? first.quantized && {
        rounding: first.quantized.rounding,
        raw: values.flatMap((value) => value.quantized?.raw ?? []),
        types: values.flatMap((value) => value.quantized?.types ?? []),
        limits: values.flatMap((value) => value.quantized?.limits ?? []),
      }
    : undefined;
  const joined: Constant = { kind: "constant", dtype: first.dtype, shape: [total], data };
  return pick(quantized ? { ...joined, quantized } : joined, shape, Int32Array.from(positions));
}
