import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitGraph, type GraphForm } from "../../../src/physics/tracker/fit.js";
import type { TrackerGraph } from "../../../src/physics/tracker/graphs.js";

/** A graph whose features tell nodes and edges apart. */
const graphOf = (nodes: number, ends: readonly (readonly [number, number])[]): TrackerGraph => ({
  nodes,
  edges: ends.length,
  x: Float32Array.from({ length: 2 * nodes }, (_, i) => 1 + i),
  edgeAttr: Float32Array.from({ length: ends.length }, (_, e) => 100 + e),
  senders: Int32Array.from(ends, ([from]) => from),
  receivers: Int32Array.from(ends, ([, to]) => to),
});
const form = (nodes: number, edges: number): GraphForm => ({
  nodes,
  edges,
  nodeFeatures: 2,
  edgeFeatures: 1,
});

/** Self-loops, repeated edges, backward ones. */
const GRAPH = graphOf(3, [
  [0, 2],
  [1, 1],
  [2, 0],
  [0, 1],
  [0, 1],
]);

describe("fitGraph", () => {
  it("pads a smaller graph with zeros and edges to no node", () => {
    expect(fitGraph(GRAPH, form(4, 7))).toEqual({
      x: Float32Array.of(1, 2, 3, 4, 5, 6, 0, 0),
      edgeAttr: Float32Array.of(100, 101, 102, 103, 104, 0, 0),
      edgeIndex: Int32Array.of(0, 1, 2, 0, 0, 4, 4, 2, 1, 0, 1, 1, 4, 4),
      nodes: 3,
      kept: Int32Array.of(0, 1, 2, 3, 4),
      size: [3, 5],
      cut: false,
    });
  });

  it("leaves a graph of just the largest size as it is", () => {
    const fitted = fitGraph(GRAPH, form(3, 5));
    expect(fitted).toMatchObject({ x: GRAPH.x, edgeAttr: GRAPH.edgeAttr, cut: false });
    expect(fitted.edgeIndex).toEqual(Int32Array.of(...GRAPH.senders, ...GRAPH.receivers));
  });

  it("drops the nodes beyond, their edges, and then the edges beyond", () => {
    expect(fitGraph(GRAPH, form(2, 2))).toEqual({
      x: Float32Array.of(1, 2, 3, 4),
      edgeAttr: Float32Array.of(101, 103),
      edgeIndex: Int32Array.of(1, 0, 1, 1),
      nodes: 2,
      kept: Int32Array.of(1, 3),
      size: [3, 5],
      cut: true,
    });
  });

  it("flags one node or one edge too many, also where the edges that are left would fit", () => {
    expect(fitGraph(GRAPH, form(2, 9)).cut).toBe(true);
    expect(fitGraph(GRAPH, form(9, 4))).toMatchObject({ cut: true, kept: Int32Array.of(0, 1, 2, 3) });
  });

  it("makes padding alone of a graph of nothing", () => {
    const fitted = fitGraph(graphOf(0, []), form(1, 2));
    expect(fitted).toMatchObject({ edgeIndex: Int32Array.of(1, 1, 1, 1), size: [0, 0], cut: false });
  });

  it("keeps of any graph the first edges among the first nodes", () => {
    const graphs = fc.integer({ min: 1, max: 8 }).chain((nodes) => {
      const node = fc.integer({ min: 0, max: nodes - 1 });
      return fc.array(fc.tuple(node, node), { maxLength: 12 }).map((ends) => graphOf(nodes, ends));
    });
    const size = fc.integer({ min: 1, max: 10 });
    fc.assert(
      fc.property(graphs, size, size, (graph, N, E) => {
        const { x, edgeAttr, edgeIndex, nodes, kept, cut } = fitGraph(graph, form(N, E));
        expect(nodes).toBe(Math.min(N, graph.nodes));
        const inside = Array.from({ length: graph.edges }, (_, e) => e).filter(
          (e) => graph.senders[e] < N && graph.receivers[e] < N,
        );
        expect([...kept]).toEqual(inside.slice(0, E));
        expect([...x]).toEqual(Array.from({ length: 2 * N }, (_, i) => (i < 2 * nodes ? 1 + i : 0)));
        const filled = (values: readonly number[], rest: number) =>
          Array.from({ length: E }, (_, e) => values[e] ?? rest);
        expect([...edgeAttr]).toEqual(
          filled(
            [...kept].map((e) => 100 + e),
            0,
          ),
        );
        const ends = (of: Int32Array) =>
          filled(
            [...kept].map((e) => of[e]),
            N,
          );
        expect([...edgeIndex]).toEqual([...ends(graph.senders), ...ends(graph.receivers)]);
        expect(cut).toBe(graph.nodes > N || graph.edges > E);
      }),
    );
  });
});
