import type { FixedType, Interval, Rounding } from "../../ir/fixed-point.js";
import { sizeOf } from "../../ir/tensor.js";
import type { Dtype } from "./dtype.js";

export type Shape = readonly number[];

/** How training quantized the elements of a constant, one entry an element. */
export interface Quantized {
  /** The elements before quantization. */
  readonly raw: readonly number[];
  readonly types: readonly FixedType[];
  readonly limits: readonly (Interval | undefined)[];
  readonly rounding: Rounding;
}

/** A tensor that does not depend on the event, in the order of the file's axes. */
export interface Constant {
  readonly kind: "constant";
  readonly dtype: Dtype;
  readonly shape: Shape;
  readonly data: readonly number[];
  readonly quantized?: Quantized;
}

/**
 * A value that depends on the event. The file's axes and those of the Model's node are kept apart: `axes[i]` is the
 * file's axis that axis i of the node carries, −1 for an axis of length 1 that the file does not have. The file's axes
 * that no axis of the node carries have length 1; the batch is one of them. So a transpose, a squeeze or the change
 * between channels first and channels last costs no node until somebody needs an order.
 */
export interface Live {
  readonly kind: "live";
  readonly name: string;
  readonly dtype: Dtype;
  /** As the file counts, with a batch of 1. */
  readonly shape: Shape;
  readonly axes: readonly number[];
  /** The file's axis along which events lie, where it may be longer than 1. */
  readonly batch: number | undefined;
  /** The node holds (q − zero) · scale for what the file holds as the integer q (QuantizeLinear). */
  readonly integers?: Integers | undefined;
}

export interface Integers {
  readonly scale: Constant;
  readonly zero: Constant;
  /** Where scale or zero point are not one number: the value's own order of axes, which must not change. */
  readonly axes: string | undefined;
}

export type Value = Constant | Live;

/** The shape of the node of a live value. */
export function nodeShape({ axes, shape }: Pick<Live, "axes" | "shape">): Shape {
  return axes.map((axis) => (axis < 0 ? 1 : (shape[axis] as number)));
}

export function constant(dtype: Dtype, shape: Shape, data: readonly number[]): Constant {
  return { kind: "constant", dtype, shape, data };
}

export function scalar(dtype: Dtype, x: number): Constant {
  return constant(dtype, [], [x]);
}

/**
 * The elements of a constant in a new order: `indices` are row-major positions in it, −1 for a zero. Quantizers go along.
 */
export function pick(value: Constant, shape: Shape, indices: Int32Array): Constant {
  const take = <T>(items: readonly T[], zero: T): readonly T[] => {
    const taken = new Array<T>(indices.length);
    for (let n = 0; n < indices.length; n++) {
      const index = indices[n] as number;
      taken[n] = index < 0 ? zero : (items[index] as T);
    }
    return taken;
  };
  const { dtype, data, quantized } = value;
  const base = constant(dtype, shape, take(data, 0));
  if (quantized === undefined) return base;
  const { raw, types, limits, rounding } = quantized;
  return {
    ...base,
    quantized: {
      raw: take(raw, 0),
      types: take<FixedType>(types, types[0] as FixedType),
      limits: take(limits, undefined),
      rounding,
    },
  };
}

export function rowMajorStrides(shape: Shape): readonly number[] {
  const strides = new Array<number>(shape.length);
  for (let axis = shape.length - 1, stride = 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  return strides;
}

/** offset + Σ index_axis · strides[axis] for every index of a shape, row-major. */
export function affineIndices(shape: Shape, strides: readonly number[], offset = 0): Int32Array {
  const result = new Int32Array(sizeOf(shape));
  if (result.length === 0) return result;
  const index = shape.map(() => 0);
  let position = offset;
  for (let n = 0; n < result.length; n++) {
    result[n] = position;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position += strides[axis] as number;
      if (++(index[axis] as number) < (shape[axis] as number)) break;
      position -= (strides[axis] as number) * (shape[axis] as number);
      index[axis] = 0;
    }
  }
  return result;
}

/** NumPy's broadcast of two shapes; undefined when they do not fit. */
export function broadcastShapes(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length);
  const result: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const m = a[axis - rank + a.length] ?? 1;
    const n = b[axis - rank + b.length] ?? 1;
    if (m !== n && m !== 1 && n !== 1) return undefined;
    result.push(m === 1 ? n : m);
  }
  return result;
}

/** A constant broadcast to a shape. */
export function broadcastConstant(value: Constant, shape: Shape): Constant {
  if (value.shape.length === shape.length && value.shape.every((n, i) => n === shape[i])) return value;
  const missing = shape.length - value.shape.length;
  const own = rowMajorStrides(value.shape);
  const strides = shape.map((_, axis) =>
    axis < missing || value.shape[axis - missing] === 1 ? 0 : (own[axis - missing] as number),
  );
  return pick(value, shape, affineIndices(shape, strides));
}

export function showShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** Two constants made of one. */
export function mapBounds(
  value: Constant,
  lo: (x: number) => number,
  hi: (x: number) => number,
): { readonly lo: Constant; readonly hi: Constant } {
  const of = (f: (x: number) => number) => constant("double", value.shape, value.data.map(f));
  return { lo: of(lo), hi: of(hi) };
}
