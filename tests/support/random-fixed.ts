import type { Fixed, FixedNode, FixedValue } from "../../src/ir/fixed/fixed.js";
import { verifyFixed } from "../../src/ir/fixed/verify.js";
import {
  type FixedType,
  type Interval,
  OVERFLOWS,
  type Overflow,
  ROUNDINGS,
  type Rounding,
  typeRange,
} from "../../src/ir/fixed-point.js";
import { atElement, type Granular, mapGranular } from "../../src/ir/granular.js";
import { sizeOf } from "../../src/ir/tensor.js";
import { Random } from "./random.js";
import { type RandomGraph, type RandomOperator, randomGranular, randomScale } from "./random-fixed/graph.js";
import {
  appendRandom,
  type OperatorName,
  RANDOM_OPERATORS,
  randomConv2d,
  randomRelu,
  randomRequantize,
  randomThreshold,
} from "./random-fixed/operators.js";

/** What random graphs may contain. Defaults: everything, small. */
export interface RandomFixedOptions {
  /** "chain": input → [conv2d → relu? → requantize?]* → threshold?; "any": every operator, taking any earlier values. */
  readonly structure: "chain" | "any";
  /** The operators of graphs of structure "any"; what brings operands to one unit comes on top. */
  readonly operators: readonly OperatorName[];
  /** Share of the types with a scale, in graphs of structure "any". */
  readonly scales: number;
  readonly layers: readonly [min: number, max: number];
  /** Rows, columns and channels of the input, at most. */
  readonly image: readonly [rows: number, columns: number, channels: number];
  /** Rows and columns of a kernel, at most (odd and even ones come). */
  readonly kernel: readonly [rows: number, columns: number];
  readonly outputChannels: number;
  /** "same": padded so that rows and columns stay, with odd kernels; "any": any pads from 0 to the kernel's size. */
  readonly pads: "same" | "any";
  /** Widths of input types and of weights, at most, in bits. */
  readonly inputBits: number;
  readonly weightBits: number;
  /** Share of the weights that are zero. */
  readonly sparsity: number;
  readonly granularities: readonly Granular<unknown>["per"][];
  readonly roundings: readonly Rounding[];
  readonly overflows: readonly Overflow[];
}

const ALL = Object.keys(RANDOM_OPERATORS) as OperatorName[];

export const RANDOM_FIXED: RandomFixedOptions = {
  structure: "any",
  operators: ALL,
  scales: 0.2,
  layers: [1, 6],
  image: [4, 6, 3],
  kernel: [3, 4],
  outputChannels: 4,
  pads: "any",
  inputBits: 8,
  weightBits: 6,
  sparsity: 0.4,
  granularities: ["tensor", "channel", "element"],
  roundings: ROUNDINGS,
  overflows: OVERFLOWS,
};

/** Image convolution chains as hardware takes them: same padding, types per tensor or channel, few bits. */
export const RANDOM_CHAIN: RandomFixedOptions = {
  ...RANDOM_FIXED,
  structure: "chain",
  layers: [1, 3],
  kernel: [3, 5],
  pads: "same",
  inputBits: 4,
  weightBits: 4,
  granularities: ["tensor", "channel"],
};

/** A verified random graph: the same seed and options give the same graph. */
export function randomFixed(seed: number, options: Partial<RandomFixedOptions> = {}): Fixed {
  const all = { ...RANDOM_FIXED, ...options };
  const random = new Random(seed);
  const nodes: FixedNode[] = [randomInput(random, all, "input")];
  if (all.structure === "any" && random.chance(0.3)) nodes.push(randomInput(random, all, "input/2"));
  const graph: RandomGraph = { random, options: all, nodes };
  const append = (make: RandomOperator) => make(graph, nodes.at(-1) as FixedNode);
  const layers = random.integer(...all.layers);
  for (let layer = 0; layer < layers; layer++) {
    if (all.structure === "any") {
      appendRandom(graph, random.pick(all.operators));
      continue;
    }
    append(randomConv2d);
    if (random.chance(0.6)) append(randomRelu);
    if (layer < layers - 1 || random.chance(0.3)) append(randomRequantize);
  }
  if (all.structure === "chain" && random.chance(0.5)) append(randomThreshold);
  const outputs = [{ name: "out", value: (nodes.at(-1) as FixedNode).name }];
  if (all.structure === "any") outputs.push({ name: "other output", value: random.pick(nodes).name });
  const fixed: Fixed = { name: `random ${seed}`, nodes, outputs };
  verifyFixed(fixed);
  return fixed;
}

/** Random integers for the inputs of a graph, within their ranges, by input name. */
export function randomInputs(random: Random, fixed: Fixed, occupancy = 1): Record<string, readonly bigint[]> {
  const inputs = fixed.nodes.filter(({ op }) => op === "input");
  return Object.fromEntries(inputs.map((node) => [node.name, randomIntegers(random, node, occupancy)]));
}

/** Random integers within the ranges of a value; a share 1 − occupancy of them is 0 where the range allows it. */
export function randomIntegers(random: Random, value: FixedValue, occupancy = 1): readonly bigint[] {
  const channels = value.shape.at(-1) ?? 1;
  return random.array(sizeOf(value.shape), (i) => {
    const range = atElement(value.ranges, i, channels);
    const empty = range.lo <= 0n && range.hi >= 0n && !random.chance(occupancy);
    return empty ? 0n : random.within(range);
  });
}

/** Any type of up to `bits` bits: I negative and above W too, width 0, both signs. */
export function randomType(random: Random, bits: number): FixedType {
  const width = random.chance(0.08) ? 0 : random.integer(1, bits);
  return { signed: random.chance(0.5), width, integer: random.integer(-2, width + 2) };
}

/** A random input, of a random shape of at most `options.image` unless one is given. */
export function randomInput(
  random: Random,
  options: RandomFixedOptions,
  name: string,
  shape: readonly number[] = options.image.map((most) => random.integer(1, most)),
): FixedNode {
  // A convolution adds what its channels hold as it is: one binary point for all.
  const integer = random.integer(-3, 3);
  const fraction = random.integer(0, options.inputBits) - integer;
  const scale = options.structure === "any" ? randomScale(random, options) : {};
  const types = randomGranular({ random, options }, shape, (): FixedType => {
    const width = random.chance(0.08) ? 0 : random.integer(1, options.inputBits);
    const apart = options.structure === "any" && random.chance(0.1) ? random.integer(-2, 2) : 0;
    return { signed: random.chance(0.5), width, integer: width - fraction - apart, ...scale };
  });
  const ranges = mapGranular(types, (type): Interval => {
    const range = typeRange(type);
    if (random.chance(0.5)) return range;
    const ends = [random.within(range), random.within(range)];
    return ends[0] < ends[1] ? { lo: ends[0], hi: ends[1] } : { lo: ends[1], hi: ends[0] };
  });
  return { op: "input", name, inputs: [], shape, types, ranges, rounding: "RND", overflow: "SAT" };
}
