import type { LayerEmitter, LayerOp } from "../layer.js";
import { binary, select } from "./binary.js";
import { constantValue } from "./constant.js";
import { conv2d } from "./conv2d.js";
import { dense } from "./dense.js";
import { interpolate, steps, table } from "./lookup.js";
import { concat, expand, gather, pad, reshape, slice, transpose } from "./movement.js";
import { affine, clamp, relu } from "./pointwise.js";
import { requantize } from "./requantize/index.js";
import { indexSelect, scatter } from "./rows.js";
import { threshold } from "./threshold.js";
import { argmax, pool2d, reduce } from "./window.js";

/** How each operator is written in TypeScript. A missing entry is a type error. */
export const LAYER_EMITTERS: { readonly [Op in LayerOp]: LayerEmitter<Op> } = {
  constant: constantValue,
  conv2d,
  dense,
  affine,
  add: binary,
  subtract: binary,
  multiply: binary,
  maximum: binary,
  minimum: binary,
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

/** The emitter of a layer whose operator is not known at compile time. */
export function layerEmitter(op: LayerOp): LayerEmitter<LayerOp> {
  return LAYER_EMITTERS[op] as unknown as LayerEmitter<LayerOp>;
}
