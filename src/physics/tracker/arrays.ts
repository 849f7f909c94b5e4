import { type ConstructedEvent, constructGraphs, gridOf, type SectorGraph } from "./construct.js";
import { EDGE_FEATURES, edgeFeatures, NODE_FEATURES, nodeFeatures } from "./features.js";
import { generateTrackerEvent, NOISE } from "./generate.js";
import type { SectorGrid } from "./geometry.js";
import type { TrackerGraph } from "./graphs.js";
import type { TrackerOptions } from "./options.js";

/** What the graphs of a sample count up to. */
export interface GraphTotals {
  readonly graphs: number;
  readonly nodes: number;
  readonly edges: number;
}

/** Elements of a series of one kind. */
export type SeriesArray = Float32Array | BigInt64Array | Int32Array | Uint8Array;

/** An array of a file of graphs: the graphs one after the other along one axis. */
export interface GraphArray {
  readonly name: string;
  readonly dtype: "float32" | "int64" | "int32" | "uint8";
  /** How many rows it has; each is a series of its own that goes on from graph to graph. */
  readonly rows: number;
  readonly shape: (totals: GraphTotals) => readonly number[];
}

/**
 * The arrays of a file of graphs. Without the `graph_` arrays and with one graph they are those of a TrackML graph, `layer`
 * and `pt` apart: so the part of graph g in each is that graph's own file. Nodes of `edge_index` count from the graph's first.
 */
export const GRAPH_ARRAYS: readonly GraphArray[] = [
  { name: "x", dtype: "float32", rows: 1, shape: ({ nodes }) => [nodes, NODE_FEATURES] },
  {
    name: "edge_attr",
    dtype: "float32",
    rows: EDGE_FEATURES,
    shape: ({ edges }) => [EDGE_FEATURES, edges],
  },
  { name: "edge_index", dtype: "int64", rows: 2, shape: ({ edges }) => [2, edges] },
  { name: "y", dtype: "float32", rows: 1, shape: ({ edges }) => [edges] },
  { name: "pid", dtype: "int64", rows: 1, shape: ({ nodes }) => [nodes] },
  { name: "pt", dtype: "float32", rows: 1, shape: ({ nodes }) => [nodes] },
  { name: "layer", dtype: "uint8", rows: 1, shape: ({ nodes }) => [nodes] },
  { name: "graph_nodes", dtype: "int32", rows: 1, shape: ({ graphs }) => [graphs] },
  { name: "graph_edges", dtype: "int32", rows: 1, shape: ({ graphs }) => [graphs] },
  { name: "graph_event", dtype: "int32", rows: 1, shape: ({ graphs }) => [graphs] },
  { name: "graph_phi_sector", dtype: "int32", rows: 1, shape: ({ graphs }) => [graphs] },
  { name: "graph_eta_sector", dtype: "int32", rows: 1, shape: ({ graphs }) => [graphs] },
];

/** Some events' part of all series, in the order of {@link GRAPH_ARRAYS} and their rows, and what made it. */
export interface GraphBlock {
  readonly series: readonly SeriesArray[];
  readonly totals: GraphTotals;
  readonly events: readonly ConstructedEvent[];
}

/** Events from `start` on as a block; the same options and events give the same elements. */
export function graphBlock(options: TrackerOptions, start: number, count: number): GraphBlock {
  const grid = gridOf(options);
  const made = Array.from({ length: count }, (_, i) => {
    const event = generateTrackerEvent(options, start + i);
    return { event, constructed: constructGraphs(options, event) };
  });
  const graphs = made.flatMap(({ event, constructed }, i) =>
    constructed.graphs.map((sector) => ({
      sector,
      graph: trackerGraph(grid, sector),
      event: start + i,
      particles: event.particles,
    })),
  );
  const sum = (size: (one: (typeof graphs)[number]) => number) => graphs.reduce((n, one) => n + size(one), 0);
  const totals = {
    graphs: graphs.length,
    nodes: sum(({ graph }) => graph.nodes),
    edges: sum(({ graph }) => graph.edges),
  };
  /** Fills an array with what each graph gives for each of its nodes or edges. */
  const series = <T extends SeriesArray>(
    array: T,
    kind: "nodes" | "edges",
    value: (one: (typeof graphs)[number], index: number) => T[number],
  ): T => {
    let at = 0;
    for (const one of graphs) {
      for (let i = 0; i < one.graph[kind]; i++) array[at++] = value(one, i);
    }
    return array;
  };
  const x = new Float32Array(totals.nodes * NODE_FEATURES);
  let filled = 0;
  for (const { graph } of graphs) {
    x.set(graph.x, filled);
    filled += graph.x.length;
  }
  const { nodes, edges } = totals;
  return {
    series: [
      x,
      ...Array.from({ length: EDGE_FEATURES }, (_, row) =>
        series(new Float32Array(edges), "edges", ({ graph }, e) => graph.edgeAttr[e * EDGE_FEATURES + row]),
      ),
      series(new BigInt64Array(edges), "edges", ({ graph }, e) => BigInt(graph.senders[e])),
      series(new BigInt64Array(edges), "edges", ({ graph }, e) => BigInt(graph.receivers[e])),
      series(new Float32Array(edges), "edges", ({ graph }, e) => graph.y[e]),
      series(new BigInt64Array(nodes), "nodes", ({ graph }, n) => BigInt(graph.pid[n])),
      series(new Float32Array(nodes), "nodes", ({ graph, particles }, n) =>
        graph.pid[n] === NOISE ? Number.NaN : particles[graph.pid[n]].pt,
      ),
      series(new Uint8Array(nodes), "nodes", ({ sector }, n) => sector.hits[n].layer),
      Int32Array.from(graphs, ({ graph }) => graph.nodes),
      Int32Array.from(graphs, ({ graph }) => graph.edges),
      Int32Array.from(graphs, ({ event }) => event),
      Int32Array.from(graphs, ({ sector }) => sector.phiSector),
      Int32Array.from(graphs, ({ sector }) => sector.etaSector),
    ],
    totals,
    events: made.map(({ constructed }) => constructed),
  };
}

/** A sector's graph with its features. */
export function trackerGraph(grid: SectorGrid, sector: SectorGraph): Required<TrackerGraph> {
  const { hits, senders, receivers, labels, phiSector } = sector;
  const x = new Float32Array(hits.length * NODE_FEATURES);
  hits.forEach((hit, n) => {
    x.set(nodeFeatures(grid, phiSector, hit), n * NODE_FEATURES);
  });
  const edgeAttr = new Float32Array(senders.length * EDGE_FEATURES);
  senders.forEach((sender, e) => {
    edgeAttr.set(edgeFeatures(grid, hits[sender], hits[receivers[e]]), e * EDGE_FEATURES);
  });
  return {
    nodes: hits.length,
    edges: senders.length,
    x,
    edgeAttr,
    senders: Int32Array.from(senders),
    receivers: Int32Array.from(receivers),
    y: Uint8Array.from(labels, Number),
    pid: Int32Array.from(hits, ({ particle }) => particle),
  };
}
