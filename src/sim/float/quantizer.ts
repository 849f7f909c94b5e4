import { UserError } from "../../ir/errors.js";
import { atElement, finest, granularLength } from "../../ir/granular.js";
import type { Quantizer } from "../../ir/model/model.js";
import type { Tensor } from "../../ir/tensor.js";
import { compileQuantizer } from "../float-quantizer.js";

/** What a quantizer does to the element with row-major index `e` of a tensor of this shape. */
export function quantizerFunction(
  quantizer: Quantizer,
  shape: readonly number[],
  where: string,
): (x: number, e: number) => number {
  const { types, rounding, overflow, limits } = quantizer;
  const per = limits === undefined ? types.per : finest(types, limits);
  const channels = shape.at(-1) ?? 1;
  const functions = Array.from({ length: granularLength(per, shape) }, (_, e) => {
    const limit = limits && atElement(limits, e, channels);
    return compileQuantizer(atElement(types, e, channels), rounding, overflow, limit);
  });
  const saturates = overflow === "SAT" || overflow === "SAT_SYM";
  // A function's result may be too large for a double, where a saturating quantizer has an answer.
  const finite = (x: number, e: number): number => {
    if (Number.isFinite(x)) return x;
    if (saturates && !Number.isNaN(x)) return Math.sign(x) * Number.MAX_VALUE;
    throw new UserError(`element ${e} is ${x}, which ${overflow} does not quantize`, { where });
  };
  const [whole] = functions as [(x: number) => number];
  if (per === "tensor") return (x, e) => whole(finite(x, e));
  if (per === "channel") return (x, e) => functions[e % channels](finite(x, e));
  return (x, e) => functions[e](finite(x, e));
}

/** The values of a constant: quantized where it has a quantizer and `apply` says so. */
export function constantValues(
  { shape, data }: Tensor<number>,
  quantizer: Quantizer | undefined,
  apply: boolean,
  where: string,
): readonly number[] {
  return apply && quantizer !== undefined ? data.map(quantizerFunction(quantizer, shape, where)) : data;
}
