import { describe, expect, it } from "vitest";
import type { Model } from "../../src/ir/model/model.js";
import { modelToFixed } from "../../src/quantize/index.js";
import { mistakeOf } from "../support/mistake.js";
import { input, modelOf, quantize, type } from "../support/model-graph.js";

const NODES = 28;

/** Features of nodes at the first row of an index. */
const network: Model = modelOf(
  input("x", [NODES, 1]),
  quantize("q", "x", [NODES, 1], type("fixed<4,2>")),
  input("edges", [2, 6]),
  { op: "slice", name: "first", inputs: ["edges"], shape: [1, 6], starts: [0, 0], steps: [1, 1] },
  { op: "reshape", name: "sender", inputs: ["first"], shape: [6] },
  { op: "index_select", name: "y", inputs: ["q", "sender"], shape: [6, 1] },
);
const compile = (edges: string) => () =>
  modelToFixed(network, { graph: { nodes: NODES, edges: 6 }, types: { edges: type(edges) } });

describe("the type that is given to an index", () => {
  it.each(["ufixed<4,4>", "fixed<5,5>"])("%s saturates before the index of padding", (edges) => {
    expect(mistakeOf(compile(edges))).toMatch(
      /^types: edges: its largest index is 15, but 'y' needs 28: that of padding/,
    );
  });

  it.each(["ufixed<5,5>", "fixed<6,6>", "ufixed<9,9>"])("%s holds it", (edges) => {
    expect(compile(edges)).not.toThrow();
  });

  it("is the user's own without a largest graph", () => {
    const types = { edges: type("ufixed<4,4>") };
    expect(() => modelToFixed(network, { types })).not.toThrow();
  });
});
