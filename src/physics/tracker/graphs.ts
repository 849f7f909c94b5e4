import { UserError } from "../../ir/errors.js";
import { EDGE_FEATURES, NODE_FEATURES } from "./features.js";

/** A graph as a network takes it, with the truth where it is known. */
export interface TrackerGraph {
  readonly nodes: number;
  readonly edges: number;
  /** (nodes, features); of the tracker r, φ, z. */
  readonly x: Float32Array;
  /** (edges, features); of the tracker Δr, Δφ, Δz, ΔR. */
  readonly edgeAttr: Float32Array;
  /** Nodes from which and to which the edges go. */
  readonly senders: Int32Array;
  readonly receivers: Int32Array;
  /** 1 for edges that belong to a track, else 0. */
  readonly y?: Uint8Array;
  /** The particle of each node; negative for noise. Ids beyond 32 bits are numbered anew, from 0, in each graph. */
  readonly pid?: Int32Array;
}

/** An array of a file, row-major. */
export interface NumberArray {
  readonly shape: readonly number[];
  readonly data: Readonly<ArrayLike<number | bigint>>;
}

/** The arrays without which there is no graph. */
const REQUIRED = ["x", "edge_attr", "edge_index"] as const;
export const REQUIRED_ARRAYS: readonly string[] = REQUIRED;
/** All arrays that are read. */
export const GRAPH_INPUTS: readonly string[] = [...REQUIRED, "y", "pid", "graph_nodes", "graph_edges"];

/** How many features nodes and edges have; undefined where it does not matter. */
export interface GraphFeatures {
  readonly nodeFeatures: number;
  readonly edgeFeatures: number | undefined;
}

/** The features of the tracker. */
const TRACKER_FEATURES: GraphFeatures = { nodeFeatures: NODE_FEATURES, edgeFeatures: EDGE_FEATURES };

/**
 * The graphs in the arrays of a file: those of one TrackML graph, `x` (nodes, 3), `edge_attr` (4, edges), `edge_index`
 * (2, edges), optionally `y` (edges) and `pid` (nodes); or of many graphs one after the other along the axis of the nodes or
 * edges, with `graph_nodes` and `graph_edges` (graphs). Nodes count from each graph's first. Other arrays are passed over.
 * `features` stand for the 3 and the 4 where they are others.
 *
 * Throws a UserError that names `file`, the array and the graph where arrays are missing, shapes or counts disagree, features
 * are not finite, or an edge's node is not there.
 */
export function graphsOf(
  arrays: ReadonlyMap<string, NumberArray>,
  file: string,
  { nodeFeatures, edgeFeatures }: GraphFeatures = TRACKER_FEATURES,
): readonly TrackerGraph[] {
  const missing = REQUIRED.filter((name) => !arrays.has(name));
  if (missing.length > 0) {
    throw new UserError(`it holds no graphs: ${missing.join(", ")} missing`, {
      where: file,
      hint: "A file of graphs has the arrays x, edge_attr and edge_index.",
    });
  }
  const [x, edgeAttr, edgeIndex] = REQUIRED.map((name) => arrays.get(name) as NumberArray);
  const [allNodes] = x.shape;
  const allEdges = edgeAttr.shape[1];
  checkShape("x", x, [undefined, nodeFeatures], `(nodes, ${nodeFeatures})`);
  checkShape("edge_attr", edgeAttr, [edgeFeatures, undefined], `(${edgeFeatures ?? "features"}, edges)`);
  const [edgeWidth] = edgeAttr.shape;
  checkShape("edge_index", edgeIndex, [2, allEdges], `(2, edges), and edge_attr has ${allEdges} edges`);
  const y = optional("y", allEdges, "(edges)");
  const pid = optional("pid", allNodes, "(nodes)");
  checkFinite("x", x);
  checkFinite("edge_attr", edgeAttr);
  const sizes = graphSizes();

  const graphs: TrackerGraph[] = [];
  let [node, edge] = [0, 0];
  sizes.forEach(({ nodes, edges }, g) => {
    const where = sizes.length === 1 ? file : `${file}: graph ${g}`;
    const row = (array: NumberArray, index: number, name: string) =>
      integers(array, index * allEdges + edge, edges, name, where);
    const graph = {
      nodes,
      edges,
      x: Float32Array.from({ length: nodes * nodeFeatures }, (_, i) =>
        Number(x.data[node * nodeFeatures + i]),
      ),
      edgeAttr: Float32Array.from({ length: edges * edgeWidth }, (_, i) =>
        Number(edgeAttr.data[(i % edgeWidth) * allEdges + edge + Math.floor(i / edgeWidth)]),
      ),
      senders: row(edgeIndex, 0, "edge_index"),
      receivers: row(edgeIndex, 1, "edge_index"),
      ...(y !== undefined && { y: labels(y, edge, edges, where) }),
      ...(pid !== undefined && { pid: particles(pid, node, nodes, where) }),
    };
    checkNodes(graph, where);
    graphs.push(graph);
    node += nodes;
    edge += edges;
  });
  return graphs;

  function refuse(name: string, message: string, hint?: string): never {
    throw new UserError(message, { where: `${file}: array '${name}'`, ...(hint !== undefined && { hint }) });
  }

  function checkShape(
    name: string,
    { shape }: NumberArray,
    wanted: readonly (number | undefined)[],
    described: string,
  ): void {
    if (shape.length === wanted.length && shape.every((n, i) => n === (wanted[i] ?? n))) return;
    const turned = [...shape].reverse();
    const transposed = wanted.length === 2 && turned.every((n, i) => n === (wanted[i] ?? n));
    refuse(
      name,
      `its shape is (${shape.join(", ")}), not ${described}`,
      transposed ? "Save its transpose." : undefined,
    );
  }

  function optional(name: string, length: number, described: string): NumberArray | undefined {
    const array = arrays.get(name);
    if (array !== undefined) checkShape(name, array, [length], `${described}, of which there are ${length}`);
    return array;
  }

  function checkFinite(name: string, { data, shape }: NumberArray): void {
    for (let i = 0; i < data.length; i++) {
      if (!Number.isFinite(Math.fround(Number(data[i])))) {
        const place = [Math.floor(i / (shape[1] as number)), i % (shape[1] as number)];
        refuse(
          name,
          `its element [${place.join(", ")}] is ${data[i]}`,
          "Features are finite float32 numbers.",
        );
      }
    }
  }

  function graphSizes(): readonly { readonly nodes: number; readonly edges: number }[] {
    const counts = ["graph_nodes", "graph_edges"].map((name) => arrays.get(name));
    const [nodes, edges] = counts;
    if (nodes === undefined && edges === undefined) return [{ nodes: allNodes, edges: allEdges }];
    if (nodes === undefined || edges === undefined) {
      throw new UserError(`it has ${nodes ? "graph_nodes" : "graph_edges"} alone`, {
        where: file,
        hint: "A file of many graphs has both graph_nodes and graph_edges.",
      });
    }
    checkShape("graph_nodes", nodes, [undefined], "(graphs)");
    checkShape("graph_edges", edges, nodes.shape, `(graphs), of which graph_nodes has ${nodes.shape[0]}`);
    const read = (name: string, array: NumberArray, total: number, what: string) => {
      const values = integers(array, 0, array.data.length, name, file);
      const bad = values.findIndex((n) => n < 0);
      if (bad >= 0) refuse(name, `graph ${bad} has ${values[bad]} ${what}`);
      const sum = values.reduce((all, n) => all + n, 0);
      if (sum !== total) refuse(name, `it counts ${sum} ${what}, but there are ${total}`);
      return values;
    };
    const nodeCounts = read("graph_nodes", nodes, allNodes, "nodes");
    const edgeCounts = read("graph_edges", edges, allEdges, "edges");
    return Array.from(nodeCounts, (n, g) => ({ nodes: n, edges: edgeCounts[g] }));
  }
}

/** Elements as integers of 32 bits; others are a UserError. */
function integers(
  { data }: NumberArray,
  start: number,
  count: number,
  name: string,
  where: string,
): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => {
    const value = Number(data[start + i]);
    if (value !== (value | 0)) {
      throw new UserError(`${name} has ${value} at ${i}, which is no integer of 32 bits`, { where });
    }
    return value;
  });
}

/** The particles of some nodes, numbered anew where their ids need more than 32 bits, as TrackML's own do. */
function particles({ data }: NumberArray, start: number, count: number, where: string): Int32Array {
  const ids = Array.from({ length: count }, (_, node) => data[start + node]);
  const bad = ids.findIndex((id) => typeof id === "number" && !Number.isInteger(id));
  if (bad >= 0) throw new UserError(`pid of node ${bad} is ${ids[bad]}, which is no integer`, { where });
  if (ids.every((id) => Number(id) === (Number(id) | 0))) return Int32Array.from(ids, Number);
  const numbers = new Map([...new Set(ids.filter((id) => id >= 0))].map((id, i) => [id, i]));
  return Int32Array.from(ids, (id) => numbers.get(id) ?? -1);
}

/** The labels of some edges; others than 0 and 1 are a UserError. */
function labels({ data }: NumberArray, start: number, count: number, where: string): Uint8Array {
  return Uint8Array.from({ length: count }, (_, edge) => {
    const label = Number(data[start + edge]);
    if (label !== 0 && label !== 1) {
      throw new UserError(`y of edge ${edge} is ${label}, neither 0 nor 1`, { where });
    }
    return label;
  });
}

/** Every edge must have its nodes. */
function checkNodes({ nodes, senders, receivers }: TrackerGraph, where: string): void {
  for (const [ends, which] of [
    [senders, "from"],
    [receivers, "to"],
  ] as const) {
    const bad = ends.findIndex((node) => node < 0 || node >= nodes);
    if (bad >= 0) {
      throw new UserError(`edge ${bad} goes ${which} node ${ends[bad]}, but there are ${nodes} nodes`, {
        where,
        hint: "Nodes count from 0, in each graph anew; edge_index has senders first, then receivers.",
      });
    }
  }
}
