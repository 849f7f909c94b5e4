import { sizeOf } from "../tensor.js";
import type { MovementNode } from "./movement.js";

type Shape = readonly number[];

/** Where each element of a result (row-major) comes from. */
export interface Sources {
  /** The number of the input; −1 for a zero. */
  readonly input: Int32Array;
  /** The row-major index in that input; 0 for a zero. */
  readonly element: Int32Array;
}

/** Marks an index of an axis that lies in the padding. */
const ZERO = -1;

/** Where each element of a movement's result comes from. The shapes fit (`movementShape`). */
export function movementSources(node: MovementNode, inputShapes: readonly Shape[]): Sources {
  const size = sizeOf(node.shape);
  if (node.op === "reshape") {
    return { input: new Int32Array(size), element: Int32Array.from({ length: size }, (_, e) => e) };
  }
  if (node.op === "concat") return concatSources(node.axis, node.shape, inputShapes);
  return sumOffsets(axisOffsets(node, inputShapes[0] as Shape), size);
}

/**
 * What each index of each axis of the result adds to the index of the source. All movements of one input but `reshape`
 * have such a form.
 */
function axisOffsets(
  node: Exclude<MovementNode, { op: "reshape" | "concat" }>,
  input: Shape,
): readonly Int32Array[] {
  const strides = stridesOf(input);
  const offsets = (axis: number, index: (i: number) => number) =>
    Int32Array.from({ length: node.shape[axis] as number }, (_, i) => index(i));
  const strided = (axis: number, stride: number, start = 0) => offsets(axis, (i) => start + i * stride);
  const offsetsOf = (axis: number): Int32Array => {
    const stride = strides[axis] as number;
    switch (node.op) {
      case "transpose":
        return strided(axis, strides[node.permutation[axis] as number] as number);
      case "slice":
        return strided(axis, (node.steps[axis] as number) * stride, (node.starts[axis] as number) * stride);
      case "expand": {
        const from = axis - (node.shape.length - input.length);
        return strided(axis, from < 0 || input[from] === 1 ? 0 : (strides[from] as number));
      }
      case "gather":
        return axis === node.axis
          ? offsets(axis, (i) => (node.indices[i] as number) * stride)
          : strided(axis, stride);
      case "pad": {
        const before = node.before[axis] as number;
        const length = input[axis] as number;
        return offsets(axis, (i) => (i < before || i >= before + length ? ZERO : (i - before) * stride));
      }
    }
  };
  return node.shape.map((_, axis) => offsetsOf(axis));
}

/** Adds up the offsets of every combination of indices, in row-major order. */
function sumOffsets(axes: readonly Int32Array[], size: number): Sources {
  let element = new Int32Array(1);
  for (const offsets of axes) {
    const next = new Int32Array(element.length * offsets.length);
    let e = 0;
    for (const base of element) {
      for (const offset of offsets) next[e++] = base === ZERO || offset === ZERO ? ZERO : base + offset;
    }
    element = next;
  }
  const input = new Int32Array(size);
  for (let e = 0; e < size; e++) {
    if (element[e] !== ZERO) continue;
    input[e] = ZERO;
    element[e] = 0;
  }
  return { input, element };
}

/** Blocks of the inputs in turn: all that lies at one index of the axes before `axis` is contiguous. */
function concatSources(axis: number, shape: Shape, inputShapes: readonly Shape[]): Sources {
  const size = sizeOf(shape);
  const input = new Int32Array(size);
  const element = new Int32Array(size);
  const blocks = inputShapes.map((inputShape) => sizeOf(inputShape.slice(axis)));
  let e = 0;
  for (let outer = 0; outer < sizeOf(shape.slice(0, axis)); outer++) {
    for (const [n, block] of blocks.entries()) {
      for (let i = 0; i < block; i++, e++) {
        input[e] = n;
        element[e] = outer * block + i;
      }
    }
  }
  return { input, element };
}

/** How far apart neighbours along each axis lie in row-major order. */
function stridesOf(shape: Shape): readonly number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}
