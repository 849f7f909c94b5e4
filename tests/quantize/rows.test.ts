import { describe, expect, it } from "vitest";
import { type FixedType, printType, toNumber } from "../../src/ir/fixed-point.js";
import { atElement } from "../../src/ir/granular.js";
import type { Model, ModelNode } from "../../src/ir/model/model.js";
import { calibrateModel, quantizerSites } from "../../src/quantize/calibrate/index.js";
import { modelToFixed } from "../../src/quantize/index.js";
import { toBigInts } from "../../src/sim/elements.js";
import { createFloatExecutor } from "../../src/sim/float/index.js";
import { referenceSimulator } from "../../src/sim/reference.js";
import { mistakeOf } from "../support/mistake.js";
import { input, modelOf, type } from "../support/model-graph.js";
import { Random } from "../support/random.js";

const select = (name: string, from: string, index: string, shape: readonly number[]): ModelNode => ({
  op: "index_select",
  name,
  inputs: [from, index],
  shape,
});
const scatter = (
  name: string,
  kind: "sum" | "max" | "mean",
  from: string,
  index: string,
  shape: readonly number[],
): ModelNode => ({ op: "scatter", kind, name, inputs: [from, index], shape, rows: shape[0] as number });
const reshape = (name: string, from: string, shape: readonly number[]): ModelNode => ({
  op: "reshape",
  name,
  inputs: [from],
  shape,
});
const slice = (name: string, from: string, row: number, edges: number): ModelNode => ({
  op: "slice",
  name,
  inputs: [from],
  shape: [1, edges],
  starts: [row, 0],
  steps: [1, 1],
});

/** Node values to the receivers and from there to the edges; sender and receiver are rows of one input. */
function messages(nodes: number, edges: number, kind: "sum" | "max" | "mean" = "sum"): Model {
  return modelOf(
    input("x", [nodes, 2]),
    input("edges", [2, edges]),
    slice("from", "edges", 0, edges),
    reshape("sender", "from", [edges]),
    slice("to", "edges", 1, edges),
    reshape("receiver", "to", [edges]),
    select("sent", "x", "sender", [edges, 2]),
    scatter("got", kind, "sent", "receiver", [nodes, 2]),
    select("y", "got", "receiver", [edges, 2]),
  );
}

const X = { x: type("fixed<6,3>") };

describe("an input that is read as index", () => {
  it.each([
    [1, "ufixed<1,1>"],
    [3, "ufixed<2,2>"],
    [4, "ufixed<3,3>"],
    [127, "ufixed<7,7>"],
    [128, "ufixed<8,8>"],
  ])("has room for %i rows and one number that is none: %s", (nodes, text) => {
    const { fixed } = modelToFixed(messages(nodes, 2), { types: X });
    const node = fixed.nodes.find(({ name }) => name === "edges");
    expect(node?.types.items.map(printType)).toEqual([text]);
  });

  it("takes a type of its own where one is given, without fractional bits", () => {
    const wide: Readonly<Record<string, FixedType>> = { ...X, edges: type("ufixed<12,12>") };
    const { fixed } = modelToFixed(messages(3, 2), { types: wide });
    expect(fixed.nodes.find(({ name }) => name === "edges")?.types.items.map(printType)).toEqual([
      "ufixed<12,12>",
    ]);
    expect(
      mistakeOf(() => modelToFixed(messages(3, 2), { types: { ...X, edges: type("ufixed<12,10>") } })),
    ).toMatch(/node 'sent': its index does not count in units of 1/);
  });

  it("and as a value, too, needs a type", () => {
    const both = modelOf(input("x", [3]), select("y", "x", "x", [3]));
    expect(mistakeOf(() => modelToFixed(both))).toMatch(/'y' reads it without a quantizer/);
  });

  it("in networks of other sizes has no one type", () => {
    const model = modelOf(
      input("a", [3]),
      input("b", [9]),
      input("i", [2]),
      select("of a", "a", "i", [2]),
      select("of b", "b", "i", [2]),
      { op: "add", name: "y", inputs: ["of a", "of b"], shape: [2] },
    );
    const types = { a: type("fixed<4,4>"), b: type("fixed<4,4>") };
    expect(mistakeOf(() => modelToFixed(model, { types }))).toMatch(
      /its readers quantize it in different ways/,
    );
  });
});

describe("rows in integers", () => {
  const graphs: Readonly<Record<string, readonly number[]>> = {
    "some edges": [0, 1, 2, 2, 1, 2, 0, 1],
    "all into one node": [0, 1, 2, 0, 1, 1, 1, 1],
    "self-loops": [0, 1, 2, 2, 0, 1, 2, 2],
    "one edge again and again": [2, 2, 2, 2, 0, 0, 0, 0],
    "padded edges": [0, 2, 3, 3, 1, 1, 3, 3],
    "no edge": [3, 3, 3, 3, 3, 3, 3, 3],
  };
  it.each(Object.keys(graphs))("equal the float model: %s", (name) => {
    for (const kind of ["sum", "max", "mean"] as const) {
      const model = messages(3, 4, kind);
      const { fixed, notes } = modelToFixed(model, { types: X });
      expect(notes.some(({ message }) => message.includes("a 16th of a step"))).toBe(kind === "mean");
      const simulator = referenceSimulator(fixed);
      const float = createFloatExecutor(model, { quantizers: "apply" });
      const random = new Random(5);
      const y = fixed.nodes.find((node) => node.name === fixed.outputs[0]?.value);
      for (let event = 0; event < 20; event++) {
        const x = random.array(6, () => random.integer(-32, 31));
        const edges = graphs[name] as readonly number[];
        const { y: integers } = simulator.run({ x: Int32Array.from(x), edges: Int32Array.from(edges) });
        const expected = float.run({
          x: Float64Array.from(x, (k) => k / 8),
          edges: Float64Array.from(edges),
        }).y;
        for (const [e, k] of toBigInts(integers).entries()) {
          const value = toNumber(k, atElement(y?.types as never, e, 2));
          const allowed = kind === "mean" ? 1 / 8 / 16 : 0;
          expect(Math.abs(value - (expected?.[e] as number))).toBeLessThanOrEqual(allowed);
        }
      }
    }
  });

  it("are brought to one unit first", () => {
    const model = modelOf(
      input("a", [1, 2]),
      input("b", [2, 2]),
      input("i", [4]),
      { op: "concat", name: "x", inputs: ["a", "b"], shape: [3, 2], axis: 0 },
      select("y", "x", "i", [4, 2]),
    );
    const types = { a: type("fixed<4,4>"), b: type("fixed<4,2>") };
    const { fixed } = modelToFixed(model, { types });
    const { y } = referenceSimulator(fixed).run({
      a: Int32Array.of(1, -2),
      b: Int32Array.of(3, 4, -5, 6),
      i: Int32Array.of(0, 1, 2, 3),
    });
    expect(toBigInts(y).map(Number)).toEqual([4, -8, 3, 4, -5, 6, 0, 0]);
  });

  it("have no mean of more rows than a table has entries", () => {
    const model = modelOf(input("x", [5000]), input("i", [5000]), scatter("y", "mean", "x", "i", [3]));
    expect(mistakeOf(() => modelToFixed(model, { types: X }))).toMatch(
      /node 'y': the mean of up to 5000 rows/,
    );
  });
});

describe("calibration of a graph network", () => {
  it("leaves indices as they are, and quantizes sums of rows", async () => {
    const model = messages(3, 4);

    expect(quantizerSites(model).map(({ layer, needed }) => [layer, needed])).toEqual([
      ["x", true],
      ["got", false],
    ]);
    const event = { x: Float64Array.of(1, 2, 3, 4, 5, 6.5), edges: Float64Array.of(0, 1, 2, 2, 1, 2, 0, 3) };
    const float = (one: Model) => createFloatExecutor(one, { quantizers: "ignore" }).runAll;
    const quantized = await calibrateModel(model, [event], float, { activations: { bits: 6 } });
    const { fixed } = modelToFixed(quantized);
    const typeOf = (name: string) =>
      fixed.nodes.find((node) => node.name === name)?.types.items.map(printType);
    expect([typeOf("edges"), typeOf("x")]).toEqual([["ufixed<2,2>"], ["ufixed<4,3>"]]);
  });
});
