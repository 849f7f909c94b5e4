import type { FixedNode, FixedOp } from "../../../src/ir/fixed/fixed.js";
import { type FixedType, fractionBits, type Interval, typeRange } from "../../../src/ir/fixed-point.js";
import {
  atElement,
  type Granular,
  granularLength,
  mapGranular,
  perTensor,
} from "../../../src/ir/granular.js";
import { channelHulls, hullOf } from "../../../src/ir/interval.js";
import { sizeOf } from "../../../src/ir/tensor.js";
import {
  align,
  append,
  bitsOf,
  narrowed,
  partner,
  type RandomGraph,
  type RandomOperator,
  randomConstant,
  randomGranular,
  randomUnit,
  unify,
} from "./graph.js";
import { MOVEMENT_MAKERS } from "./movements.js";
import { ROW_MAKERS } from "./rows.js";

const ONES = { rows: 1, columns: 1 };

/** An image: `from` where it is one, else the graph's first input. */
const image = ({ nodes }: RandomGraph, from: FixedNode): FixedNode =>
  from.shape.length === 3 ? from : (nodes[0] as FixedNode);

/** Weights of a matrix or kernel whose last two axes are inputs and outputs; some of those are all zero. */
function weights({ random, options }: RandomGraph, shape: readonly number[]) {
  const [inputs, outputs] = shape.slice(-2) as [number, number];
  const deadInput = random.chance(0.2) ? random.integer(0, inputs - 1) : -1;
  const deadOutput = random.chance(0.2) ? random.integer(0, outputs - 1) : -1;
  const integer = () => random.within(typeRange({ signed: true, width: options.weightBits, integer: 0 }));
  const data = random.array(sizeOf(shape), (k) => {
    const dead = k % outputs === deadOutput || Math.floor(k / outputs) % inputs === deadInput;
    return dead || random.chance(options.sparsity) ? 0n : integer();
  });
  return {
    kernel: { shape, data },
    bias: { shape: [outputs], data: random.array(outputs, () => integer() * 3n) },
  };
}

export const randomConv2d: RandomOperator = (graph, value) => {
  const { random, options } = graph;
  const from = narrowed(graph, image(graph, value));
  const [rows, columns, channels] = from.shape as [number, number, number];
  const same = options.pads === "same";
  const any = options.structure === "any";
  const size = (most: number, length: number) => {
    if (same) return 2 * random.integer(0, Math.floor((most - 1) / 2)) + 1;
    return random.integer(1, Math.min(most, length));
  };
  const kernelRows = size(options.kernel[0], rows);
  const kernelColumns = size(options.kernel[1], columns);
  const pad = (kernel: number) =>
    same ? (kernel - 1) / 2 : random.chance(0.4) ? 0 : random.integer(0, kernel);
  const pads = {
    top: pad(kernelRows),
    bottom: pad(kernelRows),
    left: pad(kernelColumns),
    right: pad(kernelColumns),
  };
  const groups = any && random.chance(0.3) ? channels : 1;
  const outputs = groups * random.integer(1, Math.max(1, Math.floor(options.outputChannels / groups)));
  const strides =
    any && random.chance(0.4) ? { rows: random.integer(1, 2), columns: random.integer(1, 3) } : ONES;
  const fits = (kernel: number, length: number, before: number, after: number) =>
    2 * (kernel - 1) + 1 <= length + before + after && random.chance(0.3) ? 2 : 1;
  const dilations = any
    ? {
        rows: fits(kernelRows, rows, pads.top, pads.bottom),
        columns: fits(kernelColumns, columns, pads.left, pads.right),
      }
    : ONES;
  const constants = weights(graph, [kernelRows, kernelColumns, channels / groups, outputs]);
  const types = unitTypes(graph, outputs);
  return append(graph, { op: "conv2d", ...constants, pads, strides, dilations, groups, types }, [from]);
};

/** Types that say the units of the channels only. */
function unitTypes(graph: RandomGraph, channels: number): Granular<FixedType> {
  if (graph.options.structure === "any" && graph.random.chance(0.3)) {
    return { per: "channel", items: graph.random.array(channels, () => randomUnit(graph)) };
  }
  const chain = { ...graph, options: { ...graph.options, scales: 0 } };
  return perTensor(randomUnit(graph.options.structure === "any" ? graph : chain));
}

const randomDense: RandomOperator = (graph, value) => {
  const from = narrowed(graph, value.shape.length === 0 ? (graph.nodes[0] as FixedNode) : value);
  const outputs = graph.random.integer(1, graph.options.outputChannels);
  const constants = weights(graph, [from.shape.at(-1) as number, outputs]);
  return append(graph, { op: "dense", ...constants, types: unitTypes(graph, outputs) }, [from]);
};

const randomAffine: RandomOperator = (graph, value) => {
  const from = narrowed(graph, value);
  const integer = () => graph.random.within({ lo: -20n, hi: 20n });
  return append(
    graph,
    {
      op: "affine",
      multiplier: randomGranular(graph, from.shape, () => (graph.random.chance(0.3) ? 1n : integer())),
      offset: graph.random.chance(0.4) ? perTensor(0n) : randomGranular(graph, from.shape, integer),
      types: randomGranular(graph, from.shape, () => randomUnit(graph)),
    },
    [from],
  );
};

function binary(op: "add" | "subtract" | "multiply" | "maximum" | "minimum"): RandomOperator {
  return (graph, value) => {
    const from = narrowed(graph, value, 40);
    const operands = [from, graph.random.chance(0.15) ? from : narrowed(graph, partner(graph, from), 40)];
    return append(graph, { op }, op === "multiply" ? operands : align(graph, operands));
  };
}

export const randomRelu: RandomOperator = (graph, from) => append(graph, { op: "relu" }, [from]);

/** An interval near the ends of a range, so that both of its ends act, and do not. */
function within({ random }: RandomGraph, { lo, hi }: Interval): Interval {
  const [a, b] = [random.within({ lo: lo - 2n, hi: hi + 2n }), random.within({ lo: lo - 2n, hi: hi + 2n })];
  return a < b ? { lo: a, hi: b } : { lo: b, hi: a };
}

const randomClamp: RandomOperator = (graph, from) =>
  append(
    graph,
    { op: "clamp", limits: randomGranular(graph, from.shape, () => within(graph, hullOf(from.ranges))) },
    [from],
  );

export const randomRequantize: RandomOperator = (graph, from) => {
  const { random, options } = graph;
  const channels = from.shape.at(-1) ?? 1;
  const any = options.structure === "any";
  // Types near the range of what comes in, so that rounding and overflow both happen, and both not.
  const near = (i: number): FixedType => {
    const type = atElement(from.types, i, channels);
    const fraction = fractionBits(type) - random.integer(-2, 5);
    const width = random.chance(0.08) ? 0 : Math.max(1, type.width - random.integer(-2, 8));
    const scale = any && type.scale !== undefined && random.chance(0.5) ? { scale: type.scale } : {};
    return { signed: random.chance(0.5), width, integer: width - fraction, ...scale };
  };
  const coarse = options.granularities.filter((per) => per !== "element");
  const per = random.pick(from.types.per === "element" ? options.granularities : coarse);
  // After it, a convolution wants one binary point again; half of the nodes keep theirs apart.
  const common = fractionBits(near(0));
  const apart = any && random.chance(0.5);
  const types: Granular<FixedType> = {
    per,
    items: random.array(granularLength(per, from.shape), (i) => {
      const type = near(per === "element" ? i : i % channels);
      return apart ? type : { ...type, integer: type.width - common };
    }),
  };
  const rounding = random.pick(options.roundings);
  const overflow = random.pick(options.overflows);
  const narrow = any && overflow === "SAT" && random.chance(0.4);
  const limits = narrow && {
    limits: mapGranular(types, (type): Interval => {
      const range = typeRange(type);
      const [a, b] = [random.within(range), random.within(range)];
      return a < b ? { lo: a, hi: b } : { lo: b, hi: a };
    }),
  };
  return append(graph, { op: "requantize", rounding, overflow, types, ...limits }, [from]);
};

export const randomThreshold: RandomOperator = (graph, from) => {
  const channels = from.shape.at(-1) ?? 1;
  const levels = graph.random.array(channels, (c) => {
    const { lo, hi } = atElement(from.ranges, c, channels);
    return graph.random.within({ lo: lo - 3n, hi: hi + 3n });
  });
  return append(graph, { op: "threshold", levels }, [from]);
};

const randomSteps: RandomOperator = (graph, from) => {
  const { random } = graph;
  const range = hullOf(from.ranges);
  const steps = randomGranular(graph, from.shape, () => {
    const count = random.integer(0, 5);
    const levels = random
      .array(count, () => random.within(range))
      .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return { levels, values: random.array(count + 1, () => random.within({ lo: -40n, hi: 40n })) };
  });
  return append(graph, { op: "steps", steps, types: perTensor(randomUnit(graph)) }, [from]);
};

const randomTable: RandomOperator = (graph, value) => {
  const { random } = graph;
  const from = narrowed(graph, value, random.integer(3, 6));
  const channels = from.shape.at(-1) ?? 1;
  const per = random.pick(["tensor", "channel"] as const);
  const hulls = per === "tensor" ? [hullOf(from.ranges)] : channelHulls(from.ranges, from.shape);
  const tables = hulls.slice(0, per === "tensor" ? 1 : channels).map(({ lo, hi }) => {
    const low = lo - BigInt(random.integer(0, 2));
    const count = Number(hi - low) + 1 + random.integer(0, 2);
    return { low, entries: random.array(count, () => random.within({ lo: -90n, hi: 90n })) };
  });
  return append(graph, { op: "table", tables: { per, items: tables }, types: perTensor(randomUnit(graph)) }, [
    from,
  ]);
};

const randomInterpolate: RandomOperator = (graph, value) => {
  const { random } = graph;
  const from = narrowed(graph, value, random.integer(4, 10));
  const step = random.integer(Math.max(0, bitsOf(from) - 4), Math.max(2, bitsOf(from)));
  const { lo, hi } = hullOf(from.ranges);
  const low = lo - BigInt(random.integer(0, 3));
  const count = Number((hi - low) >> BigInt(step)) + 2 + random.integer(0, 1);
  const entries = random.array(count, () => random.within({ lo: -900n, hi: 900n }));
  const drop = random.integer(0, 4);
  return append(graph, { op: "interpolate", low, step, drop, entries, types: perTensor(randomUnit(graph)) }, [
    from,
  ]);
};

const randomSelect: RandomOperator = (graph, from) => {
  const condition = randomThreshold(graph, partner(graph, from));
  const [yes, no] = align(graph, [narrowed(graph, from), narrowed(graph, partner(graph, from))]) as [
    FixedNode,
    FixedNode,
  ];
  return append(graph, { op: "select" }, [condition, yes, no]);
};

const randomPool2d: RandomOperator = (graph, value) => {
  const { random } = graph;
  const from = unify(graph, narrowed(graph, image(graph, value)));
  const [rows, columns] = from.shape as [number, number, number];
  const size = {
    rows: random.integer(1, Math.min(3, rows)),
    columns: random.integer(1, Math.min(3, columns)),
  };
  const strides = { rows: random.integer(1, 2), columns: random.integer(1, 3) };
  // Less padding than the window has taps: each window reaches the image.
  const pad = (most: number) => (random.chance(0.5) ? 0 : random.integer(0, most - 1));
  const pads = {
    top: pad(size.rows),
    bottom: pad(size.rows),
    left: pad(size.columns),
    right: pad(size.columns),
  };
  const dilate = (taps: number, length: number) => (2 * (taps - 1) < length && random.chance(0.2) ? 2 : 1);
  const dilations = { rows: dilate(size.rows, rows), columns: dilate(size.columns, columns) };
  const kind = random.pick(["max", "sum"] as const);
  return append(graph, { op: "pool2d", kind, size, strides, dilations, pads }, [from]);
};

const randomReduce: RandomOperator = (graph, value) => {
  const { random } = graph;
  const from = unify(graph, narrowed(graph, value));
  const axes = from.shape.map((_, axis) => axis).filter(() => random.chance(0.5));
  return append(graph, { op: "reduce", kind: random.pick(["sum", "max", "min"] as const), axes }, [from]);
};

const randomArgmax: RandomOperator = (graph, value) => {
  const from = unify(
    graph,
    narrowed(graph, value.shape.length === 0 ? (graph.nodes[0] as FixedNode) : value),
  );
  return append(graph, { op: "argmax", last: graph.random.chance(0.5) }, [from]);
};

export type OperatorName = Exclude<FixedOp, "input">;

/** How random graphs append each operator. A missing entry is a type error. */
export const RANDOM_OPERATORS: { readonly [Op in OperatorName]: RandomOperator } = {
  constant: (graph, from) => randomConstant(graph, from.shape),
  conv2d: randomConv2d,
  dense: randomDense,
  affine: randomAffine,
  add: binary("add"),
  subtract: binary("subtract"),
  multiply: binary("multiply"),
  maximum: binary("maximum"),
  minimum: binary("minimum"),
  relu: randomRelu,
  clamp: randomClamp,
  requantize: randomRequantize,
  threshold: randomThreshold,
  steps: randomSteps,
  table: randomTable,
  interpolate: randomInterpolate,
  select: randomSelect,
  pool2d: randomPool2d,
  reduce: randomReduce,
  argmax: randomArgmax,
  ...MOVEMENT_MAKERS,
  ...ROW_MAKERS,
};

/** Appends a node of this operator that reads any earlier value. */
export function appendRandom(graph: RandomGraph, op: OperatorName): FixedNode {
  return RANDOM_OPERATORS[op](graph, graph.random.pick(graph.nodes));
}
