import type { GraphFeatures, TrackerGraph } from "./graphs.js";

/** The largest graph that a network takes, and how many features it reads; without a number it reads none of the edges. */
export interface GraphForm extends GraphFeatures {
  readonly nodes: number;
  readonly edges: number;
}

/** A graph brought to a network's size. */
export interface FittedGraph {
  /** (nodes, node features), 0 where the graph has no node. */
  readonly x: Float32Array;
  /** (edges, edge features), 0 where the graph has no edge. */
  readonly edgeAttr: Float32Array;
  /** (2, edges): senders, then receivers; the number of nodes, which is no row, where the graph has no edge. */
  readonly edgeIndex: Int32Array;
  /** How many of the graph's nodes are in it: its first ones. */
  readonly nodes: number;
  /** The graph's edges that are in it, ascending: kept[e] is the number that edge e has in the graph. */
  readonly kept: Int32Array;
  /** Nodes and edges of the graph as it was. */
  readonly size: readonly [nodes: number, edges: number];
  /** Whether the graph has more nodes or more edges than fit. */
  readonly cut: boolean;
}

/**
 * Brings a graph to the size of a network. A smaller one is padded. Of a larger one the nodes beyond `nodes` are dropped, with
 * them the edges that begin or end there; of the other edges the first `edges` stay, in their order.
 */
export function fitGraph(graph: TrackerGraph, form: GraphForm): FittedGraph {
  const { nodeFeatures, edgeFeatures = 0 } = form;
  const nodes = Math.min(graph.nodes, form.nodes);
  const { senders, receivers } = graph;
  const kept: number[] = [];
  for (let e = 0; e < graph.edges && kept.length < form.edges; e++) {
    if (senders[e] < nodes && receivers[e] < nodes) kept.push(e);
  }
  const x = new Float32Array(form.nodes * nodeFeatures);
  x.set(graph.x.subarray(0, nodes * nodeFeatures));
  const edgeAttr = new Float32Array(form.edges * edgeFeatures);
  const edgeIndex = new Int32Array(2 * form.edges).fill(form.nodes);
  kept.forEach((from, e) => {
    edgeAttr.set(graph.edgeAttr.subarray(from * edgeFeatures, (from + 1) * edgeFeatures), e * edgeFeatures);
    edgeIndex[e] = senders[from];
    edgeIndex[form.edges + e] = receivers[from];
  });
  return {
    ...{ x, edgeAttr, edgeIndex, nodes },
    kept: Int32Array.from(kept),
    size: [graph.nodes, graph.edges],
    cut: graph.nodes > form.nodes || graph.edges > form.edges,
  };
}
