import { convolution } from "../convolution.js";
import { dense } from "../dense.js";
import { einsumDense } from "../einsum-dense.js";
import type { LayerHandler } from "../handler.js";
import { average, dot, merge, subtract } from "../merging.js";
import { globalPooling, pooling } from "../pooling.js";
import { qBatchNormalization, qBatchNormDense, qEinsumDenseBatchnorm } from "./batch-normalization.js";
import { nearestPowerBelow, qEinsum, statedScale, sum } from "./operations.js";
import { quantized, quantizer } from "./quantizer.js";
import { affinedUnaryFunction, qSoftmax, unaryFunction } from "./tables.js";

/** The layers of HGQ2 by class. */
const HGQ2: Readonly<Record<string, LayerHandler>> = {
  Quantizer: quantizer,
  QDense: quantized(dense),
  QEinsumDense: quantized(einsumDense),
  QConv1D: quantized(convolution(1)),
  QConv2D: quantized(convolution(2)),
  QBatchNormalization: quantized(qBatchNormalization),
  QBatchNormDense: quantized(qBatchNormDense),
  QEinsumDenseBatchnorm: quantized(qEinsumDenseBatchnorm),
  QMaxPooling1D: quantized(pooling("max", 1)),
  QMaxPooling2D: quantized(pooling("max", 2)),
  QAveragePooling1D: quantized(pooling("average", 1)),
  QAveragePooling2D: quantized(pooling("average", 2)),
  QGlobalMaxPooling1D: quantized(globalPooling("max")),
  QGlobalMaxPooling2D: quantized(globalPooling("max")),
  QGlobalAveragePooling1D: quantized(globalPooling("mean")),
  QGlobalAveragePooling2D: quantized(globalPooling("mean")),
  QAdd: quantized(merge("add"), "several"),
  QSubtract: quantized(subtract, "several"),
  QMultiply: quantized(merge("multiply"), "several"),
  QMaximum: quantized(merge("maximum"), "several"),
  QMinimum: quantized(merge("minimum"), "several"),
  QAveragePow2: quantized(average(nearestPowerBelow), "several"),
  QDot: quantized(dot, "several"),
  QEinsum: quantized(qEinsum, "several"),
  QSum: quantized(sum(statedScale)),
  QMeanPow2: quantized(sum((_, count) => nearestPowerBelow(count))),
  QUnaryFunctionLUT: quantized(unaryFunction),
  QAffinedUnaryFunctionLUT: quantized(affinedUnaryFunction),
  QSoftmax: quantized(qSoftmax),
};

export const HGQ2_LAYERS: ReadonlyMap<string, LayerHandler> = new Map(
  Object.entries(HGQ2).map(([name, handler]) => [`hgq>${name}`, handler]),
);
