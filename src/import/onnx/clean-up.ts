import { useCounts } from "../../ir/graph.js";
import type { Model, ModelAffine, ModelConv2d, ModelDense, ModelNode } from "../../ir/model/model.js";
import { absorbTransposes } from "./absorb-transpose.js";
import { alignBiases } from "./align-bias.js";

/**
 * Puts a freshly imported model into the form that the other importers give: biases belong to their layers, x · sigmoid(x)
 * is one function, no node is there in vain. Nothing changes any value.
 */
export function cleanUp(model: Model): Model {
  return alignBiases(absorbTransposes(fuseGates(fuseBiases(removeDead(model)))));
}

/** Removes nodes that no output needs; inputs stay. */
function removeDead(model: Model): Model {
  const needed = new Set(model.outputs.map(({ value }) => value));
  for (const node of model.nodes.toReversed()) {
    if (needed.has(node.name)) for (const input of node.inputs) needed.add(input);
  }
  return { ...model, nodes: model.nodes.filter(({ name, op }) => needed.has(name) || op === "input") };
}

/** Replaces pairs of nodes: `fuse` gives one node with the name of the first for a second that alone reads the first. */
function fusePairs(
  model: Model,
  fuse: (first: ModelNode, second: ModelNode) => ModelNode | undefined,
): Model {
  const uses = useCounts(model);
  const outputs = new Set(model.outputs.map(({ value }) => value));
  const nodes = new Map<string, ModelNode>();
  const renamed = new Map<string, string>();
  const nameOf = (name: string) => renamed.get(name) ?? name;
  for (const original of model.nodes) {
    const node = { ...original, inputs: original.inputs.map(nameOf) } as ModelNode;
    const first = node.inputs.length > 0 ? nodes.get(node.inputs[0] as string) : undefined;
    const alone = first !== undefined && uses.get(original.inputs[0] as string) === 1;
    const fused = alone && !outputs.has(original.inputs[0] as string) ? fuse(first, node) : undefined;
    if (fused === undefined) nodes.set(node.name, node);
    else {
      nodes.set(fused.name, fused);
      renamed.set(node.name, fused.name);
    }
  }
  return {
    ...model,
    nodes: [...nodes.values()],
    outputs: model.outputs.map(({ name, value }) => ({ name, value: nameOf(value) })),
  };
}

/** A constant that is added to the result of a layer without a bias is its bias. */
function fuseBiases(model: Model): Model {
  return fusePairs(model, (first, second) =>
    (first.op === "conv2d" || first.op === "dense") && second.op === "affine"
      ? withBias(first, second)
      : undefined,
  );
}

function withBias(layer: ModelConv2d | ModelDense, affine: ModelAffine): ModelNode | undefined {
  const { multiplier, offset, multiplierQuantizer, offsetQuantizer } = affine;
  if (multiplier.shape.length > 0 || multiplier.data[0] !== 1 || multiplierQuantizer !== undefined) {
    return undefined;
  }
  if (layer.biasQuantizer !== undefined || layer.bias.data.some((x) => x !== 0)) return undefined;
  const outputs = layer.bias.shape[0] as number;
  const [first] = offset.data;
  if (offset.shape.length === 0 && first !== undefined) {
    const data = new Array<number>(outputs).fill(first);
    return { ...layer, bias: { shape: [outputs], data }, biasQuantizer: offsetQuantizer };
  }
  if (offset.shape.join() !== String(outputs)) return undefined;
  return { ...layer, bias: offset, biasQuantizer: offsetQuantizer };
}

/** x · sigmoid(x) is one function. */
function fuseGates(model: Model): Model {
  const nodes = new Map(model.nodes.map((node) => [node.name, node]));
  const fused = model.nodes.map((node): ModelNode => {
    if (node.op !== "multiply") return node;
    const [a, b] = node.inputs as [string, string];
    const gateOf = (gate: string, value: string) => {
      const inner = nodes.get(gate);
      return inner?.op === "function" && inner.kind === "sigmoid" && inner.inputs[0] === value;
    };
    const value = gateOf(b, a) ? a : gateOf(a, b) ? b : undefined;
    if (value === undefined) return node;
    return {
      op: "function",
      kind: "silu",
      parameters: {},
      name: node.name,
      inputs: [value],
      shape: node.shape,
    };
  });
  return removeDead({ ...model, nodes: fused });
}
