import type { LayerHandler } from "../layers/handler.js";
import {
  qActivation,
  qAveragePooling2d,
  qConv1d,
  qConv2d,
  qDense,
  qDepthwiseConv2d,
  qGlobalAveragePooling2d,
} from "./layers.js";
import { qBatchNormalization, qConv2dBatchnorm } from "./normalization.js";

/** The layers of QKeras by class. */
const QKERAS: Readonly<Record<string, LayerHandler>> = {
  QDense: qDense,
  QConv1D: qConv1d,
  QConv2D: qConv2d,
  QDepthwiseConv2D: qDepthwiseConv2d,
  QActivation: qActivation,
  QBatchNormalization: qBatchNormalization,
  QConv2DBatchnorm: qConv2dBatchnorm,
  QAveragePooling2D: qAveragePooling2d,
  QGlobalAveragePooling2D: qGlobalAveragePooling2d,
};

export const QKERAS_LAYERS: ReadonlyMap<string, LayerHandler> = new Map(
  Object.entries(QKERAS).map(([name, handler]) => [`qkeras>${name}`, handler]),
);

const RECURRENT = "it keeps state from step to step; unroll it by hand into layers of one step";
const SEPARATE = "write it as QDepthwiseConv2D and a QConv2D of 1 × 1";

/** Why other layers of QKeras are not read, and what to do instead. */
export const QKERAS_REFUSED: ReadonlyMap<string, string> = new Map(
  [
    ...["QSimpleRNN", "QLSTM", "QGRU", "QBidirectional", "QSimpleRNNCell", "QLSTMCell", "QGRUCell"].map(
      (name): [string, string] => [name, RECURRENT],
    ),
    ["QSeparableConv1D", SEPARATE] as const,
    ["QSeparableConv2D", SEPARATE] as const,
    ["QConv2DTranspose", "upsample and convolve instead"] as const,
    ["QDepthwiseConv2DBatchnorm", "write it as QDepthwiseConv2D and QBatchNormalization"] as const,
    ["QAdaptiveActivation", "replace it by a QActivation with the bits that it found"] as const,
    ["QOctaveConv2D", "write its convolutions by themselves"] as const,
  ].map(([name, reason]) => [`qkeras>${name}`, reason]),
);
