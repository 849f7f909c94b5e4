import type { Handler } from "../call.js";
import * as activations from "./activations.js";
import * as arithmetic from "./arithmetic.js";
import * as comparisons from "./compare.js";
import { conv } from "./conv.js";
import * as leaves from "./leaves.js";
import { gemm, matMul } from "./linear.js";
import { multiThreshold } from "./multi-threshold.js";
import { batchNormalization, layerNormalization } from "./normalization.js";
import { globalPool, pool } from "./pool.js";
import { dequantizeLinear, quantizeLinear } from "./qdq.js";
import { bipolarQuant, quant, trunc } from "./quant.js";
import { argExtremum, reduction, toInteger } from "./reduce.js";
import * as reshaping from "./reshaping.js";
import { resize, upsample } from "./resize.js";
import * as rows from "./rows.js";
import * as selecting from "./selecting.js";
import { logSoftmax, softmax } from "./softmax.js";

/** The operators that are read, by type; those outside ONNX's own domain after the name of theirs. */
export const OPERATORS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ["Identity", leaves.identity],
  ["Dropout", leaves.dropout],
  ["Constant", leaves.constantNode],
  ["ConstantOfShape", leaves.constantOfShape],
  ["Shape", leaves.shapeOf],
  ["Size", leaves.sizeOfValue],
  ["Range", leaves.range],
  ["Cast", leaves.cast],
  ["CastLike", leaves.cast],

  ["Add", arithmetic.add],
  ["Sub", arithmetic.subtract],
  ["Mul", arithmetic.multiply],
  ["Div", arithmetic.divide],
  ["Min", arithmetic.extremum("minimum")],
  ["Max", arithmetic.extremum("maximum")],
  ["Sum", arithmetic.sumAll],
  ["Mean", arithmetic.meanAll],
  ["Neg", arithmetic.negative],
  ["Abs", arithmetic.absolute],
  ["Sign", arithmetic.sign],
  ["Pow", arithmetic.power],
  ["Mod", arithmetic.modulo],
  ["Floor", toInteger("TRN")],
  ["Ceil", toInteger("CEIL")],
  ["Round", toInteger("RND_CONV")],
  ["Sqrt", activations.table("sqrt", Math.sqrt)],
  ["Exp", activations.table("exp", Math.exp)],
  ["Log", activations.table("log", Math.log)],
  ["Reciprocal", activations.table("reciprocal", (x) => 1 / x)],

  ["Relu", activations.relu],
  ["LeakyRelu", activations.leakyRelu],
  ["PRelu", activations.pRelu],
  ["ThresholdedRelu", activations.thresholdedRelu],
  ["Elu", activations.elu],
  ["Celu", activations.celu],
  ["Selu", activations.selu],
  ["Sigmoid", activations.table("sigmoid")],
  ["HardSigmoid", activations.hardSigmoid],
  ["HardSwish", activations.hardSwish],
  ["Swish", activations.swish],
  ["Tanh", activations.table("tanh", Math.tanh)],
  ["Softplus", activations.table("softplus")],
  ["Softsign", activations.table("softsign")],
  ["Gelu", activations.gelu],
  ["microsoft>Gelu", activations.gelu],
  ["Mish", activations.table("mish")],
  ["Clip", activations.clip],
  ["Softmax", softmax],
  ["LogSoftmax", logSoftmax],

  ["Greater", comparisons.compare("Greater")],
  ["GreaterOrEqual", comparisons.compare("GreaterOrEqual")],
  ["Less", comparisons.compare("Less")],
  ["LessOrEqual", comparisons.compare("LessOrEqual")],
  ["Equal", comparisons.equal],
  ["Not", comparisons.negation],
  ["And", comparisons.logical("And")],
  ["Or", comparisons.logical("Or")],
  ["Xor", comparisons.logical("Xor")],
  ["Where", comparisons.where],

  ["Gemm", gemm],
  ["MatMul", matMul],
  ["Conv", conv(false)],
  ["BatchNormalization", batchNormalization(false)],
  ["LayerNormalization", layerNormalization],
  ["MaxPool", pool("max")],
  ["AveragePool", pool("average")],
  ["GlobalMaxPool", globalPool("max")],
  ["GlobalAveragePool", globalPool("mean")],
  ["channels_last>Conv", conv(true)],
  ["channels_last>BatchNormalization", batchNormalization(true)],
  ["channels_last>MaxPool", pool("max", true)],
  ["channels_last>AveragePool", pool("average", true)],
  ["channels_last>GlobalMaxPool", globalPool("max", true)],
  ["channels_last>GlobalAveragePool", globalPool("mean", true)],
  ["qonnx>MaxPoolNHWC", pool("max", true)],

  ["ReduceSum", reduction("ReduceSum")],
  ["ReduceMean", reduction("ReduceMean")],
  ["ReduceMax", reduction("ReduceMax")],
  ["ReduceMin", reduction("ReduceMin")],
  ["ReduceProd", reduction("ReduceProd")],
  ["ReduceL1", reduction("ReduceL1")],
  ["ReduceL2", reduction("ReduceL2")],
  ["ReduceSumSquare", reduction("ReduceSumSquare")],
  ["ReduceLogSum", reduction("ReduceLogSum")],
  ["ArgMax", argExtremum("ArgMax")],
  ["ArgMin", argExtremum("ArgMin")],

  ["Reshape", reshaping.reshape],
  ["Flatten", reshaping.flatten],
  ["Squeeze", reshaping.squeeze],
  ["Unsqueeze", reshaping.unsqueeze],
  ["Transpose", reshaping.transpose],
  ["DepthToSpace", reshaping.depthToSpace],
  ["SpaceToDepth", reshaping.spaceToDepth],
  ["Slice", selecting.slice],
  ["Split", selecting.split],
  ["Concat", selecting.concat],
  ["Gather", selecting.gather],
  ["GatherND", rows.gatherNd],
  ["ScatterElements", rows.scatterElements],
  ["ScatterND", rows.scatterNd],
  ["Pad", selecting.pad],
  ["Expand", selecting.expand],
  ["Tile", selecting.tile],
  ["Resize", resize],
  ["Upsample", upsample],

  ["qonnx>Quant", quant],
  ["qonnx>IntQuant", quant],
  ["qonnx>BipolarQuant", bipolarQuant],
  ["qonnx>Trunc", trunc],
  ["qonnx>MultiThreshold", multiThreshold],
  ["QuantizeLinear", quantizeLinear],
  ["DequantizeLinear", dequantizeLinear],
  ["microsoft>QuantizeLinear", quantizeLinear],
  ["microsoft>DequantizeLinear", dequantizeLinear],
]);

/** The names of the operators, for messages. */
export function operatorNames(): string {
  const names = [...OPERATORS.keys()].map((kind) => kind.split(">"));
  const own = names.flatMap(([name, type]) => (type === undefined ? [name] : []));
  const qonnx = names.flatMap(([name, type]) => (name === "qonnx" ? [type] : []));
  return `${own.join(", ")}; of QONNX ${qonnx.join(", ")}`;
}
