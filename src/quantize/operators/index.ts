import type { ModelOp } from "../../ir/model/model.js";
import type { Converter } from "../builder.js";
import { convertInput } from "../inputs.js";
import { affine } from "./affine.js";
import { argmax } from "./argmax.js";
import { add, maximum, minimum, multiply, subtract } from "./binary.js";
import { clamp } from "./clamp.js";
import { constant } from "./constant.js";
import { conv2d } from "./conv2d.js";
import { dense } from "./dense.js";
import { convertFunction } from "./function.js";
import { movement } from "./movement.js";
import { pool2d } from "./pool2d.js";
import { quantize } from "./quantize.js";
import { reduce } from "./reduce.js";
import { absolute, leakyRelu, relu } from "./relu.js";
import { indexSelect, scatter } from "./rows.js";
import { select } from "./select.js";
import { convertSoftmax } from "./softmax.js";
import { steps } from "./steps.js";
import { threshold } from "./threshold.js";

/** How each operator of the Model language becomes integers. A missing entry is a type error. */
export const CONVERTERS: { readonly [Op in ModelOp]: Converter<Op> } = {
  input: convertInput,
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
  function: convertFunction,
  softmax: convertSoftmax,
  threshold,
  steps,
  select,
  pool2d,
  reduce,
  argmax,
  index_select: indexSelect,
  scatter,
  reshape: movement(),
  transpose: movement(),
  slice: movement(),
  pad: movement(),
  concat: movement(),
  gather: movement(),
  expand: movement(),
};
