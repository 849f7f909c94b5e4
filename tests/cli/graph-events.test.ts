import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openGraphs } from "../../src/cli/graph-events.js";
import type { GraphLayout } from "../../src/cli/graph-layout.js";
import type { TrackerGraph } from "../../src/physics/tracker/graphs.js";
import { collect } from "../support/collect.js";
import { writeGraphs } from "../support/graph-files.js";

/** A chain of nodes whose features are their numbers. */
const chain = (nodes: number): TrackerGraph => {
  const edges = Math.max(nodes - 1, 0);
  return {
    ...{ nodes, edges },
    x: Float32Array.from({ length: 3 * nodes }, (_, i) => Math.floor(i / 3)),
    edgeAttr: Float32Array.from({ length: 4 * edges }, (_, i) => Math.floor(i / 4)),
    senders: Int32Array.from({ length: edges }, (_, e) => e),
    receivers: Int32Array.from({ length: edges }, (_, e) => e + 1),
  };
};
const layoutOf = (edgeFeatures: string | undefined): GraphLayout => ({
  form: { nodes: 2, edges: 3, nodeFeatures: 3, edgeFeatures: edgeFeatures === undefined ? undefined : 4 },
  inputs: { nodeFeatures: "hits", edgeFeatures, edgeIndex: "ends" },
});

let file: string;
beforeAll(() => {
  file = join(mkdtempSync(join(tmpdir(), "l1c-graph-events-")), "graphs.npz");
  writeGraphs(file, [chain(1), chain(2), chain(9), chain(0), chain(2)]);
});
afterAll(() => rmSync(join(file, ".."), { recursive: true, force: true }));

it("gives graphs as events, in blocks, one array for each input", async () => {
  const source = await openGraphs(file, layoutOf("attributes"));
  expect(source.count).toBe(5);
  expect(source.names).toEqual(["hits", "attributes", "ends", "graph_size"]);
  expect(source.names.map((name) => source.shape(name))).toEqual([[2, 3], [3, 4], [2, 3], [2]]);
  const blocks = await collect(source.blocks(source.names, 2));
  expect(blocks.map(({ start, rows }) => [start, rows])).toEqual([
    [0, 2],
    [2, 2],
    [4, 1],
  ]);
  const [first, second] = blocks;
  expect(first.arrays.hits).toEqual(Float32Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1));
  expect(first.arrays.ends).toEqual(Int32Array.of(2, 2, 2, 2, 2, 2, 0, 2, 2, 1, 2, 2));
  // The size is that of the whole graph, as far as the input can tell: one beyond the largest.
  expect(first.arrays.graph_size).toEqual(Int32Array.of(1, 0, 2, 1));
  expect(second.arrays.graph_size).toEqual(Int32Array.of(3, 4, 0, 0));
});

it("gives only the arrays that are asked for, and none of edges that the network does not read", async () => {
  const source = await openGraphs(file, layoutOf(undefined));
  expect(source.names).toEqual(["hits", "ends", "graph_size"]);
  const [block] = await collect(source.blocks(["ends"], 5));
  expect(Object.keys(block.arrays)).toEqual(["ends"]);
});
