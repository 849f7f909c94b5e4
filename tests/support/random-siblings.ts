import type { Fixed, FixedConv2d, FixedDense, FixedNode } from "../../src/ir/fixed/fixed.js";
import { POINTWISE } from "../../src/ir/fixed/pointwise.js";
import { verifyFixed } from "../../src/ir/fixed/verify.js";
import { sizeOf } from "../../src/ir/tensor.js";
import { Random } from "./random.js";
import { append, type RandomGraph, randomUnit } from "./random-fixed/graph.js";
import { type OperatorName, RANDOM_OPERATORS } from "./random-fixed/operators.js";
import { RANDOM_FIXED, type RandomFixedOptions } from "./random-fixed.js";

/**
 * Two to four branches that read one value: convolutions or matrices of equal form, and the same operators behind them, so
 * that most of them are siblings; some are not, because a number that is not the same in all is one of all channels.
 */
export function randomSiblings(seed: number): Fixed {
  const random = new Random(seed);
  const options: RandomFixedOptions = {
    ...RANDOM_FIXED,
    ...{ image: [3, 4, 3], kernel: [2, 3], outputChannels: 4, weightBits: 5, sparsity: 0.1, scales: 0.1 },
    ...{ inputBits: random.pick([1, 2, 5]), roundings: [random.pick(RANDOM_FIXED.roundings)] },
    overflows: [random.pick(RANDOM_FIXED.overflows)],
  };
  const width = options.inputBits;
  const type = { signed: random.chance(0.5), width, integer: width };
  const shape = random.chance(0.5)
    ? [3, 4, random.integer(1, 3)]
    : [random.integer(1, 2), random.integer(2, 8)];
  const most = 2n ** BigInt(type.signed ? width - 1 : width) - 1n;
  const input: FixedNode = {
    ...{ op: "input", name: "x", inputs: [], shape, rounding: "RND", overflow: "SAT" },
    types: { per: "tensor", items: [type] },
    ranges: { per: "tensor", items: [{ lo: type.signed ? -most - 1n : 0n, hi: most }] },
  };
  const graph: RandomGraph = { random, options, nodes: [input] };
  const first = RANDOM_OPERATORS[shape.length === 3 ? "conv2d" : "dense"](graph, input) as
    | FixedConv2d
    | FixedDense;
  const roots = [first, ...random.array(random.integer(1, 3), () => sibling(graph, first))];
  const behind = random.array(random.integer(0, 3), (): OperatorName => random.pick(POINTWISE));
  const branches = roots.map((root) => {
    const branch: FixedNode[] = [root];
    for (const op of behind) branch.push(RANDOM_OPERATORS[op](graph, branch.at(-1) as FixedNode));
    return branch;
  });
  const values = branches.map((branch) => branch.at(-1) as FixedNode);
  // What something else reads as well ends its branch.
  if (random.chance(0.2)) values.push(random.pick(branches.flat()));
  const outputs = [...new Set(values)].map(({ name }) => ({ name: `out ${name}`, value: name }));
  const fixed: Fixed = { name: `siblings ${seed}`, nodes: graph.nodes, outputs };
  verifyFixed(fixed);
  return fixed;
}

/** A convolution or matrix of the form of another one, with other weights and as many outputs as it likes. */
function sibling(graph: RandomGraph, node: FixedConv2d | FixedDense): FixedConv2d | FixedDense {
  const { random, options, nodes } = graph;
  const from = nodes.find(({ name }) => name === node.inputs[0]) as FixedNode;
  const outputs = random.integer(1, options.outputChannels);
  // All channels, where the other one has groups of them.
  const shape = [...node.kernel.shape.slice(0, -2), from.shape.at(-1) as number, outputs];
  const weight = () => BigInt(random.integer(-15, 15));
  const kernel = { shape, data: random.array(sizeOf(shape), weight) };
  const bias = { shape: [outputs], data: random.array(outputs, weight) };
  const types = { per: "tensor", items: [randomUnit(graph)] } as const;
  const own =
    node.op === "dense"
      ? { op: node.op, kernel, bias, types }
      : {
          ...{ op: node.op, kernel, bias, types },
          ...{ pads: node.pads, strides: node.strides, dilations: node.dilations, groups: 1 },
        };
  return append(graph, own, [from]) as FixedConv2d | FixedDense;
}
