import { nodesByName, useCounts } from "../../ir/graph.js";
import type { Model, ModelConv2d, ModelDense, ModelNode } from "../../ir/model/model.js";
import { isMovement, keepsChannels } from "../../ir/movement.js";

type Layer = ModelDense | ModelConv2d;

/** How often all pairs are visited: a chain of layers converges in a few sweeps. */
const SWEEPS = 20;
/** Factors this close to 1 change nothing worth another sweep. */
const SETTLED = 1e-3;

/** Two layers with only operators between them for which f(s·x) = s·f(x), channel by channel, for every s > 0. */
interface Pair {
  readonly first: string;
  readonly second: string;
}

/**
 * Cross-layer equalization (Nagel et al., arXiv:1906.04721, section 4.1): output channel i of a layer is divided by
 * s_i = √(r1_i · r2_i) / r2_i, and what the next layer reads of it is multiplied by s_i, where r1_i and r2_i are the
 * largest magnitudes of their weights there. Both then use the range of one type alike. The model computes the same up
 * to float64's rounding.
 */
export function equalize(model: Model): Model {
  const pairs = pairsOf(model);
  const layers = new Map<string, Layer>();
  for (const node of model.nodes) if (isLayer(node)) layers.set(node.name, node);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let largest = 0;
    for (const { first, second } of pairs) {
      const [a, b] = [layers.get(first) as Layer, layers.get(second) as Layer];
      const factors = factorsOf(a, b);
      layers.set(first, divideOutputs(a, factors));
      layers.set(second, multiplyInputs(b, factors));
      for (const factor of factors) largest = Math.max(largest, Math.abs(Math.log2(factor)));
    }
    if (largest < SETTLED) break;
  }
  return { ...model, nodes: model.nodes.map((node) => layers.get(node.name) ?? node) };
}

function isLayer(node: ModelNode): node is Layer {
  return node.op === "dense" || node.op === "conv2d";
}

function pairsOf(model: Model): readonly Pair[] {
  const nodes = nodesByName(model);
  const uses = useCounts(model);
  const free = (node: Layer) => node.kernelQuantizer === undefined && node.biasQuantizer === undefined;
  const pairs: Pair[] = [];
  for (const second of model.nodes) {
    if (!isLayer(second) || !free(second)) continue;
    let node = nodes.get(second.inputs[0]);
    while (node !== undefined && uses.get(node.name) === 1 && homogeneous(node, nodes)) {
      node = nodes.get(node.inputs[0]);
    }
    if (node === undefined || uses.get(node.name) !== 1 || !isLayer(node) || !free(node)) continue;
    if (inputChannels(second) % outputsOf(node) === 0) pairs.push({ first: node.name, second: second.name });
  }
  return pairs;
}

/** Whether factors above 0 of the channels of its operand pass through an operator unchanged. */
function homogeneous(node: ModelNode, nodes: ReadonlyMap<string, ModelNode>): boolean {
  if (node.op === "relu" || node.op === "pool2d") return true;
  // A slope per element of a vector is one per channel; every one acts within its own element.
  if (node.op === "leaky_relu") return true;
  const shape = nodes.get(node.inputs[0])?.shape ?? [];
  // Channels come last: flattened, element j still belongs to channel j modulo their number.
  if (node.op === "reshape") return shape.length > 0 && (node.shape.at(-1) ?? 1) % (shape.at(-1) ?? 1) === 0;
  return isMovement(node) && node.inputs.length === 1 && keepsChannels(node, [shape]);
}

const outputsOf = ({ kernel }: Layer): number => kernel.shape.at(-1) ?? 1;

function inputChannels(layer: Layer): number {
  return (layer.kernel.shape.at(-2) ?? 1) * (layer.op === "conv2d" ? layer.groups : 1);
}

/** The input channel that weight i reads. */
function inputChannel(layer: Layer, i: number): number {
  const outputs = outputsOf(layer);
  const inputs = layer.kernel.shape.at(-2) ?? 1;
  const within = Math.floor(i / outputs) % inputs;
  if (layer.op === "dense") return within;
  return Math.floor(((i % outputs) * layer.groups) / outputs) * inputs + within;
}

function factorsOf(first: Layer, second: Layer): readonly number[] {
  const count = outputsOf(first);
  const r1 = new Float64Array(count);
  const r2 = new Float64Array(count);
  for (const [i, w] of first.kernel.data.entries()) r1[i % count] = Math.max(r1[i % count], Math.abs(w));
  for (const [i, w] of second.kernel.data.entries()) {
    const channel = inputChannel(second, i) % count;
    r2[channel] = Math.max(r2[channel], Math.abs(w));
  }
  return Array.from(r1, (r, i) => {
    const factor = Math.sqrt(r / r2[i]);
    // Of a channel that is always 0 or that nothing reads, no factor is better than another.
    return factor > 0 && Number.isFinite(factor) ? factor : 1;
  });
}

function divideOutputs(layer: Layer, factors: readonly number[]): Layer {
  const count = factors.length;
  return {
    ...layer,
    kernel: { ...layer.kernel, data: layer.kernel.data.map((w, i) => w / factors[i % count]) },
    bias: { ...layer.bias, data: layer.bias.data.map((b, c) => b / factors[c]) },
  };
}

function multiplyInputs(layer: Layer, factors: readonly number[]): Layer {
  const scaled = layer.kernel.data.map((w, i) => w * factors[inputChannel(layer, i) % factors.length]);
  return { ...layer, kernel: { ...layer.kernel, data: scaled } };
}
