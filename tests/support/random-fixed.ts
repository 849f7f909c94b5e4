import type { Fixed, FixedNode, FixedValue } from "../../src/ir/fixed/fixed.js";
import { fixedOperator } from "../../src/ir/fixed/operators/index.js";
import { verifyFixed } from "../../src/ir/fixed/verify.js";
import {
  type FixedType,
  fractionBits,
  type Interval,
  OVERFLOWS,
  type Overflow,
  ROUNDINGS,
  type Rounding,
  typeRange,
} from "../../src/ir/fixed-point.js";
import { atElement, type Granular, granularLength, mapGranular } from "../../src/ir/granular.js";
import { sizeOf } from "../../src/ir/tensor.js";
import { Random } from "./random.js";

/** What random graphs may contain. Defaults: everything, small. */
export interface RandomFixedOptions {
  /** "chain": input → [conv2d → relu? → requantize?]* → threshold?; "any": every node takes any earlier value. */
  readonly structure: "chain" | "any";
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

export const RANDOM_FIXED: RandomFixedOptions = {
  structure: "any",
  layers: [1, 5],
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
  const append = (make: (name: string, from: FixedNode) => FixedNode) => {
    const from = all.structure === "chain" ? (nodes.at(-1) as FixedNode) : random.pick(nodes);
    nodes.push(make(`node${nodes.length}`, from));
  };
  if (all.structure === "any" && random.chance(0.3)) nodes.push(randomInput(random, all, "input/2"));
  const layers = random.integer(...all.layers);
  for (let layer = 0; layer < layers; layer++) {
    if (all.structure === "any") {
      append((name, from) =>
        random.pick([randomConv2d, randomRelu, randomRequantize, randomThreshold])(random, all, name, from),
      );
      continue;
    }
    append((name, from) => randomConv2d(random, all, name, from));
    if (random.chance(0.6)) append((name, from) => randomRelu(random, all, name, from));
    if (layer < layers - 1 || random.chance(0.3))
      append((name, from) => randomRequantize(random, all, name, from));
  }
  if (all.structure === "chain" && random.chance(0.5))
    append((name, from) => randomThreshold(random, all, name, from));
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

function randomGranular<T>(
  random: Random,
  options: RandomFixedOptions,
  shape: readonly number[],
  make: () => T,
): Granular<T> {
  const per = random.pick(options.granularities);
  return { per, items: random.array(granularLength(per, shape), make) };
}

function randomInput(random: Random, options: RandomFixedOptions, name: string): FixedNode {
  const shape = options.image.map((most) => random.integer(1, most));
  // A convolution adds what its channels hold as it is: one binary point for all.
  const integer = random.integer(-3, 3);
  const fraction = random.integer(0, options.inputBits) - integer;
  const types = randomGranular(random, options, shape, (): FixedType => {
    const width = random.chance(0.08) ? 0 : random.integer(1, options.inputBits);
    return { signed: random.chance(0.5), width, integer: width - fraction };
  });
  const ranges = mapGranular(types, (type): Interval => {
    const range = typeRange(type);
    if (random.chance(0.5)) return range;
    const ends = [random.within(range), random.within(range)];
    return ends[0] < ends[1] ? { lo: ends[0], hi: ends[1] } : { lo: ends[1], hi: ends[0] };
  });
  return { op: "input", name, inputs: [], shape, types, ranges, rounding: "RND", overflow: "SAT" };
}

const ONES = { rows: 1, columns: 1 };

function randomConv2d(random: Random, options: RandomFixedOptions, name: string, from: FixedNode): FixedNode {
  const [rows, columns, channels] = from.shape;
  const same = options.pads === "same";
  const size = (most: number, image: number) => {
    if (same) return 2 * random.integer(0, Math.floor((most - 1) / 2)) + 1;
    return random.integer(1, Math.min(most, image));
  };
  const kernelRows = size(options.kernel[0], rows);
  const kernelColumns = size(options.kernel[1], columns);
  const outputs = random.integer(1, options.outputChannels);
  const pad = (kernel: number) =>
    same ? (kernel - 1) / 2 : random.chance(0.4) ? 0 : random.integer(0, kernel);
  const pads = {
    top: pad(kernelRows),
    bottom: pad(kernelRows),
    left: pad(kernelColumns),
    right: pad(kernelColumns),
  };
  const deadInput = random.chance(0.2) ? random.integer(0, channels - 1) : -1;
  const deadOutput = random.chance(0.2) ? random.integer(0, outputs - 1) : -1;
  const integer = () => random.within(typeRange({ signed: true, width: options.weightBits, integer: 0 }));
  const kernel = {
    shape: [kernelRows, kernelColumns, channels, outputs],
    data: random.array(kernelRows * kernelColumns * channels * outputs, (k) => {
      const dead = k % outputs === deadOutput || Math.floor(k / outputs) % channels === deadInput;
      return dead || random.chance(options.sparsity) ? 0n : integer();
    }),
  };
  const bias = { shape: [outputs], data: random.array(outputs, () => integer() * 3n) };
  const fraction = random.integer(-2, 6);
  return complete({ op: "conv2d", name, kernel, bias, pads, strides: ONES, dilations: ONES, groups: 1 }, from, {
    signed: true,
    width: 0,
    integer: -fraction,
  });
}

function randomRelu(_: Random, __: RandomFixedOptions, name: string, from: FixedNode): FixedNode {
  return complete({ op: "relu", name }, from);
}

function randomRequantize(
  random: Random,
  options: RandomFixedOptions,
  name: string,
  from: FixedNode,
): FixedNode {
  const channels = from.shape.at(-1) ?? 1;
  // Types near the range of what comes in, so that rounding and overflow both happen, and both not.
  const near = (i: number): FixedType => {
    const type = atElement(from.types, i, channels);
    const fraction = fractionBits(type) - random.integer(-2, 5);
    const width = random.chance(0.08) ? 0 : Math.max(1, type.width - random.integer(-2, 8));
    return { signed: random.chance(0.5), width, integer: width - fraction };
  };
  const coarse = options.granularities.filter((per) => per !== "element");
  const per = random.pick(from.types.per === "element" ? options.granularities : coarse);
  // After it, a convolution wants one binary point again; half of the nodes keep theirs apart.
  const common = fractionBits(near(0));
  const apart = options.structure === "any" && random.chance(0.5);
  const types: Granular<FixedType> = {
    per,
    items: random.array(granularLength(per, from.shape), (i) => {
      const type = near(per === "element" ? i : i % channels);
      return apart ? type : { ...type, integer: type.width - common };
    }),
  };
  const rounding = random.pick(options.roundings);
  const overflow = random.pick(options.overflows);
  const node = {
    op: "requantize",
    name,
    rounding,
    overflow,
    inputs: [from.name],
    shape: from.shape,
    types,
  } as const;
  const ranges = fixedOperator("requantize").ranges(node as never, [from]);
  return { ...node, ranges };
}

function randomThreshold(random: Random, _: RandomFixedOptions, name: string, from: FixedNode): FixedNode {
  const channels = from.shape.at(-1) ?? 1;
  const levels = random.array(channels, (c) => {
    const { lo, hi } = atElement(from.ranges, c, channels);
    return random.within({ lo: lo - 3n, hi: hi + 3n });
  });
  return complete({ op: "threshold", name, levels }, from);
}

/** Adds shape, ranges and types as the operator says; `scale` gives the binary point of a convolution's result. */
function complete(
  own: { readonly op: FixedNode["op"]; readonly name: string } & Record<string, unknown>,
  from: FixedNode,
  scale: FixedType = { signed: true, width: 0, integer: 0 },
): FixedNode {
  const operator = fixedOperator(own.op);
  const draft = { ...own, inputs: [from.name], types: { per: "tensor", items: [scale] } } as never;
  const shape = operator.shape(draft, [from]);
  const ranges = operator.ranges({ ...(draft as object), shape } as never, [from]);
  const types = operator.types({ ...(draft as object), shape } as never, [from], ranges);
  return { ...own, inputs: [from.name], shape, types, ranges } as unknown as FixedNode;
}
