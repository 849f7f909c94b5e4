import type { LayerEmitter, LayerOp } from "../layer.js";
import { conv2d } from "./conv2d.js";
import { relu } from "./relu.js";
import { requantize } from "./requantize/index.js";
import { threshold } from "./threshold.js";

/** How each operator is written in TypeScript. A missing entry is a type error. */
export const LAYER_EMITTERS: { readonly [Op in LayerOp]: LayerEmitter<Op> } = {
  conv2d,
  relu,
  requantize,
  threshold,
};

/** The emitter of a layer whose operator is not known at compile time. */
export function layerEmitter(op: LayerOp): LayerEmitter<LayerOp> {
  return LAYER_EMITTERS[op] as unknown as LayerEmitter<LayerOp>;
}
