import type { ModelOp } from "../model.js";
import { affine } from "./affine.js";
import { conv2d } from "./conv2d.js";
import { dense } from "./dense.js";
import { functionOperator } from "./function.js";
import { constant, input } from "./leaves.js";
import { movements } from "./movements.js";
import type { ModelOperator } from "./operator.js";
import {
  absolute,
  add,
  clamp,
  leakyRelu,
  maximum,
  minimum,
  multiply,
  quantize,
  relu,
  select,
  softmax,
  subtract,
} from "./pointwise.js";
import { pool2d } from "./pool2d.js";
import { argmax, reduce } from "./reduce.js";
import { indexSelect, scatter } from "./rows.js";
import { steps, threshold } from "./threshold.js";

export { denseShape } from "./dense.js";
export { functionParameters } from "./function.js";
export type { ModelOperator } from "./operator.js";
export { reduceShape } from "./reduce.js";
export {
  conv2dShape,
  ONE_BY_ONE,
  pool2dShape,
  readMotion,
  readPads,
  readSpatial,
  type Window,
  type WindowAxis,
  windowAxes,
  windowCount,
  writeMotion,
  writePads,
  writeSpatial,
} from "./window.js";

/** The operators of the Model language. A missing entry is a type error. */
export const MODEL_OPERATORS: { readonly [Op in ModelOp]: ModelOperator<Op> } = {
  input,
  constant,
  quantize,
  conv2d,
  dense,
  affine,
  add,
  subtract,
  multiply,
  maximum,
  minimum,
  relu,
  leaky_relu: leakyRelu,
  clamp,
  absolute,
  function: functionOperator,
  softmax,
  threshold,
  steps,
  select,
  pool2d,
  reduce,
  argmax,
  index_select: indexSelect,
  scatter,
  ...movements,
};

/** The operator of this name, for any node. */
export function modelOperator(op: ModelOp): ModelOperator<ModelOp> {
  return MODEL_OPERATORS[op] as unknown as ModelOperator<ModelOp>;
}
