import { UserError } from "../../errors.js";
import type { FixedOp } from "../fixed.js";
import type { FixedOperator } from "../operator.js";
import { affine } from "./affine.js";
import { argmax } from "./argmax.js";
import { add, maximum, minimum, multiply, subtract } from "./binary.js";
import { clamp } from "./clamp.js";
import { constant } from "./constant.js";
import { conv2d } from "./conv2d.js";
import { dense } from "./dense.js";
import { input } from "./input.js";
import { interpolate } from "./interpolate.js";
import { concat, expand, gather, pad, reshape, slice, transpose } from "./movement.js";
import { pool2d } from "./pool2d.js";
import { reduce } from "./reduce.js";
import { relu } from "./relu.js";
import { requantize } from "./requantize.js";
import { indexSelect, scatter } from "./rows.js";
import { select } from "./select.js";
import { steps } from "./steps.js";
import { table } from "./table.js";
import { threshold } from "./threshold.js";

/** The operators of the Fixed language. A missing entry is a type error. */
export const FIXED_OPERATORS: { readonly [Op in FixedOp]: FixedOperator<Op> } = {
  input,
  constant,
  conv2d,
  dense,
  affine,
  add,
  subtract,
  multiply,
  maximum,
  minimum,
  relu,
  clamp,
  requantize,
  threshold,
  steps,
  table,
  interpolate,
  select,
  pool2d,
  reduce,
  argmax,
  index_select: indexSelect,
  scatter,
  reshape,
  transpose,
  slice,
  pad,
  concat,
  gather,
  expand,
};

/** The operator of a node whose operator is not known at compile time. */
export function fixedOperator(op: FixedOp): FixedOperator<FixedOp> {
  return FIXED_OPERATORS[op] as unknown as FixedOperator<FixedOp>;
}

/** Checks that a node has as many inputs as its operator takes. */
export function verifyArity(node: { readonly op: FixedOp; readonly name: string }, count: number): void {
  const { arity } = fixedOperator(node.op);
  const [least, most] = typeof arity === "number" ? [arity, arity] : arity;
  if (count >= least && count <= most) return;
  const wanted =
    least === most ? least : most === Number.POSITIVE_INFINITY ? `${least} or more` : `${least} to ${most}`;
  throw new UserError(`${node.op} takes ${wanted} inputs, found ${count}`, { where: `node '${node.name}'` });
}
