import { UserError } from "../ir/errors.js";
import type { FixedNodeOf, FixedValue } from "../ir/fixed/fixed.js";
import type { PointwiseNode } from "../ir/fixed/pointwise.js";
import { atElement, type Granular } from "../ir/granular.js";
import { evaluateInterpolation, lowerInterpolation } from "./interpolate.js";
import { lowerLinear } from "./linear/index.js";
import { indexBits, lowerFunction, lowerSteps, TABLE_INPUTS, valueAt } from "./lookup.js";
import type { ModuleBuilder, Signal } from "./module-builder.js";
import { evaluateRequantization, lowerRequantization, type Requantization } from "./requantize.js";
import { clampSignal, reluSignal } from "./round.js";

/** How many channels a value has: its last axis. */
export function channelsOf({ shape }: FixedValue): number {
  return shape.at(-1) ?? 1;
}

/** What a requantization does with one element; `source` is what it reads. */
export function requantizationAt(
  node: FixedNodeOf<"requantize">,
  source: FixedValue,
  element: number,
): Requantization {
  const channels = channelsOf(node);
  return {
    from: atElement(source.types, element, channelsOf(source)),
    to: atElement(node.types, element, channels),
    rounding: node.rounding,
    overflow: node.overflow,
    ...(node.limits !== undefined && { limits: atElement(node.limits, element, channels) }),
  };
}

/** The level of an element of a threshold. */
export function levelAt(node: FixedNodeOf<"threshold">, element: number): bigint {
  return node.levels[element % node.levels.length] as bigint;
}

/**
 * What a node does with one element, as text: where it is equal for two elements of the node, the same circuit serves
 * both. `source` is what the node reads.
 */
export function pointwiseKey(node: PointwiseNode, source: FixedValue, element: number): string {
  const item = (granular: Granular<unknown>) =>
    itemIds(granular)[itemIndex(granular, element, channelsOf(node))];
  switch (node.op) {
    case "relu":
    case "interpolate":
      return "";
    case "affine":
      return `${item(node.multiplier)},${item(node.offset)}`;
    case "clamp":
      return `${item(node.limits)}`;
    case "requantize": {
      const from = itemIds(source.types)[itemIndex(source.types, element, channelsOf(source))];
      return `${from},${item(node.types)},${node.limits === undefined ? "" : item(node.limits)}`;
    }
    case "threshold":
      return `${levelAt(node, element)}`;
    case "steps":
      return `${item(node.steps)}`;
    case "table":
      return `${item(node.tables)}`;
  }
}

function itemIndex({ per }: Granular<unknown>, element: number, channels: number): number {
  return per === "tensor" ? 0 : per === "channel" ? element % channels : element;
}

const knownIds = new WeakMap<Granular<unknown>, readonly number[]>();

/** For each item of a granular property, the index of the first one that is equal. */
function itemIds(granular: Granular<unknown>): readonly number[] {
  const known = knownIds.get(granular);
  if (known !== undefined) return known;
  const first = new Map<string, number>();
  const ids = granular.items.map((item, i) => {
    const text = JSON.stringify(item, (_, value) => (typeof value === "bigint" ? `${value}` : value));
    const id = first.get(text) ?? i;
    first.set(text, id);
    return id;
  });
  knownIds.set(granular, ids);
  return ids;
}

/** The integer semantics of a pointwise node on one element. */
export function evaluatePointwise(
  node: PointwiseNode,
  source: FixedValue,
  element: number,
  k: bigint,
): bigint {
  const channels = channelsOf(node);
  switch (node.op) {
    case "relu":
      return k < 0n ? 0n : k;
    case "affine":
      return atElement(node.multiplier, element, channels) * k + atElement(node.offset, element, channels);
    case "clamp": {
      const { lo, hi } = atElement(node.limits, element, channels);
      return k < lo ? lo : k > hi ? hi : k;
    }
    case "requantize":
      return evaluateRequantization(requantizationAt(node, source, element), k);
    case "threshold":
      return k >= levelAt(node, element) ? 1n : 0n;
    case "steps":
      return valueAt(atElement(node.steps, element, channels), k);
    case "table": {
      const { low, entries } = atElement(node.tables, element, channels);
      return entries[Number(k - low)] as bigint;
    }
    case "interpolate":
      return evaluateInterpolation(node, k);
  }
}

/** One pointwise node on one element. */
export function lowerPointwise(
  builder: ModuleBuilder,
  node: PointwiseNode,
  source: FixedValue,
  element: number,
  signal: Signal,
): Signal {
  const channels = channelsOf(node);
  switch (node.op) {
    case "relu":
      return reluSignal(builder, signal);
    case "affine": {
      const weights = [atElement(node.multiplier, element, channels)];
      const bias = atElement(node.offset, element, channels);
      return lowerLinear(builder, [signal], [{ weights, bias }])[0] as Signal;
    }
    case "clamp":
      return clampSignal(builder, signal, atElement(node.limits, element, channels));
    case "requantize":
      return lowerRequantization(builder, signal, requantizationAt(node, source, element));
    case "threshold":
      return builder.atLeast(signal, levelAt(node, element));
    case "steps":
      return lowerSteps(builder, signal, atElement(node.steps, element, channels));
    case "table": {
      checkIndex(node, signal, indexBits(signal.range));
      const evaluate = (k: bigint) => evaluatePointwise(node, source, element, k);
      return lowerFunction(builder, signal, evaluate);
    }
    case "interpolate":
      checkIndex(node, signal, indexBits(signal.range) - node.step);
      return lowerInterpolation(builder, signal, node);
  }
}

function checkIndex(node: PointwiseNode, { range }: Signal, bits: number): void {
  if (bits <= TABLE_INPUTS) return;
  throw new UserError(
    `a table over ${range.lo}..${range.hi} needs an index of ${bits} bits; firmware takes up to ${TABLE_INPUTS}`,
    { where: `node '${node.name}'`, hint: "Quantize what this node reads to fewer bits." },
  );
}
