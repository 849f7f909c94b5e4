import { DTYPES, type TypedArray } from "../events/npy.js";
import { describeArrays, type EventSource } from "../events/source.js";
import { type FittedGraph, fitGraph, type GraphForm } from "../physics/tracker/fit.js";
import { GRAPH_SIZE } from "../quantize/index.js";
import type { GraphLayout } from "./graph-layout.js";
import { countGraphs, inBlocks, readGraphPath } from "./graphs.js";

/** What feeds an input of a graph network. */
interface Feed {
  readonly name: string;
  readonly dtype: "float32" | "int32";
  readonly shape: readonly number[];
  readonly of: (fitted: FittedGraph) => Float32Array | Int32Array;
}

/**
 * Graphs as the events of a network: each is brought to its largest graph ({@link fitGraph}), and an array of its name feeds
 * each input, `graph_size` included. Throws a UserError for what holds no graphs of this form.
 */
export async function openGraphs(path: string, layout: GraphLayout): Promise<EventSource> {
  const { form } = layout;
  const feeds = feedsOf(layout);
  const count = await countGraphs(path);
  const infos = feeds.map(({ name, dtype, shape }) => [name, { dtype, shape: [count, ...shape] }] as const);
  return {
    ...describeArrays(path, new Map(infos)),
    async *blocks(names, rows) {
      const wanted = feeds.filter(({ name }) => names.includes(name));
      let start = 0;
      for await (const graphs of inBlocks(readGraphPath(path, form), rows)) {
        const fitted = graphs.map((graph) => fitGraph(graph, form));
        const arrays = wanted.map(({ name, dtype, of }) => [name, joined(dtype, fitted.map(of))] as const);
        yield { start, rows: graphs.length, arrays: Object.fromEntries(arrays) };
        start += graphs.length;
      }
    },
  };
}

function feedsOf({ form, inputs }: GraphLayout): readonly Feed[] {
  const { nodes, edges, nodeFeatures, edgeFeatures } = form;
  const { nodeFeatures: x, edgeFeatures: edgeAttr, edgeIndex } = inputs;
  return [
    { name: x, dtype: "float32", shape: [nodes, nodeFeatures], of: (fitted) => fitted.x },
    ...(edgeAttr === undefined || edgeFeatures === undefined
      ? []
      : [
          {
            name: edgeAttr,
            dtype: "float32" as const,
            shape: [edges, edgeFeatures],
            of: (fitted: FittedGraph) => fitted.edgeAttr,
          },
        ]),
    { name: edgeIndex, dtype: "int32", shape: [2, edges], of: (fitted) => fitted.edgeIndex },
    { name: GRAPH_SIZE, dtype: "int32", shape: [2], of: ({ size }) => sizeUpTo(size, form) },
  ];
}

/** The numbers of nodes and edges, as far as the input tells them apart: it saturates, which --raw would refuse. */
function sizeUpTo([n, e]: FittedGraph["size"], { nodes, edges }: GraphForm): Int32Array {
  return Int32Array.of(Math.min(n, nodes + 1), Math.min(e, edges + 1));
}

/** Arrays of one length, one after the other. */
function joined(dtype: Feed["dtype"], parts: readonly (Float32Array | Int32Array)[]): TypedArray {
  const length = parts[0]?.length ?? 0;
  const all = new DTYPES[dtype].array(parts.length * length);
  parts.forEach((part, i) => void all.set(part, i * length));
  return all;
}
