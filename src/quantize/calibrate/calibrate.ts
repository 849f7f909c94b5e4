import { invariant } from "../../ir/errors.js";
import { type FixedType, sameType } from "../../ir/fixed-point.js";
import { type Granular, perChannel, perTensor } from "../../ir/granular.js";
import type {
  Model,
  ModelAffine,
  ModelConv2d,
  ModelDense,
  ModelNode,
  Quantizer,
} from "../../ir/model/model.js";
import { verifyModel } from "../../ir/model/verify.js";
import { type Ratio, ratio, times } from "../../ir/ratio.js";
import type { Histogram } from "./histogram.js";
import { type CalibrateOptions, completeOptions, type PartialOptions } from "./options.js";
import { checkOverrides, isWeighted } from "./overrides.js";
import { chooseType } from "./range.js";
import { type QuantizerSite, quantizerSites } from "./sites.js";
import { type Statistics, wholeTensor } from "./statistics.js";
import { multiplierUnit, productUnits, resultUnit } from "./units.js";
import { type Asked, arePowersOfTwo, biasQuantizer, roundFactors, weightQuantizer } from "./weights.js";

/**
 * Post-training quantization: gives the weights of each layer quantizers, rounds biases to the grid of the sums, where
 * they cost nothing, and puts `quantize` nodes behind inputs and behind the activations of layers that arithmetic reads.
 * All scales are powers of two. Nodes that have quantizers already stay as they are, sums stay exact. `statistics` are
 * those of this model. Throws a UserError for options that do not fit it.
 */
export function calibrate(model: Model, statistics: Statistics, given: PartialOptions = {}): Model {
  const options = completeOptions(given);
  const sites = quantizerSites(model);
  checkOverrides(model, sites, options);
  const placed = new Map(
    sites
      .filter((site) => site.needed || activationsOf(site, options) !== undefined)
      .map((site) => [site.end, site]),
  );
  const taken = new Set(model.nodes.map(({ name }) => name));
  const nodes: ModelNode[] = [];
  const units = new Map<string, Ratio | undefined>();
  const shapes = new Map<string, readonly number[]>();
  /** By value: the quantizer that its readers take instead. Outputs do only where the options ask for one. */
  const quantized = new Map<string, string>();
  const forced = new Map<string, string>();
  const shapeOf = (name: string) => {
    const shape = shapes.get(name);
    invariant(shape !== undefined, `calibration: '${name}' is read before it is computed`);
    return shape;
  };
  const append = (node: ModelNode) => {
    nodes.push(node);
    shapes.set(node.name, node.shape);
    units.set(
      node.name,
      resultUnit(node, (name) => units.get(name), shapeOf),
    );
  };
  const quantizers = new Set(model.nodes.filter(({ op }) => op === "quantize").map(({ name }) => name));
  for (const original of model.nodes) {
    const inputs = original.inputs.map((name) => quantized.get(name) ?? name);
    const node: ModelNode = { ...original, inputs };
    const site = placed.get(node.name);
    if (node.op === "constant" && site !== undefined) {
      append({ ...node, quantizer: activationQuantizer(site, statistics, options) });
      continue;
    }
    const readByQuantizer = model.nodes.some(
      (other) => other.op === "quantize" && other.inputs.includes(node.name),
    );
    append(
      quantizeWeights(node, options, units, readByQuantizer || inputs.some((name) => quantizers.has(name))),
    );
    if (site === undefined) continue;
    const name = freshName(`${node.name}.quantized`, taken);
    const quantizer = activationQuantizer(site, statistics, options);
    append({ op: "quantize", name, inputs: [node.name], shape: node.shape, quantizer });
    quantized.set(node.name, name);
    if (!site.needed) forced.set(node.name, name);
  }
  const outputs = model.outputs.map(({ name, value }) => ({ name, value: forced.get(value) ?? value }));
  const result = { ...model, nodes, outputs };
  verifyModel(result);
  return result;
}

/** The override of a site: that of its end, else that of its layer. */
function activationsOf({ layer, end }: QuantizerSite, { overrides }: CalibrateOptions) {
  return overrides[end]?.activations ?? overrides[layer]?.activations;
}

function activationQuantizer(
  site: QuantizerSite,
  statistics: Statistics,
  options: CalibrateOptions,
): Quantizer {
  const asked: Asked = { ...options.activations, ...activationsOf(site, options) };
  const types = activationTypes(statistics.channels.get(site.end) ?? [], asked);
  return { types, rounding: options.rounding, overflow: options.overflow };
}

function activationTypes(channels: readonly Histogram[], asked: Asked): Granular<FixedType> {
  if (asked.type !== undefined) return perTensor(asked.type);
  const request = { bits: asked.bits, range: asked.range, symmetric: false };
  // A value that was 0 in every event may not always be: it gets the range of a fraction.
  const whole = chooseType(wholeTensor(channels), request) ?? { signed: true, width: asked.bits, integer: 1 };
  if (asked.per === "tensor" || channels.length < 2) return perTensor(whole);
  return perChannel(
    channels.map((histogram) => chooseType(histogram, request) ?? whole),
    sameType,
  );
}

function quantizeWeights(
  node: ModelNode,
  options: CalibrateOptions,
  units: ReadonlyMap<string, Ratio | undefined>,
  besideQuantizer: boolean,
): ModelNode {
  if (!isWeighted(node)) return node;
  const asked: Asked = { ...options.weights, ...options.overrides[node.name]?.weights };
  if (node.op === "leaky_relu")
    return besideQuantizer ? node : { ...node, slope: roundFactors(node.slope, asked.bits) };
  // What follows from the operands' unit; a value without one is rounded to as many bits as activations have.
  const input = units.get(node.inputs[0]) ?? ratio(1n, 1n << BigInt(options.activations.bits));
  return node.op === "affine"
    ? quantizeAffine(node, asked, input, besideQuantizer)
    : quantizeLayer(node, asked, input);
}

function quantizeLayer<Layer extends ModelConv2d | ModelDense>(
  node: Layer,
  asked: Asked,
  input: Ratio,
): Layer {
  if (node.kernelQuantizer !== undefined) return node;
  const kernelQuantizer = weightQuantizer(node.kernel, asked);
  const grid = productUnits(input, kernelQuantizer, node.bias.data.length);
  return { ...node, kernelQuantizer, biasQuantizer: node.biasQuantizer ?? biasQuantizer(node.bias, grid) };
}

function quantizeAffine(
  node: ModelAffine,
  asked: Asked,
  input: Ratio,
  besideQuantizer: boolean,
): ModelAffine {
  if (node.multiplierQuantizer !== undefined || node.offsetQuantizer !== undefined) return node;
  // An offset before or behind a quantizer of the training is its zero point, and exact.
  if (besideQuantizer && arePowersOfTwo(node.multiplier)) return node;
  const { multiplier, offset } = node;
  const multiplierQuantizer = weightQuantizer(multiplier, asked);
  const product = times(input, multiplierUnit({ ...node, multiplierQuantizer }));
  const grid =
    offset.shape.length === 1 && multiplier.shape.length < 2
      ? productUnits(input, multiplierQuantizer, offset.data.length)
      : [product];
  return { ...node, multiplierQuantizer, offsetQuantizer: biasQuantizer(offset, grid) };
}

function freshName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let i = 2; taken.has(name); i++) name = `${wanted}_${i}`;
  taken.add(name);
  return name;
}
