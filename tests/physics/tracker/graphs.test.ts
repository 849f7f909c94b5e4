import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GRAPH_ARRAYS, type GraphBlock, graphBlock } from "../../../src/physics/tracker/arrays.js";
import { graphsOf, type NumberArray } from "../../../src/physics/tracker/graphs.js";
import { DEFAULT_TRACKER_OPTIONS } from "../../../src/physics/tracker/options.js";
import { mistakeOf } from "../../support/mistake.js";
import { sampleGraphs } from "../../support/tracker.js";

/** Two nodes and three edges, one of them a self-loop. */
const one: Readonly<Record<string, NumberArray>> = {
  x: { shape: [2, 3], data: [0, 1, 2, 3, 4, 5] },
  edge_attr: { shape: [4, 3], data: [0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32] },
  edge_index: { shape: [2, 3], data: [0n, 1n, 0n, 1n, 1n, 1n] },
  y: { shape: [3], data: [1, 0, 0] },
  pid: { shape: [2], data: [7n, -1n] },
};
const read = (changes: Readonly<Record<string, NumberArray | undefined>> = {}) => {
  const arrays = Object.entries({ ...one, ...changes }).filter(([, array]) => array !== undefined);
  return graphsOf(new Map(arrays as [string, NumberArray][]), "g.npz");
};

describe("graphsOf", () => {
  it("reads one graph in the form of TrackML, its edges one after the other", () => {
    expect(read()).toEqual([
      {
        nodes: 2,
        edges: 3,
        x: Float32Array.of(0, 1, 2, 3, 4, 5),
        edgeAttr: Float32Array.of(0, 10, 20, 30, 1, 11, 21, 31, 2, 12, 22, 32),
        senders: Int32Array.of(0, 1, 0),
        receivers: Int32Array.of(1, 1, 1),
        y: Uint8Array.of(1, 0, 0),
        pid: Int32Array.of(7, -1),
      },
    ]);
  });

  it("reads graphs without truth", () => {
    const [graph] = read({ y: undefined, pid: undefined });
    expect(graph).not.toHaveProperty("y");
    expect(graph).not.toHaveProperty("pid");
  });

  it("reads other numbers of features where they are told", () => {
    const arrays = new Map<string, NumberArray>([
      ["x", { shape: [2, 1], data: [5, 6] }],
      ["edge_attr", { shape: [2, 1], data: [7, 8] }],
      ["edge_index", { shape: [2, 1], data: [0, 1] }],
    ]);
    const [graph] = graphsOf(arrays, "g.npz", { nodeFeatures: 1, edgeFeatures: 2 });
    expect(graph).toMatchObject({ x: Float32Array.of(5, 6), edgeAttr: Float32Array.of(7, 8) });
    expect(mistakeOf(() => graphsOf(arrays, "g.npz", { nodeFeatures: 1, edgeFeatures: 4 }))).toContain(
      "array 'edge_attr': its shape is (2, 1), not (4, edges)",
    );
  });

  it("numbers particles anew where their ids need 64 bits", () => {
    const ids = [2n ** 52n + 1n, -5n, 2n ** 52n, 2n ** 52n + 1n];
    const [graph] = read({
      x: { shape: [4, 3], data: new Array(12).fill(0) },
      pid: { shape: [4], data: ids },
    });
    expect(graph.pid).toEqual(Int32Array.of(0, -1, 1, 0));
  });

  it("reads many graphs, empty ones too", () => {
    const graphs = read({
      edge_index: { shape: [2, 3], data: [0, 0, 0, 0, 0, 0] },
      graph_nodes: { shape: [4], data: [0, 1, 0, 1] },
      graph_edges: { shape: [4], data: [0, 2, 0, 1] },
    });
    expect(graphs.map(({ nodes, edges }) => [nodes, edges])).toEqual([
      [0, 0],
      [1, 2],
      [0, 0],
      [1, 1],
    ]);
    expect(graphs[1].edgeAttr).toEqual(Float32Array.of(0, 10, 20, 30, 1, 11, 21, 31));
    expect(graphs[3]).toMatchObject({ x: Float32Array.of(3, 4, 5), pid: Int32Array.of(-1) });
  });

  it("reads what the generator writes, however its events are cut into blocks", () => {
    const options = { ...DEFAULT_TRACKER_OPTIONS, tracks: 3, pileUp: 1 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), (events, size) => {
        const blocks: GraphBlock[] = [];
        for (let start = 0; start < events; start += size)
          blocks.push(graphBlock(options, start, Math.min(size, events - start)));
        const totals = blocks.reduce(
          (sum, { totals: t }) => ({
            graphs: sum.graphs + t.graphs,
            nodes: sum.nodes + t.nodes,
            edges: sum.edges + t.edges,
          }),
          { graphs: 0, nodes: 0, edges: 0 },
        );
        let first = 0;
        const arrays = GRAPH_ARRAYS.map(({ name, rows, shape }): [string, NumberArray] => {
          const data: (number | bigint)[] = [];
          for (let row = first; row < first + rows; row++)
            for (const { series } of blocks) data.push(...series[row]);
          first += rows;
          return [name, { shape: shape(totals), data }];
        });
        expect(graphsOf(new Map(arrays), "g.npz")).toEqual(sampleGraphs(options, events));
      }),
      { numRuns: 8 },
    );
  });

  it.each<[string, Readonly<Record<string, NumberArray | undefined>>, string]>([
    ["no edges at all", { edge_index: undefined }, "g.npz: it holds no graphs: edge_index missing"],
    ["nodes of two features", { x: { shape: [3, 2], data: [0, 1, 2, 3, 4, 5] } }, "not (nodes, 3)"],
    [
      "edges one after the other",
      { edge_attr: { shape: [3, 4], data: new Array(12).fill(0) } },
      "Save its transpose.",
    ],
    [
      "an edge more in one array",
      { edge_index: { shape: [2, 4], data: new Array(8).fill(0) } },
      "array 'edge_index': its shape is (2, 4), not (2, edges), and edge_attr has 3 edges",
    ],
    ["a label too few", { y: { shape: [2], data: [0, 1] } }, "array 'y': its shape is (2)"],
    ["a label that is none", { y: { shape: [3], data: [0, 1, 0.5] } }, "y of edge 2 is 0.5"],
    ["half a particle", { pid: { shape: [2], data: [0, 0.5] } }, "pid of node 1 is 0.5, which is no integer"],
    ["a particle too many", { pid: { shape: [3], data: [0, 1, 2] } }, "array 'pid': its shape is (3)"],
    [
      "NaN among the nodes",
      { x: { shape: [2, 3], data: [0, 1, 2, 3, Number.NaN, 5] } },
      "array 'x': its element [1, 1] is NaN",
    ],
    [
      "a number beyond float32",
      { x: { shape: [2, 3], data: [0, 1, 2, 3, 4, 1e39] } },
      "array 'x': its element [1, 2] is 1e+39",
    ],
    [
      "an infinite edge",
      { edge_attr: { shape: [4, 3], data: [0, 1, 2, 3, 4, 5, 6, 7, -Infinity, 9, 10, 11] } },
      "array 'edge_attr': its element [2, 2] is -Infinity",
    ],
    [
      "a sender beyond the nodes",
      { edge_index: { shape: [2, 3], data: [0, 2, 0, 1, 1, 1] } },
      "edge 1 goes from node 2, but there are 2 nodes",
    ],
    [
      "a receiver below them",
      { edge_index: { shape: [2, 3], data: [0, 0, 0, 1, 1, -1] } },
      "edge 2 goes to node -1, but there are 2 nodes",
    ],
    [
      "half a node",
      { edge_index: { shape: [2, 3], data: [0, 0.5, 0, 1, 1, 1] } },
      "edge_index has 0.5 at 1, which is no integer of 32 bits",
    ],
    [
      "a node of 64 bits",
      { edge_index: { shape: [2, 3], data: [0n, 2n ** 32n, 0n, 1n, 1n, 1n] } },
      "which is no integer of 32 bits",
    ],
    ["one kind of counts", { graph_nodes: { shape: [1], data: [2] } }, "it has graph_nodes alone"],
    [
      "counts of more nodes than there are",
      { graph_nodes: { shape: [1], data: [3] }, graph_edges: { shape: [1], data: [3] } },
      "array 'graph_nodes': it counts 3 nodes, but there are 2",
    ],
    [
      "counts that do not agree",
      { graph_nodes: { shape: [2], data: [1, 1] }, graph_edges: { shape: [1], data: [3] } },
      "array 'graph_edges': its shape is (1)",
    ],
    [
      "negative counts",
      { graph_nodes: { shape: [2], data: [3, -1] }, graph_edges: { shape: [2], data: [3, 0] } },
      "graph 1 has -1 nodes",
    ],
    [
      "an edge into the next graph",
      {
        edge_index: { shape: [2, 3], data: [0, 0, 0, 0, 1, 0] },
        graph_nodes: { shape: [2], data: [1, 1] },
        graph_edges: { shape: [2], data: [1, 2] },
      },
      "g.npz: graph 1: edge 0 goes to node 1, but there are 1 nodes",
    ],
  ])("refuses %s", (_what, changes, message) => {
    expect(mistakeOf(() => read(changes))).toContain(message);
  });
});
