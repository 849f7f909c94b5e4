import { UserError } from "../../src/ir/errors.js";
import type { Fixed, FixedNode } from "../../src/ir/fixed/fixed.js";
import { verifyFixed } from "../../src/ir/fixed/verify.js";
import { perTensor } from "../../src/ir/granular.js";
import { sizeOf } from "../../src/ir/tensor.js";
import { planRaster } from "../../src/lower/raster/index.js";
import { runPasses } from "../../src/passes/index.js";
import { Random } from "./random.js";
import {
  align,
  append,
  narrowed,
  type RandomGraph,
  type RandomOperator,
  randomUnit,
  unify,
} from "./random-fixed/graph.js";
import { RANDOM_OPERATORS } from "./random-fixed/operators.js";
import { RANDOM_FIXED, type RandomFixedOptions, randomInput } from "./random-fixed.js";

/** What a raster takes: the same at all pixels. Values stay narrow, so that they fit a clock. */
const OPTIONS: RandomFixedOptions = {
  ...RANDOM_FIXED,
  image: [6, 7, 3],
  kernel: [3, 3],
  inputBits: 4,
  weightBits: 3,
  scales: 0.1,
  granularities: ["tensor", "channel"],
};

/** Bits of the operands of what multiplies or divides. */
const NARROW = 12;

/** Elements of the largest value. */
const MOST_ELEMENTS = 700;

/** Another value of this shape, or a constant that is the same at all pixels (channels first or last). */
function partner(graph: RandomGraph, from: FixedNode): FixedNode {
  const { random } = graph;
  if (random.chance(0.7))
    return random.pick(imagesOf(graph).filter(({ shape }) => shape.join() === from.shape.join()));
  const first = random.chance(0.3);
  const [image, size] = first
    ? [sizeOf(from.shape.slice(1)), from.shape[0]]
    : [1, sizeOf(from.shape.slice(2))];
  const pixel = random.array(size, () => random.within({ lo: -9n, hi: 9n }));
  const data = random.array(sizeOf(from.shape), (i) => pixel[Math.floor(i / image) % size]);
  return append(
    graph,
    { op: "constant", value: { shape: from.shape, data }, types: perTensor(randomUnit(graph)) },
    [],
  );
}

function binary(op: "add" | "subtract" | "multiply" | "maximum" | "minimum"): RandomOperator {
  return (graph, value) => {
    const operands = [value, partner(graph, value)].map((operand) => narrowed(graph, operand, NARROW));
    return append(graph, { op }, op === "multiply" ? operands : align(graph, operands));
  };
}

/** Rows or columns several times each. */
const enlarge: RandomOperator = (graph, from) => {
  const { random } = graph;
  const axis = random.integer(0, random.chance(0.3) ? from.shape.length - 1 : 1);
  const factor = random.integer(2, 3);
  const indices = random.array(factor * from.shape[axis], (i) => Math.floor(i / factor));
  return append(graph, { op: "gather", axis, indices }, [from]);
};

/** Some of the rows and columns, and of the channels. */
const crop: RandomOperator = (graph, from) => {
  const { random } = graph;
  const axes = from.shape.map((size, axis) => {
    if (random.chance(0.4)) return { start: 0, step: 1, count: size };
    const start = random.integer(0, size - 1);
    const step = random.chance(axis > 1 ? 0.3 : 0.1) ? -1 : random.integer(1, 3);
    const room = step > 0 ? Math.floor((size - 1 - start) / step) : start;
    return { start, step, count: random.integer(1, room + 1) };
  });
  const starts = axes.map(({ start }) => start);
  const steps = axes.map(({ step }) => step);
  return append(graph, { op: "slice", starts, steps, shape: axes.map(({ count }) => count) }, [from]);
};

const pad: RandomOperator = (graph, from) => {
  const counts = () => from.shape.map(() => (graph.random.chance(0.4) ? graph.random.integer(1, 2) : 0));
  return append(graph, { op: "pad", before: counts(), after: counts() }, [from]);
};

const concat: RandomOperator = (graph, from) => {
  const { random } = graph;
  const axis = random.chance(0.6) ? from.shape.length - 1 : random.integer(0, from.shape.length - 1);
  const others = (shape: readonly number[]) => shape.with(axis, 0).join();
  const fits = imagesOf(graph).filter(
    ({ shape }) => shape.length === from.shape.length && others(shape) === others(from.shape),
  );
  const joined = random.array(random.integer(1, 2), () => random.pick(fits));
  return append(graph, { op: "concat", axis }, [from, ...joined]);
};

/** Over the axes of a pixel. */
const reduce: RandomOperator = (graph, value) => {
  const { random } = graph;
  const from = unify(graph, narrowed(graph, value, NARROW));
  const pixel = from.shape.map((_, axis) => axis).filter((axis) => axis > 1 && random.chance(0.8));
  const axes = random.chance(0.3) ? [0] : pixel;
  return append(graph, { op: "reduce", kind: random.pick(["sum", "max", "min"] as const), axes }, [from]);
};

/** The channels in another order. */
const shuffle: RandomOperator = (graph, from) => {
  const axis = graph.random.chance(0.7) ? from.shape.length - 1 : 0;
  const size = from.shape[axis];
  const indices = graph.random.array(graph.random.integer(1, size + 1), () =>
    graph.random.integer(0, size - 1),
  );
  return append(graph, { op: "gather", axis, indices }, [from]);
};

/** One axis for the channels more, or one less. */
const reshape: RandomOperator = (graph, from) => {
  const [rows, columns, ...pixel] = from.shape;
  const size = sizeOf(pixel);
  const shape = pixel.length > 1 ? [size] : graph.random.pick([[1, size], [size, 1], [size]]);
  return append(graph, { op: "reshape", shape: [rows, columns, ...shape] }, [from]);
};

/** The axes of a pixel the other way round, or axes of the image too. */
const transpose: RandomOperator = (graph, from) => {
  const rank = from.shape.length;
  const axes = from.shape.map((_, axis) => axis);
  const [first, ...others] = axes;
  const within = [0, 1, ...axes.slice(2).toReversed()];
  const choices =
    rank < 3
      ? [[1, 0]]
      : [within, [...others, first], [rank - 1, ...axes.slice(0, -1)], [1, 0, ...axes.slice(2)]];
  return moved(graph, from, graph.random.pick(choices));
};

/** A transpose; where it moves only axes of size 1, perhaps as a reshape. */
function moved(graph: RandomGraph, from: FixedNode, permutation: readonly number[]): FixedNode {
  const kept = permutation.filter((axis) => from.shape[axis] !== 1);
  const reshapes = kept.every((axis, i) => i === 0 || axis > kept[i - 1]);
  return reshapes && graph.random.chance(0.7)
    ? append(graph, { op: "reshape", shape: permutation.map((axis) => from.shape[axis]) }, [from])
    : append(graph, { op: "transpose", permutation }, [from]);
}

/** Repeats along axes of size 1, and along new ones before the others. */
const expand: RandomOperator = (graph, from) => {
  const { random } = graph;
  const shape = from.shape.map((size) => (size === 1 && random.chance(0.5) ? 2 : size));
  return append(
    graph,
    { op: "expand", shape: random.chance(0.3) ? [random.integer(1, 2), ...shape] : shape },
    [from],
  );
};

const narrow =
  (op: keyof typeof RANDOM_OPERATORS): RandomOperator =>
  (graph, from) =>
    RANDOM_OPERATORS[op](graph, narrowed(graph, from, NARROW));

/** Operators of images with one axis of channels. */
const windowed =
  (op: "conv2d" | "pool2d"): RandomOperator =>
  (graph, from) => {
    const images = imagesOf(graph).filter(({ shape }) => shape.length === 3);
    return narrow(op)(graph, from.shape.length === 3 ? from : graph.random.pick(images));
  };

/** How a raster graph grows: operators that change the image come often. */
const MAKERS: Readonly<Record<string, RandomOperator>> = {
  conv2d: windowed("conv2d"),
  conv2dAgain: windowed("conv2d"),
  pool2d: windowed("pool2d"),
  pool2dAgain: windowed("pool2d"),
  enlarge,
  crop,
  pad,
  concat,
  concatAgain: concat,
  add: binary("add"),
  addAgain: binary("add"),
  subtract: binary("subtract"),
  multiply: binary("multiply"),
  maximum: binary("maximum"),
  minimum: binary("minimum"),
  reduce,
  shuffle,
  reshape,
  transpose,
  transposeAgain: transpose,
  expand,
  argmax: narrow("argmax"),
  dense: narrow("dense"),
  affine: narrow("affine"),
  relu: RANDOM_OPERATORS.relu,
  clamp: RANDOM_OPERATORS.clamp,
  requantize: RANDOM_OPERATORS.requantize,
  threshold: RANDOM_OPERATORS.threshold,
  steps: narrow("steps"),
  table: narrow("table"),
  interpolate: narrow("interpolate"),
  select: (graph, from) => {
    const condition = RANDOM_OPERATORS.threshold(graph, partner(graph, from));
    const operands = [from, partner(graph, from)].map((operand) => narrowed(graph, operand, NARROW));
    return append(graph, { op: "select" }, [condition, ...align(graph, operands)]);
  },
};

/**
 * A verified random graph that raster firmware takes: branches of strided, dilated and padded windows, enlarged images,
 * several inputs and outputs. What a plan refuses is left out. The same seed gives the same graph.
 */
export function randomRaster(seed: number, layers: readonly [number, number] = [1, 7]): Fixed {
  const random = new Random(seed);
  const image = OPTIONS.image.slice(0, 2).map((most) => random.integer(1, most));
  const nodes: FixedNode[] = [];
  const graph: RandomGraph = { random, options: OPTIONS, nodes };
  for (const name of random.chance(0.3) ? ["input", "input/2"] : ["input"]) imageInput(graph, name, image);
  const wanted = nodes.length + random.integer(...layers);
  for (let tries = 0; nodes.length < wanted && tries < 40; tries++) {
    const before = nodes.length;
    const images = imagesOf(graph);
    const from = random.pick(random.chance(0.6) ? images.slice(-2) : images);
    const node = MAKERS[random.pick(Object.keys(MAKERS))](graph, from);
    if (sizeOf(node.shape) > MOST_ELEMENTS || !fits(nodes, node)) nodes.length = before;
  }
  const outputs = [(nodes.at(-1) as FixedNode).name];
  const live = imagesOf(graph).filter(({ op }) => op !== "constant");
  while (random.chance(0.4)) outputs.push(random.pick(live).name);
  const graphOf = (values: readonly string[]): Fixed => ({
    name: `raster ${seed}`,
    nodes,
    outputs: values.map((value, i) => ({ name: `out${i}`, value })),
  });
  // Whether a raster takes several outputs depends on whether they see the same rows and columns.
  const taken: string[] = [];
  for (const name of outputs) {
    const node = nodes.find((known) => known.name === name) as FixedNode;
    const turns = node.shape.length === 3 && random.chance(0.4);
    const shown = turns ? moved(graph, node, [2, 0, 1]).name : name;
    const other = [shown, name].find((value) => takes(graphOf([...taken, value])));
    if (other !== undefined) taken.push(other);
  }
  // Of inputs alone, nothing may tell that one has channels first.
  if (taken.length === 0) return randomRaster(random.integer(0, 2 ** 31 - 1), layers);
  const fixed = graphOf(taken);
  verifyFixed(fixed);
  return fixed;
}

/** What nodes may read. */
const imagesOf = ({ nodes }: RandomGraph) => nodes;

/** An input of these rows and columns, channels first or last; often of one channel, and mostly brought to the other order. */
function imageInput(graph: RandomGraph, name: string, image: readonly number[]): void {
  const { random, options, nodes } = graph;
  const channels = random.chance(0.4) ? 1 : random.integer(1, options.image[2]);
  if (random.chance(0.5)) {
    nodes.push(randomInput(random, options, name, [...image, channels]));
    return;
  }
  // A type for each column would differ between pixels.
  const alike = { ...options, granularities: ["tensor"] as const };
  const input = randomInput(random, alike, name, [channels, ...image]);
  nodes.push(input);
  if (random.chance(0.7)) moved(graph, input, [1, 2, 0]);
}

/** Whether a raster takes the graph up to a node. */
function fits(nodes: readonly FixedNode[], { name }: FixedNode): boolean {
  return takes({ name: "graph", nodes, outputs: [{ name: "out", value: name }] });
}

/** Whether a raster takes a graph, as it is and as the passes leave it. */
function takes(fixed: Fixed): boolean {
  try {
    planRaster(fixed);
    planRaster(runPasses(fixed));
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}
