import type { Fixed, FixedConv2d, FixedDense, FixedNode } from "../ir/fixed/fixed.js";
import type { Interval } from "../ir/fixed-point.js";
import { nodesByName, useCounts } from "../ir/graph.js";
import { channelHulls, isZero } from "../ir/interval.js";
import { keepChannels } from "./keep-channels.js";
import type { Pass } from "./pass.js";
import { rebuild } from "./rebuild.js";

/**
 * Removes channels between two convolutions or matrices that change nothing: those that are always 0, and those that the
 * second one multiplies by 0 everywhere.
 */
export const pruneChannels: Pass = (fixed) => {
  let pruned = fixed;
  // From the last convolution to the first: a removed channel can leave one before it without a reader.
  for (const node of fixed.nodes.toReversed()) {
    if (isMatrix(node)) pruned = pruneBefore(pruned, node.name);
  }
  return pruned;
};

/** A node that reads all of its input's channels and makes its own; groups tie channels together. */
function isMatrix(node: FixedNode): node is FixedConv2d | FixedDense {
  return node.op === "dense" || (node.op === "conv2d" && node.groups === 1);
}

/** The convolution or matrix and the nodes behind it that feed `name`, if nothing else reads any of them. */
function feedingChain(fixed: Fixed, name: string): readonly FixedNode[] | undefined {
  const nodes = nodesByName(fixed);
  const uses = useCounts(fixed);
  const chain: FixedNode[] = [];
  let node = nodes.get(nodes.get(name)?.inputs[0] ?? "");
  while (node !== undefined && uses.get(node.name) === 1) {
    chain.unshift(node);
    if (isMatrix(node)) return chain;
    // What takes several values does not end in one chain.
    node = node.inputs.length === 1 ? nodes.get(node.inputs[0] as string) : undefined;
  }
  return undefined;
}

function pruneBefore(fixed: Fixed, name: string): Fixed {
  const chain = feedingChain(fixed, name);
  const reader = fixed.nodes.find((node) => node.name === name) as FixedConv2d | FixedDense;
  const last = chain?.at(-1);
  if (chain === undefined || last === undefined) return fixed;
  const channels = last.shape.at(-1) as number;
  const ranges = channelHulls(last.ranges, last.shape);
  const read = readChannels(reader);
  const kept = Array.from({ length: channels }, (_, i) => i).filter(
    (i) => !isZero(ranges[i] as Interval) && read[i],
  );
  // A convolution keeps at least one channel, so that shapes stay what they are.
  if (kept.length === channels || kept.length === 0) return fixed;
  const pruned = new Map<string, FixedNode>();
  for (const node of chain) {
    const result = keepChannels(node, kept);
    if (result === undefined) return fixed;
    pruned.set(node.name, result);
  }
  return rebuild(fixed, (node) => {
    if (node.name === name) return keepInputs(node as FixedConv2d | FixedDense, kept);
    return pruned.get(node.name) ?? node;
  });
}

/** For each input channel, whether any weight other than 0 reads it. */
function readChannels({ kernel }: FixedConv2d | FixedDense): readonly boolean[] {
  const [channels, outputs] = kernel.shape.slice(-2) as [number, number];
  const read = new Array<boolean>(channels).fill(false);
  for (const [i, weight] of kernel.data.entries()) {
    if (weight !== 0n) read[Math.floor(i / outputs) % channels] = true;
  }
  return read;
}

function keepInputs(node: FixedConv2d | FixedDense, kept: readonly number[]): FixedNode {
  const [channels, outputs] = node.kernel.shape.slice(-2) as [number, number];
  const keep = new Set(kept);
  const data = node.kernel.data.filter((_, i) => keep.has(Math.floor(i / outputs) % channels));
  const shape = node.kernel.shape.with(-2, kept.length);
  return { ...node, kernel: { shape, data } };
}
