import type { Fixed, FixedAffine, FixedConv2d, FixedDense, FixedNode } from "../ir/fixed/fixed.js";
import { type FixedType, typeOfUnit, unitOf } from "../ir/fixed-point.js";
import { atChannel, channelItems, collapse, type Granular, zipGranular } from "../ir/granular.js";
import { useCounts } from "../ir/graph.js";
import { ZERO } from "../ir/interval.js";
import { isMovement } from "../ir/movement.js";
import { gcd, ratio, times } from "../ir/ratio.js";
import { sizeOf } from "../ir/tensor.js";
import type { Pass } from "./pass.js";
import { rebuild } from "./rebuild.js";
import { removeDead } from "./remove-dead.js";

type Linear = FixedConv2d | FixedDense | FixedAffine;

/**
 * Puts an affine into the coefficients of the convolution, matrix or affine that it alone reads, where that takes no more
 * adders. Where all readers take values in any unit, a factor that all coefficients of a channel have goes into its unit.
 */
export const mergeAffine: Pass = (fixed) => {
  const live = removeDead(fixed);
  const uses = useCounts(live);
  const anyUnit = readInAnyUnit(live);
  const merged = rebuild(live, (node, [source]) => {
    if (node.op !== "affine" || source === undefined || uses.get(source.name) !== 1) return node;
    const composed = compose(node, source);
    if (composed === undefined) return node;
    const reduced = anyUnit.has(node.name) ? withoutCommonFactors(composed) : composed;
    return digits(reduced) <= digits(source as Linear) + digits(node) ? reduced : node;
  });
  return removeDead(merged);
};

/** The values of which only requantizations see the integers, directly or behind operators that keep every unit. */
function readInAnyUnit(fixed: Fixed): ReadonlySet<string> {
  const readers = new Map<string, FixedNode[]>();
  for (const node of fixed.nodes) {
    for (const input of node.inputs) readers.set(input, [...(readers.get(input) ?? []), node]);
  }
  const outputs = new Set(fixed.outputs.map(({ value }) => value));
  const found = new Set<string>();
  for (const { name } of fixed.nodes.toReversed()) {
    const keeps = (node: FixedNode) => node.op === "relu" || (isMovement(node) && node.op !== "concat");
    const all = (readers.get(name) ?? []).every(
      (node) => node.op === "requantize" || (keeps(node) && found.has(node.name)),
    );
    if (all && !outputs.has(name)) found.add(name);
  }
  return found;
}

/** The affine of a linear operator as one linear operator; undefined where the source is none or has no such form. */
function compose(affine: FixedAffine, source: FixedNode): Linear | undefined {
  const { name, types } = affine;
  if (source.op === "affine") {
    const { shape } = affine;
    const multiplier = zipGranular(shape, [affine.multiplier, source.multiplier], (a, b) => a * b);
    const offset = zipGranular(
      shape,
      [affine.multiplier, source.offset, affine.offset],
      (a, b, c) => a * b + c,
    );
    return { ...source, name, types, multiplier, offset };
  }
  if (source.op !== "conv2d" && source.op !== "dense") return undefined;
  if ([affine.multiplier, affine.offset, types].some(({ per }) => per === "element")) return undefined;
  const outputs = source.bias.data.length;
  const multipliers = channelItems(affine.multiplier, outputs);
  const kernel = source.kernel.data.map((weight, i) => weight * (multipliers[i % outputs] as bigint));
  const bias = source.bias.data.map((b, o) => b * (multipliers[o] as bigint) + atChannel(affine.offset, o));
  return withCoefficients({ ...source, name, types }, kernel, bias);
}

function withCoefficients<Node extends FixedConv2d | FixedDense>(
  node: Node,
  kernel: readonly bigint[],
  bias: readonly bigint[],
): Node {
  return { ...node, kernel: { ...node.kernel, data: kernel }, bias: { ...node.bias, data: bias } };
}

/** The same values in the coarsest units of which the coefficients are multiples. */
function withoutCommonFactors(node: Linear): Linear {
  if (node.op === "affine") {
    const factors = zipGranular(node.shape, [node.multiplier, node.offset], (m, o) => gcd(m, o) || 1n);
    const divide = (k: bigint, factor: bigint) => k / factor;
    return {
      ...node,
      types: coarser(node, factors),
      multiplier: zipGranular(node.shape, [node.multiplier, factors], divide),
      offset: zipGranular(node.shape, [node.offset, factors], divide),
    };
  }
  const outputs = node.bias.data.length;
  const factors = [...node.bias.data];
  for (const [i, weight] of node.kernel.data.entries()) {
    factors[i % outputs] = gcd(factors[i % outputs] as bigint, weight);
  }
  // A channel that is always 0 keeps its unit.
  const items = factors.map((factor) => (factor === 0n ? 1n : factor < 0n ? -factor : factor));
  const coarse = coarser(node, { per: "channel", items });
  const kernel = node.kernel.data.map((weight, i) => weight / (items[i % outputs] as bigint));
  return withCoefficients(
    { ...node, types: coarse },
    kernel,
    node.bias.data.map((b, o) => b / (items[o] as bigint)),
  );
}

function coarser(node: Linear, factors: Granular<bigint>): Granular<FixedType> {
  const common = collapse(factors, node.shape, (a, b) => a === b);
  if (common.items.every((factor) => factor === 1n)) return node.types;
  return zipGranular(node.shape, [node.types, common], (type, factor) =>
    typeOfUnit(ZERO, times(unitOf(type), ratio(factor, 1n))),
  );
}

/** The nonzero signed digits of all factors of the whole tensor: what the multiplications cost in adders. */
function digits(node: Linear): number {
  const count = (items: readonly bigint[]) => items.reduce((sum, k) => sum + nonzeroDigits(k), 0);
  const size = sizeOf(node.shape);
  if (node.op === "affine") return (count(node.multiplier.items) * size) / node.multiplier.items.length;
  return (count(node.kernel.data) * size) / node.bias.data.length;
}

/** The digits ±1 of the canonical signed digits of k. */
function nonzeroDigits(k: bigint): number {
  const size = k < 0n ? -k : k;
  let [bits, count] = [size ^ (3n * size), 0];
  for (; bits > 0n; bits &= bits - 1n) count++;
  return count;
}
