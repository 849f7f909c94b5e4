import { activation } from "./activation.js";
import { conv2d } from "./conv2d.js";
import { dropout } from "./dropout.js";
import type { LayerHandler } from "./handler.js";
import { inputLayer } from "./input-layer.js";
import { qConv2d } from "./q-conv2d.js";
import { quantizer } from "./quantizer.js";
import { relu } from "./relu.js";

/** The layers that are read, by package and class. */
export const LAYERS: ReadonlyMap<string, LayerHandler> = new Map([
  ["keras>InputLayer", inputLayer],
  ["keras>Conv2D", conv2d],
  ["keras>Activation", activation],
  ["keras>ReLU", relu],
  ["keras>Dropout", dropout],
  ["hgq>QConv2D", qConv2d],
  ["hgq>Quantizer", quantizer],
]);
