import type { FixedValue } from "../ir/fixed/fixed.js";
import type { PointwiseNode } from "../ir/fixed/pointwise.js";
import { type Interval, intervalBits } from "../ir/fixed-point.js";
import { atElement } from "../ir/granular.js";
import { lowerCone } from "./cone.js";
import { LUT_INPUTS } from "./delay.js";
import { lowerLinear } from "./linear/index.js";
import type { LinearSum } from "./linear/sum.js";
import { indexBits, lowerFunction } from "./lookup.js";
import type { ModuleBuilder, Signal } from "./module-builder.js";
import { channelsOf, evaluatePointwise, levelAt, lowerPointwise, requantizationAt } from "./pointwise.js";
import { droppedBits } from "./requantize.js";
import { overflowSignal, reluSignal, roundingConstant, roundingWithin } from "./round.js";

/** Pointwise nodes one behind the other. */
export interface Chain {
  readonly steps: readonly ChainStep[];
  /** Proven bounds of what the first node reads (step −1) and of each node's result, for an element. */
  readonly rangeOf: (step: number, element: number) => Interval;
}

/** A pointwise node and what it reads, as it says of types. */
export interface ChainStep {
  readonly node: PointwiseNode;
  readonly source: FixedValue;
}

/** The nodes from `start` on applied to one element. */
export function lowerChain(
  builder: ModuleBuilder,
  chain: Chain,
  element: number,
  signal: Signal,
  start = 0,
): Signal {
  let value = builder.narrow(signal, chain.rangeOf(start - 1, element));
  for (let i = start; i < chain.steps.length; i++) {
    const { node, source } = chain.steps[i] as ChainStep;
    // What six bits decide is one LUT for each bit of the result, however many nodes it takes.
    if (indexBits(value.range) <= LUT_INPUTS && !isWiring(chain.steps[i] as ChainStep, element, value)) {
      const rest = chain.steps.slice(i);
      return lowerFunction(builder, value, (k) =>
        rest.reduce((x, step) => evaluatePointwise(step.node, step.source, element, x), k),
      );
    }
    if (node.op === "affine") {
      const channels = channelsOf(node);
      const weights = [atElement(node.multiplier, element, channels)];
      const row = { weights, bias: atElement(node.offset, element, channels) };
      return lowerSums(builder, [value], [row], chain, [element], i + 1)[0] as Signal;
    }
    value = builder.narrow(lowerPointwise(builder, node, source, element, value), chain.rangeOf(i, element));
  }
  return value;
}

/** True for a node that takes no logic. */
function isWiring({ node, source }: ChainStep, element: number, { range }: Signal): boolean {
  if (node.op === "relu") return range.lo >= 0n || range.hi <= 0n;
  if (node.op !== "requantize") return false;
  const step = requantizationAt(node, source, element);
  const drop = droppedBits(step);
  if (drop === undefined || (drop > 0 && step.rounding !== "TRN")) return false;
  const shifted = (k: bigint) => (drop > 0 ? k >> BigInt(drop) : k << BigInt(-drop));
  const fits = intervalBits({ lo: shifted(range.lo), hi: shifted(range.hi) });
  return (
    step.overflow === "WRAP" ||
    (step.limits === undefined && fits.signed === step.to.signed && fits.width <= step.to.width)
  );
}

/**
 * Rows of a constant matrix, each with the chain from `start` on behind it. Nodes that only scale by a power of two or
 * add a constant go into the sums, where they cost nothing: an affine, the half of a rounding, the level of a threshold.
 */
export function lowerSums(
  builder: ModuleBuilder,
  inputs: readonly Signal[],
  rows: readonly LinearSum[],
  chain: Chain,
  elements: readonly number[],
  start = 0,
): readonly Signal[] {
  const cones = rows.map((row, i) => coneOf(builder, inputs, row, chain, elements[i] as number, start));
  const summed = [...rows.keys()].filter((i) => cones[i] === undefined);
  const absorbed = summed.map((i) =>
    absorb(chain, elements[i] as number, start, rangeOfRow(inputs, rows[i] as LinearSum)),
  );
  const sums = lowerLinear(
    builder,
    inputs,
    summed.map((row, i) => {
      const { weights, bias } = rows[row] as LinearSum;
      const { multiplier, offset } = absorbed[i] as Absorbed;
      const scaled = multiplier === 1n ? weights : weights.map((weight) => weight * multiplier);
      return { weights: scaled, bias: bias * multiplier + offset };
    }),
  );
  const results = [...cones];
  summed.forEach((row, i) => {
    const element = elements[row] as number;
    const { next, multiplier, offset, finish } = absorbed[i] as Absorbed;
    const bounds = affineRange(chain.rangeOf(start - 1, element), multiplier, offset);
    const sum = builder.narrow(sums[i] as Signal, bounds);
    results[row] = lowerChain(builder, chain, element, finish(builder, sum), next);
  });
  return results as readonly Signal[];
}

/**
 * A row with what is behind it as a table, where few bits decide it. Values of the inputs that do not come together, as in
 * windows at a border, may give sums outside their bounds, where a step need not be defined.
 */
function coneOf(
  builder: ModuleBuilder,
  inputs: readonly Signal[],
  row: LinearSum,
  { steps, rangeOf }: Chain,
  element: number,
  start: number,
): Signal | undefined {
  if (start >= steps.length) return undefined;
  const { lo, hi } = rangeOf(start - 1, element);
  return lowerCone(builder, inputs, row, (k) => {
    const sum = k < lo ? lo : k > hi ? hi : k;
    return steps
      .slice(start)
      .reduce((x, { node, source }) => evaluatePointwise(node, source, element, x), sum);
  });
}

/** What of a chain goes into the sum before it: sum · multiplier + offset, then `finish`, then the node `next`. */
interface Absorbed {
  readonly multiplier: bigint;
  readonly offset: bigint;
  readonly next: number;
  readonly finish: (builder: ModuleBuilder, signal: Signal) => Signal;
}

function absorb({ steps }: Chain, element: number, start: number, range: Interval): Absorbed {
  let [multiplier, offset, next] = [1n, 0n, start];
  for (; next < steps.length; next++) {
    const { node } = steps[next] as ChainStep;
    if (node.op !== "affine") break;
    const factor = atElement(node.multiplier, element, channelsOf(node));
    const size = factor < 0n ? -factor : factor;
    if (size === 0n || (size & (size - 1n)) !== 0n) break;
    multiplier *= factor;
    offset = offset * factor + atElement(node.offset, element, channelsOf(node));
  }
  const plain = { multiplier, offset, next, finish: (_: ModuleBuilder, signal: Signal) => signal };
  const step = steps[next];
  if (step === undefined) return plain;
  if (step.node.op === "threshold") {
    const level = levelAt(step.node, element);
    const finish = (builder: ModuleBuilder, signal: Signal) => builder.atLeast(signal, 0n);
    return { multiplier, offset: offset - level, next: next + 1, finish };
  }
  // A ReLU may wait for the rounding behind it: rounding is monotonic and keeps 0.
  const relu = step.node.op === "relu" ? 1 : 0;
  const rounded = steps[next + relu];
  // A narrow sum becomes a table together with all that follows.
  if (rounded?.node.op !== "requantize" || indexBits(range) <= LUT_INPUTS) return plain;
  const requantization = requantizationAt(rounded.node, rounded.source, element);
  const drop = droppedBits(requantization);
  if (drop === undefined) return plain;
  const { to, overflow, limits, rounding } = requantization;
  const sum = affineRange(range, multiplier, offset);
  const rounds = relu === 1 ? { lo: 0n, hi: sum.hi > 0n ? sum.hi : 0n } : sum;
  const constant = roundingConstant(drop, roundingWithin(rounding, rounds));
  if (constant === undefined || constant === 0n) return plain;
  const finish = (builder: ModuleBuilder, signal: Signal) => {
    const shifted = builder.shift(signal, -drop);
    return overflowSignal(builder, relu === 1 ? reluSignal(builder, shifted) : shifted, to, overflow, limits);
  };
  return { multiplier, offset: offset + constant, next: next + relu + 1, finish };
}

/** Bounds of a sum: every input at its worst. */
function rangeOfRow(inputs: readonly Signal[], { weights, bias }: LinearSum): Interval {
  let [lo, hi] = [bias, bias];
  weights.forEach((weight, i) => {
    const { range } = inputs[i] as Signal;
    lo += weight > 0n ? weight * range.lo : weight * range.hi;
    hi += weight > 0n ? weight * range.hi : weight * range.lo;
  });
  return { lo, hi };
}

/** Bounds of k · multiplier + offset. */
function affineRange({ lo, hi }: Interval, multiplier: bigint, offset: bigint): Interval {
  const ends = [lo * multiplier + offset, hi * multiplier + offset] as const;
  return multiplier > 0n ? { lo: ends[0], hi: ends[1] } : { lo: ends[1], hi: ends[0] };
}
