import { describe, expect, it } from "vitest";
import { checkConfig } from "../../src/cli/config.js";
import { describeGraph, graphLayout } from "../../src/cli/graph-layout.js";
import { mistakeOf } from "../support/mistake.js";

const port = (name: string, ...shape: readonly number[]) => ({ name, shape });
const [x, attributes, index] = [port("x", 4, 3), port("e", 5, 2), port("edge_index", 2, 5)];
const configOf = (changes: object = {}) =>
  checkConfig({ graph: { nodes: 4, edges: 5, edge_features: "e", ...changes } }, "test");

describe("graphLayout", () => {
  it("tells which input holds what, with and without edge features", () => {
    expect(graphLayout(configOf(), [x, attributes, index, port("graph_size", 2)])).toEqual({
      form: { nodes: 4, edges: 5, nodeFeatures: 3, edgeFeatures: 2 },
      inputs: { nodeFeatures: "x", edgeFeatures: "e", edgeIndex: "edge_index" },
    });
    const without = graphLayout(configOf({ edge_features: undefined }), [index, x]);
    expect(without).toMatchObject({ form: { nodeFeatures: 3, edgeFeatures: undefined } });
    expect(graphLayout(checkConfig({}, "test"), [x])).toBeUndefined();
  });

  it.each([
    ["an input that is not there", {}, [x, index], "the model has no input 'e'"],
    [
      "another size",
      { nodes: 6 },
      [x, attributes, index],
      "input 'x' has the shape [4, 3], not [6, features]",
    ],
    ["one index", {}, [x, attributes, port("edge_index", 5)], "not [2, 5]"],
    ["an input more", {}, [x, attributes, index, port("u", 1)], "it does not say what input 'u' is"],
    [
      "edge features that it does not name",
      { edge_features: undefined },
      [x, attributes, index],
      "graph: { edge_features: e }",
    ],
  ])("refuses %s", (_name, changes, inputs, message) => {
    expect(mistakeOf(() => graphLayout(configOf(changes), inputs))).toContain(message);
  });
});

describe("describeGraph", () => {
  const outputsOf = (...outputs: readonly ReturnType<typeof port>[]) =>
    describeGraph(configOf(), { inputs: [x, attributes, index], outputs }).graph;

  it("finds the one output with a number for each edge", () => {
    expect(outputsOf(port("s", 5, 1), port("n", 4, 3), port("cut", 1))).toMatchObject({
      outputs: { s: "edges", n: "nodes", cut: "graph" },
      scores: "s",
    });
    expect(outputsOf(port("s", 5), port("t", 5))?.scores).toBeNull();
    expect(outputsOf(port("s", 5, 2))?.scores).toBeNull();
  });
});
