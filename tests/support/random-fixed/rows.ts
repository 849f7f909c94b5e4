import type { FixedNode } from "../../../src/ir/fixed/fixed.js";
import { typeOfUnit } from "../../../src/ir/fixed-point.js";
import { perTensor } from "../../../src/ir/granular.js";
import { ZERO } from "../../../src/ir/interval.js";
import { ONE } from "../../../src/ir/ratio.js";
import { sizeOf } from "../../../src/ir/tensor.js";
import { append, MOST_ELEMENTS, narrowed, type RandomGraph, type RandomOperator, unify } from "./graph.js";

/** Indices out of any value's integers: most are rows, some are none. */
function randomIndex(graph: RandomGraph, count: number, rows: number): FixedNode {
  const { random } = graph;
  const source = narrowed(graph, random.pick(graph.nodes));
  const size = sizeOf(source.shape);
  const list = append(graph, { op: "reshape", shape: [size] }, [source]);
  const indices = random.array(count, () => random.integer(0, size - 1));
  const picked = append(graph, { op: "gather", axis: 0, indices }, [list]);
  const counted = append(
    graph,
    {
      op: "affine",
      multiplier: perTensor(1n),
      offset: perTensor(0n),
      types: perTensor(typeOfUnit(ZERO, ONE)),
    },
    [picked],
  );
  const inside = random.chance(0.3);
  const limits = inside ? { lo: 0n, hi: BigInt(rows - 1) } : { lo: -1n, hi: BigInt(rows) };
  return append(graph, { op: "clamp", limits: perTensor(limits) }, [counted]);
}

/** A value with an axis of rows and one unit, and how many elements a row has. */
function rowsOf(graph: RandomGraph, value: FixedNode): readonly [values: FixedNode, inner: number] {
  const from = unify(
    graph,
    narrowed(graph, value.shape.length === 0 ? (graph.nodes[0] as FixedNode) : value),
  );
  return [from, sizeOf(from.shape.slice(1))];
}

const randomIndexSelect: RandomOperator = (graph, value) => {
  const [from, inner] = rowsOf(graph, value);
  const count = graph.random.integer(1, Math.max(1, Math.min(8, Math.floor(MOST_ELEMENTS / inner))));
  return append(graph, { op: "index_select" }, [from, randomIndex(graph, count, from.shape[0] as number)]);
};

const randomScatter: RandomOperator = (graph, value) => {
  const [from, inner] = rowsOf(graph, value);
  const rows = graph.random.integer(1, Math.max(1, Math.min(5, Math.floor(MOST_ELEMENTS / inner))));
  const kind = graph.random.pick(["sum", "max"] as const);
  const index = randomIndex(graph, from.shape[0] as number, rows);
  return append(graph, { op: "scatter", kind, rows }, [from, index]);
};

export const ROW_MAKERS = { index_select: randomIndexSelect, scatter: randomScatter } as const;
