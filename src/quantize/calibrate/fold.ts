import { nodesByName, useCounts } from "../../ir/graph.js";
import type { Model, ModelAffine, ModelConv2d, ModelDense, ModelNode } from "../../ir/model/model.js";
import type { Tensor } from "../../ir/tensor.js";

/**
 * Folds each affine (batch normalization) that alone reads a convolution or a matrix into its kernel and bias, where
 * neither has a quantizer: the same function up to float64's rounding. The folded node keeps the name of the layer.
 */
export function foldAffines(model: Model): Model {
  const uses = useCounts(model);
  const originals = nodesByName(model);
  const folded = new Map<string, ModelNode>();
  /** By affine that is gone: the layer that stands for it. */
  const stands = new Map<string, string>();
  const current = (name: string) => stands.get(name) ?? name;
  for (const node of model.nodes) {
    if (node.op !== "affine") continue;
    const [input] = node.inputs;
    if (uses.get(input) !== 1) continue;
    const layer = folded.get(current(input)) ?? originals.get(input);
    if ((layer?.op !== "dense" && layer?.op !== "conv2d") || !foldable(layer, node)) continue;
    folded.set(layer.name, fold(layer, node));
    stands.set(node.name, layer.name);
  }
  return {
    ...model,
    nodes: model.nodes
      .filter(({ name }) => !stands.has(name))
      .map((node) => {
        const replaced = folded.get(node.name) ?? node;
        return { ...replaced, inputs: replaced.inputs.map(current) };
      }),
    outputs: model.outputs.map(({ name, value }) => ({ name, value: current(value) })),
  };
}

function foldable(layer: ModelDense | ModelConv2d, affine: ModelAffine): boolean {
  const perChannel = ({ shape }: Tensor<number>) =>
    shape.length === 0 || (shape.length === 1 && shape[0] === layer.kernel.shape.at(-1));
  const quantizers = [
    layer.kernelQuantizer,
    layer.biasQuantizer,
    affine.multiplierQuantizer,
    affine.offsetQuantizer,
  ];
  return (
    quantizers.every((q) => q === undefined) && perChannel(affine.multiplier) && perChannel(affine.offset)
  );
}

function fold<Layer extends ModelDense | ModelConv2d>(layer: Layer, affine: ModelAffine): Layer {
  const outputs = layer.kernel.shape.at(-1) ?? 1;
  const at = ({ shape, data }: Tensor<number>, channel: number) => data[shape.length === 0 ? 0 : channel];
  return {
    ...layer,
    kernel: {
      ...layer.kernel,
      data: layer.kernel.data.map((w, i) => w * at(affine.multiplier, i % outputs)),
    },
    bias: {
      ...layer.bias,
      data: layer.bias.data.map((b, c) => b * at(affine.multiplier, c) + at(affine.offset, c)),
    },
  };
}
