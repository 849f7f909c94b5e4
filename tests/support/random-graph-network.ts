import { UserError } from "../../src/ir/errors.js";
import type { Fixed, FixedNode } from "../../src/ir/fixed/fixed.js";
import { verifyFixed } from "../../src/ir/fixed/verify.js";
import { type FixedType, typeRange } from "../../src/ir/fixed-point.js";
import { perTensor } from "../../src/ir/granular.js";
import { sizeOf } from "../../src/ir/tensor.js";
import { planGraph } from "../../src/lower/graph/index.js";
import { runPasses } from "../../src/passes/index.js";
import { Random } from "./random.js";
import {
  align,
  append,
  narrowed,
  type RandomGraph,
  type RandomOperator,
  unify,
} from "./random-fixed/graph.js";
import { RANDOM_OPERATORS } from "./random-fixed/operators.js";
import { RANDOM_FIXED, type RandomFixedOptions, randomInput } from "./random-fixed.js";

/** What graph firmware takes: the same for all items. Values stay narrow, so that they fit a clock. */
const OPTIONS: RandomFixedOptions = {
  ...RANDOM_FIXED,
  inputBits: 4,
  weightBits: 3,
  scales: 0.1,
  granularities: ["tensor", "channel"],
};

/** Bits of the operands of what multiplies, divides or exchanges. */
const NARROW = 10;
const MOST_ELEMENTS = 400;

/** How many items of each kind there are, and the lists of indices. */
interface Sizes {
  readonly nodes: number;
  readonly edges: number;
  readonly indices: readonly FixedNode[];
}

/** Values that have an entry for each of so many items along their first axis. */
const itemsOf = ({ nodes }: RandomGraph, items: number) =>
  nodes.filter(({ op, shape }) => op !== "constant" && shape[0] === items && shape.length <= 3);

const rowsAt =
  ({ nodes, indices }: Sizes): RandomOperator =>
  (graph) => {
    const from = unify(graph, narrowed(graph, graph.random.pick(itemsOf(graph, nodes)), NARROW));
    return append(graph, { op: "index_select" }, [from, graph.random.pick(indices)]);
  };

const rowsTo =
  ({ nodes, edges, indices }: Sizes): RandomOperator =>
  (graph) => {
    const { random } = graph;
    const values = itemsOf(graph, edges);
    const from = unify(graph, narrowed(graph, random.pick(values), NARROW));
    const rows = random.chance(0.8) ? nodes : random.integer(1, nodes);
    const kind = random.pick(["sum", "sum", "max"] as const);
    return append(graph, { op: "scatter", kind, rows }, [from, random.pick(indices)]);
  };

/** As many rows as indices, the same for all: how many edges come to each node. */
const count =
  ({ nodes, edges, indices }: Sizes): RandomOperator =>
  (graph) => {
    const ones = append(
      graph,
      {
        op: "constant",
        value: { shape: [edges], data: new Array<bigint>(edges).fill(1n) },
        types: perTensor<FixedType>({ signed: false, width: 1, integer: 1 }),
      },
      [],
    );
    return append(graph, { op: "scatter", kind: "sum", rows: nodes }, [ones, graph.random.pick(indices)]);
  };

const concat: RandomOperator = (graph, from) => {
  const axis = from.shape.length - 1;
  const others = (shape: readonly number[]) => shape.with(-1, 0).join();
  const fits = graph.nodes.filter(
    ({ op, shape }) => op !== "constant" && shape.length > 0 && others(shape) === others(from.shape),
  );
  return append(graph, { op: "concat", axis }, [from, graph.random.pick(fits)]);
};

function binary(op: "add" | "subtract" | "multiply" | "maximum"): RandomOperator {
  return (graph, from) => {
    const { random } = graph;
    const alike = graph.nodes.filter(
      ({ op: other, shape }) => other !== "constant" && shape.join() === from.shape.join(),
    );
    const operands = [from, random.pick(alike)].map((operand) => narrowed(graph, operand, NARROW));
    return append(graph, { op }, op === "multiply" ? operands : align(graph, operands));
  };
}

/** The axes the other way round, or an axis more. */
const turn: RandomOperator = (graph, from) => {
  const rank = from.shape.length;
  if (rank < 2) return append(graph, { op: "reshape", shape: [...from.shape, 1] }, [from]);
  if (graph.random.chance(0.3)) return append(graph, { op: "reshape", shape: [1, ...from.shape] }, [from]);
  const permutation = from.shape.map((_, axis) => axis).toReversed();
  return append(graph, { op: "transpose", permutation }, [from]);
};

/** Some of the last axis. */
const crop: RandomOperator = (graph, from) => {
  const last = from.shape.at(-1) as number;
  const start = graph.random.integer(0, last - 1);
  const shape = from.shape.with(-1, graph.random.integer(1, last - start));
  const starts = from.shape.map(() => 0).with(-1, start);
  return append(graph, { op: "slice", starts, steps: from.shape.map(() => 1), shape }, [from]);
};

const narrow =
  (op: keyof typeof RANDOM_OPERATORS): RandomOperator =>
  (graph, from) =>
    RANDOM_OPERATORS[op](graph, narrowed(graph, from, NARROW));

const MAKERS: Readonly<Record<string, RandomOperator>> = {
  concat,
  concatAgain: concat,
  add: binary("add"),
  subtract: binary("subtract"),
  multiply: binary("multiply"),
  maximum: binary("maximum"),
  turn,
  crop,
  dense: narrow("dense"),
  denseAgain: narrow("dense"),
  affine: narrow("affine"),
  reduce: narrow("reduce"),
  argmax: narrow("argmax"),
  relu: RANDOM_OPERATORS.relu,
  clamp: RANDOM_OPERATORS.clamp,
  requantize: RANDOM_OPERATORS.requantize,
  threshold: RANDOM_OPERATORS.threshold,
  table: narrow("table"),
};

/**
 * A verified random graph that graph firmware takes: features of nodes and edges, rows taken and brought together at indices,
 * layers on both, several outputs, sometimes a value of the whole event. What a plan refuses is left out. The same seed gives
 * the same graph.
 */
export function randomGraphNetwork(seed: number, layers: readonly [number, number] = [2, 9]): Fixed {
  const random = new Random(seed);
  const nodes: FixedNode[] = [];
  const graph: RandomGraph = { random, options: OPTIONS, nodes };
  // A single row is a corner of its own: it has no axis of items.
  const rowsUpTo = (most: number) => (random.chance(0.1) ? 1 : random.integer(1, most));
  const [nodeCount, edgeCount] = [rowsUpTo(9), rowsUpTo(14)];
  nodes.push(randomInput(random, OPTIONS, "x", [nodeCount, random.integer(1, 3)]));
  nodes.push(edgeFeatures(graph, edgeCount));
  const sizes = { nodes: nodeCount, edges: edgeCount, indices: edgeIndices(graph, nodeCount, edgeCount) };
  const makers = { ...MAKERS, rowsAt: rowsAt(sizes), rowsTo: rowsTo(sizes), count: count(sizes) };
  const exchanges = ["rowsAt", "rowsTo", "count"] as const;
  const first = rowsAt(sizes)(graph, nodes[0] as FixedNode).name;
  const wanted = nodes.length + random.integer(...layers);
  for (let tries = 0; nodes.length < wanted && tries < 60; tries++) {
    const before = nodes.length;
    const values = nodes.filter(({ op, shape }) => op !== "constant" && shape.length > 0);
    const from = random.pick(random.chance(0.6) ? values.slice(-3) : values);
    const name = random.chance(0.35) ? random.pick(exchanges) : random.pick(Object.keys(MAKERS));
    const node = makers[name as keyof typeof makers](graph, from);
    if (sizeOf(node.shape) > MOST_ELEMENTS || !takes(graphOf(first, node.name))) nodes.length = before;
  }
  const outputs = [(nodes.at(-1) as FixedNode).name];
  const live = nodes.filter(({ op }) => op !== "constant");
  while (random.chance(0.5)) outputs.push(random.pick(live).name);
  const taken: string[] = [];
  for (const name of outputs) if (takes(graphOf(...taken, name))) taken.push(name);
  if (taken.length === 0) return randomGraphNetwork(random.integer(0, 2 ** 31 - 1), layers);
  const fixed = graphOf(...taken);
  verifyFixed(fixed);
  return fixed;

  function graphOf(...values: readonly string[]): Fixed {
    const named = values.map((value, i) => ({ name: `out${i}`, value }));
    return { name: `network ${seed}`, nodes, outputs: named };
  }
}

/** Features of edges, or one number for each; sometimes with the edges along the last axis. */
function edgeFeatures({ random }: RandomGraph, edges: number): FixedNode {
  const features = random.integer(1, 3);
  if (random.chance(0.3))
    return randomInput(random, { ...OPTIONS, granularities: ["tensor"] }, "edges", [features, edges]);
  return randomInput(random, OPTIONS, "edges", [edges, features]);
}

/** The two rows of an index, or a list of its own; most of its numbers are rows, some are none. */
function edgeIndices(graph: RandomGraph, nodes: number, edges: number): readonly FixedNode[] {
  const { random } = graph;
  const bits = Math.ceil(Math.log2(nodes + 1)) + random.integer(0, 1);
  const signed = random.chance(0.2);
  const type: FixedType = { signed, width: signed ? bits + 1 : bits, integer: signed ? bits + 1 : bits };
  const list = (name: string, shape: readonly number[]): FixedNode => {
    const node: FixedNode = {
      ...{ op: "input", name, inputs: [], shape, types: perTensor(type), ranges: perTensor(typeRange(type)) },
      ...{ rounding: "TRN", overflow: "SAT" },
    };
    graph.nodes.push(node);
    return node;
  };
  if (random.chance(0.3)) return [list("senders", [edges]), list("receivers", [edges])];
  const pairs = list("index", [2, edges]);
  return [0, 1].map((row) => {
    const own = append(graph, { op: "slice", starts: [row, 0], steps: [1, 1], shape: [1, edges] }, [pairs]);
    return append(graph, { op: "reshape", shape: [edges] }, [own]);
  });
}

/** Whether graph firmware takes a graph, as it is and as the passes leave it. */
function takes(fixed: Fixed): boolean {
  try {
    planGraph(fixed);
    planGraph(runPasses(fixed));
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}
