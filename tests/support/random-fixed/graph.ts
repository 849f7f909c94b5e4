import { completeNode, type NodeSketch } from "../../../src/ir/fixed/build.js";
import type { FixedNode, FixedValue } from "../../../src/ir/fixed/fixed.js";
import {
  type FixedType,
  fractionBits,
  intervalBits,
  typeOfUnit,
  unitOf,
} from "../../../src/ir/fixed-point.js";
import {
  type Granular,
  granularLength,
  mapGranular,
  perTensor,
  zipGranular,
} from "../../../src/ir/granular.js";
import { hullOf, ZERO } from "../../../src/ir/interval.js";
import { commonUnit, exactQuotient, type Ratio, ratio } from "../../../src/ir/ratio.js";
import { sizeOf } from "../../../src/ir/tensor.js";
import type { Random } from "../random.js";
import type { RandomFixedOptions } from "../random-fixed.js";

/** A graph that grows node by node. */
export interface RandomGraph {
  readonly random: Random;
  readonly options: RandomFixedOptions;
  readonly nodes: FixedNode[];
}

/** Appends a node of one operator that reads `from`, after what brings operands to one shape and unit. */
export type RandomOperator = (graph: RandomGraph, from: FixedNode) => FixedNode;

/** Distributes over the operators, unlike Omit on their union. */
type WithoutName<Sketch> = Sketch extends unknown ? Omit<Sketch, "name" | "inputs"> : never;

/** Completes a node, names and appends it. */
export function append(
  { nodes }: RandomGraph,
  own: WithoutName<NodeSketch>,
  inputs: readonly FixedNode[],
): FixedNode {
  const named = { ...own, name: `node${nodes.length}`, inputs: inputs.map(({ name }) => name) };
  const node = completeNode(named as NodeSketch, inputs);
  nodes.push(node);
  return node;
}

/** More elements or bits than these, and random graphs stop to be small. */
export const MOST_ELEMENTS = 300;
const MOST_BITS = 90;

export const bitsOf = (value: FixedValue) => intervalBits(hullOf(value.ranges)).width;

/** A value like `from` of at most `bits` bits: itself, or requantized. */
export function narrowed(graph: RandomGraph, from: FixedNode, bits = MOST_BITS): FixedNode {
  if (bitsOf(from) <= bits) return from;
  const { random, options } = graph;
  const like = from.types.items[0] as FixedType;
  const width = Math.max(1, bits - 1);
  const type = { ...like, signed: random.chance(0.5), width, integer: width - fractionBits(like) };
  const [rounding, overflow] = [random.pick(options.roundings), random.pick(options.overflows)];
  return append(graph, { op: "requantize", rounding, overflow, types: perTensor(type) }, [from]);
}

/** Values of one shape, brought to one unit element by element, as operators that add or compare take them. */
export function align(graph: RandomGraph, values: readonly FixedNode[]): readonly FixedNode[] {
  const [first] = values as [FixedNode];
  const units = values.map(({ types }) => mapGranular(types, unitOf));
  const common = units.reduce((a, b) => zipGranular(first.shape, [a, b], commonUnit));
  return values.map((value, n) => toUnits(graph, value, units[n] as Granular<Ratio>, common));
}

/** A value with one unit for all of its elements. */
export function unify(graph: RandomGraph, value: FixedNode): FixedNode {
  const units = mapGranular(value.types, unitOf);
  return toUnits(graph, value, units, perTensor(units.items.reduce(commonUnit)));
}

function toUnits(
  graph: RandomGraph,
  value: FixedNode,
  units: Granular<Ratio>,
  common: Granular<Ratio>,
): FixedNode {
  const multiplier = zipGranular(value.shape, [units, common], exactQuotient);
  if (multiplier.items.every((m) => m === 1n)) return value;
  const types = mapGranular(common, (unit) => typeOfUnit(ZERO, unit));
  return append(graph, { op: "affine", multiplier, offset: perTensor(0n), types }, [value]);
}

/** A value of the shape of `from`: another node, `from` itself, its elements in another order, or a constant. */
export function partner(graph: RandomGraph, from: FixedNode): FixedNode {
  const { random, nodes } = graph;
  const alike = nodes.filter(({ shape }) => shape.join() === from.shape.join());
  if (random.chance(0.5)) return random.pick(alike);
  if (random.chance(0.5) || from.shape.length === 0) return randomConstant(graph, from.shape);
  const axis = random.integer(0, from.shape.length - 1);
  const size = from.shape[axis] as number;
  const indices = random.array(size, () => random.integer(0, size - 1));
  return append(graph, { op: "gather", axis, indices }, [from]);
}

export function randomConstant(graph: RandomGraph, shape: readonly number[]): FixedNode {
  const { random, options } = graph;
  const span = { lo: -(2n ** BigInt(options.inputBits - 1)), hi: 2n ** BigInt(options.inputBits - 1) };
  const same = random.chance(0.3) ? random.within(span) : undefined;
  const value = { shape, data: random.array(sizeOf(shape), () => same ?? random.within(span)) };
  return append(graph, { op: "constant", value, types: perTensor(randomUnit(graph)) }, []);
}

/** A type that says a unit only. */
export function randomUnit({ random, options }: RandomGraph): FixedType {
  return { signed: true, width: 0, integer: -random.integer(-2, 6), ...randomScale(random, options) };
}

/** A scale for a type, or nothing. */
export function randomScale(random: Random, options: RandomFixedOptions): { scale?: Ratio } {
  // Without scales, no choice is made: chains stay the same for a seed.
  if (options.scales === 0 || !random.chance(options.scales)) return {};
  const odd = () => BigInt(2 * random.integer(0, 5) + 1);
  const scale = ratio(odd(), odd());
  return scale.n === scale.d ? {} : { scale };
}

/** One property for the tensor, or one per channel or element. */
export function randomGranular<T>(
  { random, options }: Pick<RandomGraph, "random" | "options">,
  shape: readonly number[],
  make: (index: number) => T,
): Granular<T> {
  const per = random.pick(options.granularities);
  return { per, items: random.array(granularLength(per, shape), make) };
}
