import { UserError } from "../../ir/errors.js";
import { type FixedType, type Interval, sameType, typeRange } from "../../ir/fixed-point.js";
import { collapse } from "../../ir/granular.js";
import type { Quantizer } from "../../ir/model/model.js";
import { sizeOf, type Tensor } from "../../ir/tensor.js";
import { affineIndices, type Constant, pick, rowMajorStrides, type Shape } from "./values.js";

/** A constant as nodes of the Model hold it: the values before quantization and the quantizer. */
export interface Weight {
  readonly tensor: Tensor<number>;
  readonly quantizer: Quantizer | undefined;
}

/** Throws a UserError when the constant has an element that is not finite. */
export function tensorOf(value: Constant, where: string): Weight {
  const bad = value.data.findIndex((x) => !Number.isFinite(x));
  if (bad >= 0) throw new UserError(`element ${bad} of a constant is ${value.data[bad]}`, { where });
  const { quantized, shape } = value;
  if (quantized === undefined) return { tensor: { shape, data: value.data }, quantizer: undefined };
  return { tensor: { shape, data: quantized.raw }, quantizer: quantizerOf(quantized, shape) };
}

/** The quantizer of properties per element, at the coarsest granularity. */
export function quantizerOf(
  {
    types,
    limits,
    rounding,
  }: {
    readonly types: readonly FixedType[];
    readonly limits: readonly (Interval | undefined)[];
    readonly rounding: Quantizer["rounding"];
  },
  shape: Shape,
): Quantizer {
  const coarse = <T>(items: readonly T[], same: (a: T, b: T) => boolean) =>
    collapse({ per: "element", items }, shape, same);
  return {
    types: coarse(types, sameType),
    rounding,
    overflow: "SAT",
    ...(limits.some((limit) => limit !== undefined) && {
      limits: coarse(
        limits.map((limit, n) => limit ?? typeRange(types[n] as FixedType)),
        (a, b) => a.lo === b.lo && a.hi === b.hi,
      ),
    }),
  };
}

/** The elements of a constant in the order of a node whose axes carry the given axes of the file (−1: length 1). */
export function arrangeConstant(value: Constant, axes: readonly number[]): Constant {
  const strides = rowMajorStrides(value.shape);
  const shape = axes.map((axis) => (axis < 0 ? 1 : (value.shape[axis] as number)));
  const own = axes.map((axis) => (axis < 0 ? 0 : (strides[axis] as number)));
  return pick(value, shape, affineIndices(shape, own));
}

export function transposeConstant(value: Constant, permutation: readonly number[]): Constant {
  return arrangeConstant(value, permutation);
}

export function reshapeConstant(value: Constant, shape: Shape): Constant {
  return { ...value, shape };
}

/** Elements one by one through a function; what quantization said of them no longer holds. */
export function mapConstant(value: Constant, f: (x: number, index: number) => number): Constant {
  return { kind: "constant", dtype: value.dtype, shape: value.shape, data: value.data.map(f) };
}

export function filled(dtype: Constant["dtype"], shape: Shape, x: number): Constant {
  return { kind: "constant", dtype, shape, data: new Array<number>(sizeOf(shape)).fill(x) };
}
