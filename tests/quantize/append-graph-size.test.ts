import { describe, expect, it } from "vitest";
import type { FixedInput } from "../../src/ir/fixed/fixed.js";
import { printType } from "../../src/ir/fixed-point.js";
import { runPasses } from "../../src/passes/index.js";
import { modelToFixed } from "../../src/quantize/index.js";
import { inputEncoder } from "../../src/sim/inputs.js";
import { referenceSimulator } from "../../src/sim/reference.js";
import { typescriptSimulator } from "../../src/sim/typescript/index.js";
import { mistakeOf } from "../support/mistake.js";
import { input, modelOf, quantize, type } from "../support/model-graph.js";

const network = modelOf(input("x", [3, 1]), quantize("q", "x", [3, 1], type("fixed<4,2>")));
const flagged = (nodes: number, edges: number) =>
  runPasses(modelToFixed(network, { graph: { nodes, edges } }).fixed);

describe("the flag of cut graphs", () => {
  it.each([
    [3, 5],
    [1, 1],
    [7, 8],
    [448, 896],
  ])("is 1 beyond %i nodes or %i edges, in every engine", async (nodes, edges) => {
    const fixed = flagged(nodes, edges);
    const size = fixed.nodes.find(({ name }) => name === "graph_size") as FixedInput;
    const engines = [referenceSimulator(fixed), await typescriptSimulator(fixed)];
    const encode = inputEncoder(size, { raw: false });
    for (const n of [0, 1, nodes - 1, nodes, nodes + 1, 2 * nodes + 1, 1e9]) {
      for (const e of [0, 1, edges - 1, edges, edges + 1, 4 * edges, 1e9]) {
        for (const engine of engines) {
          const { cut } = engine.run({ x: Int32Array.of(0, 0, 0), graph_size: encode([n, e], 0) });
          expect([...cut].map(Number), `${n} nodes, ${e} edges`).toEqual([n > nodes || e > edges ? 1 : 0]);
        }
      }
    }
  });

  it("counts in types that hold one more than the largest", () => {
    const typesOf = (nodes: number, edges: number) =>
      flagged(nodes, edges)
        .nodes.find(({ name }) => name === "graph_size")
        ?.types.items.map(printType);
    expect(typesOf(6, 15)).toEqual(["ufixed<3,3>", "ufixed<5,5>"]);
    expect(typesOf(7, 14)).toEqual(["ufixed<4,4>"]);
  });

  it("stands beside a threshold on the model's own output", () => {
    const options = { graph: { nodes: 3, edges: 5 }, threshold: { level: 0.5, name: "mask" } };
    expect(modelToFixed(network, options).fixed.outputs.map(({ name }) => name)).toEqual(["mask", "cut"]);
  });

  it("has names that no node of the model has", () => {
    const model = modelOf(input("x", [3, 1]), quantize("cut", "x", [3, 1], type("fixed<4,2>")));
    const { fixed } = modelToFixed(model, { graph: { nodes: 3, edges: 5 } });
    expect(fixed.outputs).toEqual([
      { name: "y", value: "cut" },
      { name: "cut", value: "cut_" },
    ]);
  });

  it("refuses a model that has an input or output of these names, and another type", () => {
    const graph = { nodes: 3, edges: 5 };
    const other = modelOf(
      input("graph_size", [3, 1]),
      quantize("q", "graph_size", [3, 1], type("fixed<4,2>")),
    );
    expect(mistakeOf(() => modelToFixed(other, { graph }))).toContain("has an input 'graph_size'");
    const named = { ...network, outputs: [{ name: "cut", value: "q" }] };
    expect(mistakeOf(() => modelToFixed(named, { graph }))).toContain("has an output 'cut'");
    const types = { graph_size: type("ufixed<8,8>") };
    expect(mistakeOf(() => modelToFixed(network, { graph, types }))).toContain("types: graph_size");
  });
});
