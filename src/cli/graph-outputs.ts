import { DTYPES, type Dtype, type TypedArray } from "../events/npy.js";
import { UserError } from "../ir/errors.js";
import { sizeOf } from "../ir/tensor.js";
import { type FittedGraph, fitGraph } from "../physics/tracker/fit.js";
import type { TrackerGraph } from "../physics/tracker/graphs.js";
import type { GraphLayout } from "./graph-layout.js";
import type { Manifest } from "./manifest.js";
import type { OutputArray, SimOutput } from "./sim-outputs.js";

/** What was left out of graphs. */
export interface CutTotals {
  graphs: number;
  nodes: number;
  edges: number;
}

/** The outputs of padded graphs, brought back to the graphs. */
export interface GraphOutputs {
  /** The model's outputs first. Shapes are those of the graphs taken so far. */
  readonly arrays: readonly OutputArray[];
  readonly cut: Readonly<CutTotals>;
  /** Takes the outputs of some graphs, padded and cut as the firmware gives them, to the rows of {@link arrays}. */
  take(padded: readonly TypedArray[], graphs: readonly TrackerGraph[]): readonly TypedArray[];
}

/** Arrays that stand beside the outputs. */
const OWN = ["kept", "graph_nodes", "graph_edges"] as const;

/**
 * Outputs of graphs as a file of graphs has them, one graph after the other: an output for edges has a row for each edge of
 * the graphs, one for nodes a row for each node, others one for each graph. Nodes and edges that were cut away have zeros;
 * `kept` is 1 for the edges that were not. `graph_nodes` and `graph_edges` are those of the graphs. Throws a UserError where
 * an output has the name of these arrays.
 */
export function graphOutputs(
  outputs: readonly SimOutput[],
  { form }: GraphLayout,
  { outputs: rowsOf }: NonNullable<Manifest["graph"]>,
): GraphOutputs {
  const clash = outputs.find(({ name }) => (OWN as readonly string[]).includes(name));
  if (clash !== undefined) {
    throw new UserError(`the output has the name of an array that says what the graphs are`, {
      where: `output '${clash.name}'`,
      hint: "Rename the output of the model.",
    });
  }
  const totals = { nodes: 0, edges: 0, graph: 0 };
  const cut: CutTotals = { graphs: 0, nodes: 0, edges: 0 };
  const own = (name: (typeof OWN)[number], dtype: Dtype, of: keyof typeof totals): OutputArray => ({
    name,
    dtype,
    shape: () => [totals[of]],
  });
  return {
    arrays: [
      ...outputs.map(({ name, dtype, node }): OutputArray => {
        const rest = rowsOf[name] === "graph" ? node.shape : node.shape.slice(1);
        // An axis of one number stands for nothing: the flag of a graph is one number.
        const shape = rest.every((n) => n === 1) ? [] : rest;
        return { name, dtype, shape: () => [totals[rowsOf[name]], ...shape] };
      }),
      own("kept", "uint8", "edges"),
      own("graph_nodes", "int32", "graph"),
      own("graph_edges", "int32", "graph"),
    ],
    cut,
    take(padded, graphs) {
      const fitted = graphs.map((graph) => fitGraph(graph, form));
      fitted.forEach((one) => {
        const [nodes, edges] = one.size;
        totals.nodes += nodes;
        totals.edges += edges;
        totals.graph++;
        if (!one.cut) return;
        cut.graphs++;
        cut.nodes += nodes - one.nodes;
        cut.edges += edges - one.kept.length;
      });
      const kept = fitted.map(({ kept: edges, size }) => {
        const marks = new Uint8Array(size[1]);
        for (const e of edges) marks[e] = 1;
        return marks;
      });
      return [
        ...outputs.map(({ name, dtype, node }, i) => {
          const size = sizeOf(node.shape);
          const rows = fitted.map((one, g) => {
            const own = padded[i].subarray(g * size, (g + 1) * size);
            return rowsOf[name] === "graph" ? own : ownRows(own, one, rowsOf[name], node.shape[0], dtype);
          });
          return joined(rows, dtype);
        }),
        joined(kept, "uint8"),
        Int32Array.from(fitted, ({ size }) => size[0]),
        Int32Array.from(fitted, ({ size }) => size[1]),
      ];
    },
  };
}

/** Of a graph's padded rows those of its nodes or edges, zeros where they were cut away. */
function ownRows(
  padded: TypedArray,
  { nodes, kept, size }: FittedGraph,
  of: "nodes" | "edges",
  count: number,
  dtype: Dtype,
): TypedArray {
  const width = padded.length / count;
  const rows = new DTYPES[dtype].array(size[of === "nodes" ? 0 : 1] * width) as Float64Array;
  const from = padded as Float64Array;
  if (of === "nodes") rows.set(from.subarray(0, nodes * width));
  else kept.forEach((edge, e) => void rows.set(from.subarray(e * width, (e + 1) * width), edge * width));
  return rows;
}

function joined(parts: readonly TypedArray[], dtype: Dtype): TypedArray {
  const all = new DTYPES[dtype].array(parts.reduce((sum, { length }) => sum + length, 0)) as Float64Array;
  let at = 0;
  for (const part of parts) {
    all.set(part as Float64Array, at);
    at += part.length;
  }
  return all;
}
