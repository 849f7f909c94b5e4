import type { FixedNode, FixedOp } from "../ir/fixed/fixed.js";
import { fractionBits } from "../ir/fixed-point.js";
import { atElement } from "../ir/granular.js";
import type { ModuleBuilder, Signal } from "./module-builder.js";
import { overflowSignal, roundingConstant, roundSignal } from "./round.js";

/** How firmware computes each operation of the Fixed language. A missing entry is a type error. */
const KIND = {
  input: "port",
  conv2d: "window",
  relu: "pointwise",
  requantize: "pointwise",
  threshold: "pointwise",
} as const satisfies Readonly<Record<FixedOp, "port" | "window" | "pointwise">>;

/** Operations that look at one value at a time. */
export type PointwiseOp = {
  [Op in FixedOp]: (typeof KIND)[Op] extends "pointwise" ? Op : never;
}[FixedOp];
export type PointwiseNode = Extract<FixedNode, { op: PointwiseOp }>;

export function isPointwise(node: FixedNode): node is PointwiseNode {
  return KIND[node.op] === "pointwise";
}

/**
 * The constant that may be added to channel `channel` already before the node, in the sum that feeds it, together with
 * the node's way to finish: rounding needs its half, a comparison its level.
 */
export interface Absorbed {
  readonly offset: bigint;
  readonly finish: (builder: ModuleBuilder, signal: Signal) => Signal;
}

/** How a pointwise node is computed from a sum that can absorb a constant. */
export function absorb(node: PointwiseNode, source: FixedNode, channel: number): Absorbed {
  const plain = {
    offset: 0n,
    finish: (builder: ModuleBuilder, signal: Signal) =>
      lowerPointwise(builder, node, source, signal, channel),
  };
  const channels = source.shape.at(-1) ?? 1;
  if (node.op === "threshold") {
    const level = node.levels[channel] as bigint;
    return { offset: -level, finish: (builder, signal) => builder.atLeast(signal, 0n) };
  }
  if (node.op === "requantize") {
    const type = atElement(node.types, channel, channels);
    const drop = fractionBits(atElement(source.types, channel, channels)) - fractionBits(type);
    const offset = roundingConstant(drop, node.rounding);
    if (offset === undefined || offset === 0n) return plain;
    const finish = (builder: ModuleBuilder, signal: Signal) =>
      overflowSignal(builder, builder.shift(signal, -drop), type, node.overflow);
    return { offset, finish };
  }
  return plain;
}

/** One pointwise node on one value of channel `channel`. */
export function lowerPointwise(
  builder: ModuleBuilder,
  node: PointwiseNode,
  source: FixedNode,
  signal: Signal,
  channel: number,
): Signal {
  const channels = source.shape.at(-1) ?? 1;
  switch (node.op) {
    case "relu": {
      const { lo, hi } = signal.range;
      if (lo >= 0n) return signal;
      if (hi <= 0n) return builder.constant(0n);
      const kept = builder.wrap(signal, { lo: 0n, hi });
      return builder.mux(builder.atLeast(signal, 0n), kept, builder.constant(0n));
    }
    case "requantize": {
      const type = atElement(node.types, channel, channels);
      const drop = fractionBits(atElement(source.types, channel, channels)) - fractionBits(type);
      return overflowSignal(builder, roundSignal(builder, signal, drop, node.rounding), type, node.overflow);
    }
    case "threshold":
      return builder.atLeast(signal, node.levels[channel] as bigint);
  }
}
