import { activation, elu, leakyReLU, prelu, relu, softmax } from "./activation.js";
import { convolution, depthwise, separable } from "./convolution.js";
import { dense } from "./dense.js";
import { einsumDense } from "./einsum-dense.js";
import { embedding } from "./embedding.js";
import type { LayerHandler } from "./handler.js";
import { passThrough } from "./identity.js";
import { inputLayer } from "./input-layer.js";
import { average, concatenate, dot, merge, subtract } from "./merging.js";
import { batchNormalization, normalization, rescaling } from "./normalization.js";
import { globalPooling, pooling } from "./pooling.js";
import { cropping, flatten, permute, repeatVector, reshape, upSampling, zeroPadding } from "./reshaping.js";
import { timeDistributed } from "./time-distributed.js";

/** The layers of Keras 2 and 3 by class. */
const KERAS: Readonly<Record<string, LayerHandler>> = {
  InputLayer: inputLayer,
  Dense: dense,
  EinsumDense: einsumDense,
  Conv1D: convolution(1),
  Conv2D: convolution(2),
  Convolution1D: convolution(1),
  Convolution2D: convolution(2),
  DepthwiseConv1D: depthwise(1),
  DepthwiseConv2D: depthwise(2),
  SeparableConv1D: separable(1),
  SeparableConv2D: separable(2),
  MaxPooling1D: pooling("max", 1),
  MaxPooling2D: pooling("max", 2),
  AveragePooling1D: pooling("average", 1),
  AveragePooling2D: pooling("average", 2),
  GlobalMaxPooling1D: globalPooling("max"),
  GlobalMaxPooling2D: globalPooling("max"),
  GlobalAveragePooling1D: globalPooling("mean"),
  GlobalAveragePooling2D: globalPooling("mean"),
  BatchNormalization: batchNormalization,
  BatchNormalizationV1: batchNormalization,
  Normalization: normalization,
  Rescaling: rescaling,
  Embedding: embedding,
  Activation: activation,
  ReLU: relu,
  LeakyReLU: leakyReLU,
  PReLU: prelu,
  ELU: elu,
  Softmax: softmax,
  Add: merge("add"),
  Subtract: subtract,
  Multiply: merge("multiply"),
  Maximum: merge("maximum"),
  Minimum: merge("minimum"),
  Average: average((count) => 1 / count),
  Concatenate: concatenate,
  Dot: dot,
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  RepeatVector: repeatVector,
  ZeroPadding1D: zeroPadding(1),
  ZeroPadding2D: zeroPadding(2),
  Cropping1D: cropping(1),
  Cropping2D: cropping(2),
  UpSampling1D: upSampling(1),
  UpSampling2D: upSampling(2),
  TimeDistributed: timeDistributed(() => KERAS_LAYERS),
  Identity: passThrough,
  Dropout: passThrough,
  SpatialDropout1D: passThrough,
  SpatialDropout2D: passThrough,
  GaussianDropout: passThrough,
  GaussianNoise: passThrough,
  AlphaDropout: passThrough,
  ActivityRegularization: passThrough,
};

export const KERAS_LAYERS: ReadonlyMap<string, LayerHandler> = new Map(
  Object.entries(KERAS).map(([name, handler]) => [`keras>${name}`, handler]),
);
