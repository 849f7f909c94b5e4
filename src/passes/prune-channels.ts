import type { Fixed, FixedConv2d, FixedNode } from "../ir/fixed/fixed.js";
import type { Interval } from "../ir/fixed-point.js";
import type { Granular } from "../ir/granular.js";
import { nodesByName, useCounts } from "../ir/graph.js";
import { channelHulls } from "../ir/interval.js";
import type { Pass } from "./pass.js";
import { rebuild } from "./rebuild.js";

/**
 * Removes channels between two convolutions that change nothing: those that are always 0, and those that the second
 * convolution multiplies by 0 everywhere.
 */
export const pruneChannels: Pass = (fixed) => {
  let pruned = fixed;
  // From the last convolution to the first: a removed channel can leave one before it without a reader.
  for (const node of fixed.nodes.toReversed()) {
    if (node.op === "conv2d") pruned = pruneBefore(pruned, node.name);
  }
  return pruned;
};

/** The convolution and the pointwise nodes behind it that feed `name`, if nothing else reads any of them. */
function feedingChain(fixed: Fixed, name: string): readonly FixedNode[] | undefined {
  const nodes = nodesByName(fixed);
  const uses = useCounts(fixed);
  const chain: FixedNode[] = [];
  let node = nodes.get(nodes.get(name)?.inputs[0] ?? "");
  while (node !== undefined && uses.get(node.name) === 1 && node.types.per !== "element") {
    chain.unshift(node);
    if (node.op === "conv2d") return chain;
    node = nodes.get(node.inputs[0] ?? "");
  }
  return undefined;
}

function pruneBefore(fixed: Fixed, name: string): Fixed {
  const chain = feedingChain(fixed, name);
  const reader = fixed.nodes.find((node) => node.name === name) as FixedConv2d;
  const last = chain?.at(-1);
  if (chain === undefined || last === undefined) return fixed;
  const channels = reader.kernel.shape[2] as number;
  const ranges = channelHulls(last.ranges, last.shape);
  const kept = Array.from({ length: channels }, (_, i) => i).filter((i) => {
    const { lo, hi } = ranges[i] as Interval;
    return (lo !== 0n || hi !== 0n) && isRead(reader, i);
  });
  // A convolution keeps at least one channel, so that shapes stay what they are.
  if (kept.length === channels || kept.length === 0) return fixed;
  const names = new Set(chain.map((node) => node.name));
  return rebuild(fixed, (node) => {
    if (node.name === name) return keepInputs(node as FixedConv2d, kept);
    return names.has(node.name) ? keepChannels(node, kept) : node;
  });
}

function isRead(conv: FixedConv2d, channel: number): boolean {
  const [rows, columns, channels, outputs] = conv.kernel.shape as [number, number, number, number];
  for (let tap = 0; tap < rows * columns; tap++) {
    const start = (tap * channels + channel) * outputs;
    if (conv.kernel.data.slice(start, start + outputs).some((weight) => weight !== 0n)) return true;
  }
  return false;
}

function keepInputs(conv: FixedConv2d, kept: readonly number[]): FixedConv2d {
  const [rows, columns, channels, outputs] = conv.kernel.shape as [number, number, number, number];
  const keep = new Set(kept);
  const data = conv.kernel.data.filter((_, i) => keep.has(Math.floor(i / outputs) % channels));
  return { ...conv, kernel: { shape: [rows, columns, kept.length, outputs], data } };
}

function keepChannels(node: FixedNode, kept: readonly number[]): FixedNode {
  const types = select(node.types, kept);
  switch (node.op) {
    case "conv2d": {
      const [rows, columns, channels, outputs] = node.kernel.shape as [number, number, number, number];
      const keep = new Set(kept);
      const data = node.kernel.data.filter((_, i) => keep.has(i % outputs));
      const bias = { shape: [kept.length], data: kept.map((o) => node.bias.data[o] as bigint) };
      return { ...node, types, kernel: { shape: [rows, columns, channels, kept.length], data }, bias };
    }
    case "threshold":
      return { ...node, types, levels: kept.map((c) => node.levels[c] as bigint) };
    default:
      return { ...node, types };
  }
}

function select<T>(granular: Granular<T>, kept: readonly number[]): Granular<T> {
  return granular.per === "channel"
    ? { per: "channel", items: kept.map((c) => granular.items[c] as T) }
    : granular;
}
