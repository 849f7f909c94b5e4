import { type FixedType, typeOfUnit, typeRange, unitOf } from "../../ir/fixed-point.js";
import { atElement, type Granular } from "../../ir/granular.js";
import type { Model, ModelConv2d, ModelDense, ModelNode, Quantizer } from "../../ir/model/model.js";
import { exactRatio, type Ratio, times } from "../../ir/ratio.js";

/**
 * In files with QuantizeLinear, a bias is an integer whose scale is the product of the input's and the weights' scale,
 * rounded to float32. What is meant, and what integer hardware does, is the product itself: then the bias counts in the
 * unit of the products, and accumulators need no bits below it.
 */
export function alignBiases(model: Model): Model {
  const nodes = new Map(model.nodes.map((node) => [node.name, node]));
  const aligned = model.nodes.map((node) => {
    if ((node.op !== "conv2d" && node.op !== "dense") || !node.kernelQuantizer || !node.biasQuantizer) {
      return node;
    }
    const unit = unitOfInput(nodes, node.inputs[0] as string);
    return unit === undefined ? node : withUnit(node, unit, node.kernelQuantizer, node.biasQuantizer);
  });
  return { ...model, nodes: aligned };
}

/** The one unit of a value, through what only moves or selects elements. */
function unitOfInput(nodes: ReadonlyMap<string, ModelNode>, name: string): Ratio | undefined {
  let node = nodes.get(name);
  while (node !== undefined) {
    if (node.op === "quantize") {
      const [type] = node.quantizer.types.items;
      return node.quantizer.types.per === "tensor" && type !== undefined ? unitOf(type) : undefined;
    }
    const keeps = ["reshape", "transpose", "slice", "pad", "gather", "expand", "relu"].includes(node.op);
    if (!keeps && !(node.op === "pool2d" && node.kind === "max")) return undefined;
    node = nodes.get(node.inputs[0] as string);
  }
  return undefined;
}

function withUnit(
  node: ModelConv2d | ModelDense,
  input: Ratio,
  kernel: Quantizer,
  bias: Quantizer,
): ModelNode {
  if (kernel.types.per === "element") return node;
  const outputs = node.bias.shape[0] as number;
  const types: FixedType[] = [];
  let changed = false;
  for (let o = 0; o < outputs; o++) {
    const type = atElement(bias.types, o, outputs);
    const product = times(input, unitOf(atElement(kernel.types, o, outputs)));
    const rounded = exactRatio(Math.fround(Number(product.n) / Number(product.d)));
    const own = unitOf(type);
    if (own.n * rounded.d !== rounded.n * own.d) return node;
    changed ||= own.n * product.d !== product.n * own.d;
    types.push(typeOfUnit(typeRange(type), product));
  }
  if (!changed) return node;
  const all: Granular<FixedType> = { per: "channel", items: types };
  return { ...node, biasQuantizer: { ...bias, types: all, rounding: "RND_CONV" } } as ModelNode;
}
