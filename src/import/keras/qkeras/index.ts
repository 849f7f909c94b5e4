import type { LayerHandler } from "../layers/handler.js";
import {
  qActivation,
  qAveragePooling2d,
  qConv1d,
  qConv2d,
  qDense,
  qDepthwiseConv2d,
  qGlobalAveragePooling2d,
  qSeparableConv1d,
  qSeparableConv2d,
} from "./layers.js";
import { qBatchNormalization, qConv2dBatchnorm, qDepthwiseConv2dBatchnorm } from "./normalization.js";

/** The layers of QKeras by class. */
const QKERAS: Readonly<Record<string, LayerHandler>> = {
  QDense: qDense,
  QConv1D: qConv1d,
  QConv2D: qConv2d,
  QDepthwiseConv2D: qDepthwiseConv2d,
  QSeparableConv1D: qSeparableConv1d,
  QSeparableConv2D: qSeparableConv2d,
  QActivation: qActivation,
  QBatchNormalization: qBatchNormalization,
  QConv2DBatchnorm: qConv2dBatchnorm,
  QDepthwiseConv2DBatchnorm: qDepthwiseConv2dBatchnorm,
  QAveragePooling2D: qAveragePooling2d,
  QGlobalAveragePooling2D: qGlobalAveragePooling2d,
};

export const QKERAS_LAYERS: ReadonlyMap<string, LayerHandler> = new Map(
  Object.entries(QKERAS).map(([name, handler]) => [`qkeras>${name}`, handler]),
);

const RECURRENT = "it keeps state from step to step; unroll it by hand into layers of one step";

/** Why other layers of QKeras are not read, and what to do instead. */
export const QKERAS_REFUSED: ReadonlyMap<string, string> = new Map(
  [
    ...["QSimpleRNN", "QLSTM", "QGRU", "QBidirectional", "QSimpleRNNCell", "QLSTMCell", "QGRUCell"].map(
      (name): [string, string] => [name, RECURRENT],
    ),
    ["QConv2DTranspose", "upsample and convolve instead"] as const,
    ["QAdaptiveActivation", "replace it by a QActivation with the bits that it found"] as const,
    ["QOctaveConv2D", "write its convolutions by themselves"] as const,
  ].map(([name, reason]) => [`qkeras>${name}`, reason]),
);
