import { sizeOf } from "../../../ir/tensor.js";
import type { Call, Handler } from "../call.js";
import { reshapeValue, squeezeValue, transposeValue, unsqueezeValue } from "../shapes.js";
import { showShape } from "../values.js";

export const reshape: Handler = (call) => {
  const value = call.value(0);
  const target = call.attributeOrInput("shape", 1) ?? call.refuse("it has no shape");
  const { batchSize } = call.builder;
  const allowZero = call.attributes.flag("allowzero", false);
  const shape = target.map((n, axis) => {
    if (n === 0 && !allowZero) return value.shape[axis] ?? call.refuse(`there is no axis ${axis} to keep`);
    // A batch of fixed length, which is 1 here.
    if (axis === 0 && n === batchSize && value.kind === "live" && value.batch === 0) return 1;
    return n;
  });
  const open = shape.flatMap((n, axis) => (n === -1 ? [axis] : []));
  if (open.length > 1) call.refuse(`${showShape(target)} leaves more than one length open`);
  const known = sizeOf(shape.filter((n) => n !== -1));
  const [free] = open;
  if (free !== undefined) shape[free] = known === 0 ? 0 : sizeOf(value.shape) / known;
  if (shape.some((n) => !Number.isInteger(n) || n < 0)) {
    call.refuse(`${showShape(value.shape)} cannot take the shape ${showShape(target)}`);
  }
  return [reshapeValue(call.builder, value, shape)];
};

export const flatten: Handler = (call) => {
  const value = call.value(0);
  const rank = value.shape.length;
  const axis = call.attributes.int("axis", 1);
  const at = axis < 0 ? axis + rank : axis;
  if (at < 0 || at > rank) call.refuse(`axis ${axis} does not exist in a value of ${rank} axes`);
  const shape = [sizeOf(value.shape.slice(0, at)), sizeOf(value.shape.slice(at))];
  return [reshapeValue(call.builder, value, shape)];
};

export const squeeze: Handler = (call) => {
  const value = call.value(0);
  const given = call.attributeOrInput("axes", 1);
  const axes =
    given === undefined
      ? value.shape.flatMap((n, axis) => (n === 1 && !isBatch(call, axis) ? [axis] : []))
      : call.axes(given, value.shape.length);
  const bad = axes.find((axis) => value.shape[axis] !== 1);
  if (bad !== undefined) call.refuse(`axis ${bad} of ${showShape(value.shape)} is longer than 1`);
  call.keepEvents(value, axes);
  return [squeezeValue(call.builder, value, axes)];
};

function isBatch(call: Call, axis: number): boolean {
  const value = call.value(0);
  return value.kind === "live" && value.batch === axis;
}

export const unsqueeze: Handler = (call) => {
  const value = call.value(0);
  const given = call.attributeOrInput("axes", 1) ?? call.refuse("it has no axes");
  const axes = call.axes(given, value.shape.length + given.length);
  return [unsqueezeValue(call.builder, value, axes)];
};

export const transpose: Handler = (call) => {
  const value = call.value(0);
  const order = value.shape.map((_, axis) => axis);
  const permutation = call.attributes.ints("perm") ?? order.toReversed();
  if ([...permutation].sort((a, b) => a - b).join() !== order.join()) {
    call.refuse(`${showShape(permutation)} is no permutation of ${order.length} axes`);
  }
  if (value.kind === "constant") call.builder.spend(value.shape);
  return [transposeValue(value, permutation)];
};

/** Channels to blocks of pixels. */
export const depthToSpace: Handler = (call) => {
  const value = call.value(0);
  const block = blockOf(call);
  const [n, c, h, w] = value.shape as [number, number, number, number];
  const depth = c / block / block;
  const crd = call.attributes.oneOf("mode", ["DCR", "CRD"], "DCR") === "CRD";
  const split = crd ? [n, depth, block, block, h, w] : [n, block, block, depth, h, w];
  const order = crd ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2];
  return [move(call, split, order, [n, depth, h * block, w * block])];
};

/** Blocks of pixels to channels. */
export const spaceToDepth: Handler = (call) => {
  const block = blockOf(call);
  const [n, c, h, w] = call.value(0).shape as [number, number, number, number];
  const [rows, columns] = [h / block, w / block];
  return [
    move(
      call,
      [n, c, rows, block, columns, block],
      [0, 3, 5, 1, 2, 4],
      [n, c * block * block, rows, columns],
    ),
  ];
};

function blockOf(call: Call): number {
  const block = call.attributes.int("blocksize", 0);
  if (call.value(0).shape.length !== 4 || block < 1) call.refuse("it needs images and a blocksize");
  return block;
}

function move(call: Call, split: readonly number[], order: readonly number[], shape: readonly number[]) {
  const { builder } = call;
  if ([...split, ...shape].some((n) => !Number.isInteger(n)))
    call.refuse("its blocksize does not divide its input");
  const blocks = transposeValue(reshapeValue(builder, call.value(0), split), order);
  return reshapeValue(builder, blocks, shape);
}
