import type { FixedOp } from "../fixed.js";
import type { FixedOperator } from "../operator.js";
import { conv2d } from "./conv2d.js";
import { input } from "./input.js";
import { relu } from "./relu.js";
import { requantize } from "./requantize.js";
import { threshold } from "./threshold.js";

/** The operators of the Fixed language. A missing entry is a type error. */
export const FIXED_OPERATORS: { readonly [Op in FixedOp]: FixedOperator<Op> } = {
  input,
  conv2d,
  relu,
  requantize,
  threshold,
};

/** The operator of a node whose operator is not known at compile time. */
export function fixedOperator(op: FixedOp): FixedOperator<FixedOp> {
  return FIXED_OPERATORS[op] as unknown as FixedOperator<FixedOp>;
}
