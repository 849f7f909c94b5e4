import { UserError } from "../../errors.js";
import { sizeOf, type Tensor } from "../../tensor.js";
import type { Quantizer } from "../model.js";
import { type Shape, showShape } from "./operator.js";
import { verifyQuantizer } from "./quantizer.js";

/** Checks that a constant has this shape and only finite numbers, and that its quantizer fits it. */
export function verifyConstant(
  tensor: Tensor<number>,
  shape: Shape,
  where: string,
  quantizer?: Quantizer | undefined,
): void {
  if (tensor.shape.join() !== shape.join()) {
    throw new UserError(`should have shape ${showShape(shape)}, found ${showShape(tensor.shape)}`, { where });
  }
  if (tensor.data.length !== sizeOf(shape)) {
    throw new UserError(`holds ${tensor.data.length} values for shape ${showShape(shape)}`, { where });
  }
  const bad = tensor.data.findIndex((x) => !Number.isFinite(x));
  if (bad >= 0) throw new UserError(`element ${bad} is ${tensor.data[bad]}`, { where });
  if (quantizer !== undefined) verifyQuantizer(quantizer, shape, where);
}

/** Checks a constant that stands for each element of a node: one value, one per channel, or one per element. */
export function verifyFactor(
  tensor: Tensor<number>,
  nodeShape: Shape,
  where: string,
  quantizer?: Quantizer | undefined,
): void {
  const allowed = [[], nodeShape.slice(-1), nodeShape];
  if (
    !allowed.some((shape) => shape.join() === tensor.shape.join() && shape.length === tensor.shape.length)
  ) {
    const shapes = allowed.map(showShape).join(", ");
    throw new UserError(`should have one of the shapes ${shapes}, found ${showShape(tensor.shape)}`, {
      where,
    });
  }
  verifyConstant(tensor, tensor.shape, where, quantizer);
}

export function verifyFinite(value: number, what: string, where: string): void {
  if (!Number.isFinite(value)) throw new UserError(`its ${what} is ${value}`, { where });
}
