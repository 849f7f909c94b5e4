import { affine } from "../arithmetic.js";
import type { Call, Handler } from "../call.js";
import { concatValues, gatherValue, reshapeValue, sliceValue, squeezeValue } from "../shapes.js";
import {
  broadcastConstant,
  broadcastShapes,
  type Constant,
  type Live,
  nodeShape,
  showShape,
  type Value,
} from "../values.js";
import { selectRows } from "./rows.js";

/** NumPy's slices: bounds as attributes before operator set 10, as inputs from then on. */
export const slice: Handler = (call) => {
  let value = call.value(0);
  const starts = call.attributeOrInput("starts", 1) ?? call.refuse("it has no starts");
  const ends = call.attributeOrInput("ends", 2) ?? call.refuse("it has no ends");
  const given = call.attributeOrInput("axes", 3) ?? starts.map((_, n) => n);
  const axes = call.axes(given, value.shape.length);
  const steps = call.optionalIntegers(4, "steps") ?? starts.map(() => 1);
  if (ends.length !== starts.length || axes.length !== starts.length || steps.length !== starts.length) {
    call.refuse("its starts, ends, axes and steps differ in number");
  }
  for (const [n, axis] of axes.entries()) {
    const length = value.shape[axis] as number;
    const step = steps[n] as number;
    if (step === 0) call.refuse("it slices by steps of 0");
    const clip = (k: number) => {
      const positive = k < 0 ? k + length : k;
      return step > 0
        ? Math.min(Math.max(positive, 0), length)
        : Math.min(Math.max(positive, -1), length - 1);
    };
    const start = clip(starts[n] as number);
    const count = Math.max(Math.ceil((clip(ends[n] as number) - start) / step), 0);
    if (count === 0 && value.kind === "live") call.refuse(`it takes nothing of axis ${axis}`);
    if (count !== length || step < 0) call.keepEvents(value, [axis]);
    value = sliceValue(call.builder, value, axis, { start, step, count });
  }
  return [value];
};

/** Pieces along an axis: equal ones, or of given lengths. */
export const split: Handler = (call) => {
  const value = call.value(0);
  const axis = call.axis(call.attributes.int("axis", 0), value.shape.length);
  const length = value.shape[axis] as number;
  const count = call.attributes.int("num_outputs", call.outputs);
  const size = Math.ceil(length / count);
  const even = () => Array.from({ length: count }, (_, n) => Math.max(Math.min(size, length - n * size), 0));
  const lengths = call.attributeOrInput("split", 1) ?? even();
  if (lengths.some((n) => n < 1) || lengths.reduce((a, b) => a + b, 0) !== length) {
    call.refuse(`pieces of ${showShape(lengths)} do not make up an axis of ${length}`);
  }
  call.keepEvents(value, [axis]);
  let start = 0;
  return lengths.map((piece) => {
    const part = sliceValue(call.builder, value, axis, { start, step: 1, count: piece });
    start += piece;
    return part;
  });
};

export const concat: Handler = (call) => {
  const values = call.inputs.map((_, n) => call.value(n));
  const [first] = values;
  if (first === undefined) return call.refuse("it has no inputs");
  const axis = call.axis(call.attributes.int("axis", 1), first.shape.length);
  for (const value of values) call.keepEvents(value, [axis]);
  return [concatValues(call.builder, values, axis)];
};

/** Constant indices of an axis; or rows at indices of the event, of a value or of a constant table. */
export const gather: Handler = (call) => {
  const value = call.value(0);
  const indices = call.value(1);
  const axis = call.axis(call.attributes.int("axis", 0), value.shape.length);
  if (indices.kind === "live") {
    return [
      value.kind === "live" ? selectRows(call, value, indices, axis) : lookUp(call, value, indices, axis),
    ];
  }
  call.keepEvents(value, [axis]);
  const length = value.shape[axis] as number;
  const list = indices.data.map((n) => {
    if (Number.isInteger(n) && n >= -length && n < length) return n < 0 ? n + length : n;
    return call.refuse(`index ${n} is outside an axis of ${length}`);
  });
  const taken = gatherValue(call.builder, value, axis, list);
  if (indices.shape.length === 1) return [taken];
  if (indices.shape.length === 0) return [squeezeValue(call.builder, taken, [axis])];
  const shape = [...value.shape.slice(0, axis), ...indices.shape, ...value.shape.slice(axis + 1)];
  return [reshapeValue(call.builder, taken, shape)];
};

/** The row of a constant table at an index of the event: for each column, a step function of the index. */
function lookUp(call: Call, table: Constant, index: Live, axis: number): Value {
  const { builder } = call;
  if (axis !== 0 || table.shape.length !== 2) {
    return call.refuse("a constant table is supported with two axes and indices of its first one");
  }
  const [rows, columns] = table.shape as [number, number];
  if (rows < 2) return call.refuse("its table has fewer than two rows");
  const shape = [...index.shape, columns];
  builder.spend(shape);
  const column = builder.relabel(index, [...index.shape, 1], [...index.shape.map((_, n) => n), undefined]);
  const wide = builder.expand(column, shape, [...column.axes, shape.length - 1], index.batch);
  const levels = { shape: [rows - 1], data: Array.from({ length: rows - 1 }, (_, n) => n + 1) };
  const bad = table.data.find((x) => !Number.isFinite(x));
  if (bad !== undefined) return call.refuse(`its table holds ${bad}`);
  const values = {
    shape: [columns, rows],
    data: Array.from({ length: columns * rows }, (_, n) => {
      return table.data[(n % rows) * columns + Math.floor(n / rows)] as number;
    }),
  };
  return builder.pointwise({ op: "steps", levels, values }, wide, "", table.dtype);
}

/** Pads of an image: zeros or another number, or copies of its edge. */
export const pad: Handler = (call) => {
  const { attributes, builder } = call;
  let value = call.value(0);
  const rank = value.shape.length;
  const modes = ["constant", "reflect", "edge", "wrap"] as const;
  const mode = attributes.oneOf("mode", modes, "constant");
  const given = attributes.ints("pads") ?? attributes.ints("paddings") ?? call.integers(1, "pads");
  const axes = call.axes(call.optionalIntegers(3, "axes") ?? value.shape.map((_, axis) => axis), rank);
  if (given.length !== 2 * axes.length) call.refuse(`${given.length} pads for ${axes.length} axes`);
  const filling =
    attributes.float("value") ?? (call.inputs[2] === undefined ? 0 : call.scalar(2, "constant_value"));
  const before = new Array<number>(rank).fill(0);
  const after = new Array<number>(rank).fill(0);
  for (const [n, axis] of axes.entries()) {
    const [start, end] = [given[n] as number, given[n + axes.length] as number];
    if (start !== 0 || end !== 0) call.keepEvents(value, [axis]);
    // Negative pads cut off.
    const length = value.shape[axis] as number;
    const [cutStart, cutEnd] = [Math.max(-start, 0), Math.max(-end, 0)];
    if (cutStart + cutEnd >= length) call.refuse(`it leaves nothing of axis ${axis}`);
    value = sliceValue(builder, value, axis, { start: cutStart, step: 1, count: length - cutStart - cutEnd });
    before[axis] = Math.max(start, 0);
    after[axis] = Math.max(end, 0);
  }
  builder.spend(value.shape.map((n, axis) => n + (before[axis] as number) + (after[axis] as number)));
  if (before.every((n) => n === 0) && after.every((n) => n === 0)) return [value];
  if (mode === "constant") return [padConstant(call, builder.live(value), before, after, filling)];
  for (let axis = 0; axis < rank; axis++) {
    const [start, end] = [before[axis] as number, after[axis] as number];
    if (start === 0 && end === 0) continue;
    const length = value.shape[axis] as number;
    const indices = Array.from({ length: start + length + end }, (_, n) =>
      source(call, mode, n - start, length),
    );
    value = gatherValue(builder, value, axis, indices);
  }
  return [value];
};

function source(call: Call, mode: "reflect" | "edge" | "wrap", n: number, length: number): number {
  if (mode === "edge") return Math.min(Math.max(n, 0), length - 1);
  if (mode === "wrap") return ((n % length) + length) % length;
  const period = 2 * (length - 1);
  if (period === 0) return call.refuse("an axis of length 1 has nothing to reflect");
  const m = ((n % period) + period) % period;
  return m < length ? m : period - m;
}

function padConstant(
  call: Call,
  value: Live,
  before: readonly number[],
  after: readonly number[],
  filling: number,
): Live {
  const { builder } = call;
  if (!Number.isFinite(filling)) call.refuse(`it pads with ${filling}`);
  const zero = value.integers?.zero.data[0];
  if (value.integers?.axes !== undefined) call.plain(value);
  if (zero !== undefined && filling !== zero) call.plain(value);
  // Zeros are padded, so another number is shifted to 0 and back.
  const shift = zero === undefined ? filling : 0;
  const moved = shift === 0 ? value : affine(builder, value, { offset: -shift }, "shift");
  const padded = moved.shape.flatMap((_, axis) => (before[axis] !== 0 || after[axis] !== 0 ? [axis] : []));
  const input = padded.reduce((x, axis) => builder.withAxis(x, axis), moved);
  const shape = input.shape.map((n, axis) => (before[axis] as number) + n + (after[axis] as number));
  const along = (pads: readonly number[]) =>
    input.axes.map((axis) => (axis < 0 ? 0 : (pads[axis] as number)));
  const name = builder.add(
    { op: "pad", before: along(before), after: along(after) },
    [input.name],
    nodeShape({ axes: input.axes, shape }),
    shift === 0 ? "" : "pad",
  );
  const result: Live = { ...input, name, shape };
  return shift === 0 ? result : affine(builder, result, { offset: shift });
}

/** NumPy's broadcast to a shape. */
export const expand: Handler = (call) => {
  const value = call.value(0);
  const target = call.integers(1, "shape");
  const shape = broadcastShapes(value.shape, target);
  if (shape === undefined) {
    return call.refuse(`${showShape(value.shape)} does not broadcast to ${showShape(target)}`);
  }
  call.builder.spend(shape);
  if (value.kind === "constant") return [broadcastConstant(value, shape)];
  return [call.builder.meet(value, target)];
};

/** Copies one after the other along each axis. */
export const tile: Handler = (call) => {
  const repeats = call.integers(1, "repeats");
  let value = call.value(0);
  if (repeats.length !== value.shape.length) call.refuse("its repeats are not one per axis");
  for (const [axis, count] of repeats.entries()) {
    if (count === 1) continue;
    if (count < 1) call.refuse(`it repeats an axis ${count} times`);
    call.keepEvents(value, [axis]);
    const length = value.shape[axis] as number;
    call.builder.checkSize([length, count]);
    const indices = Array.from({ length: length * count }, (_, n) => n % length);
    value = gatherValue(call.builder, value, axis, indices);
  }
  return [value];
};
