import { describe, expect, it } from "vitest";
import type { FixedType } from "../../src/ir/fixed-point.js";
import type { Model, ModelNode, Quantizer } from "../../src/ir/model/model.js";
import { quantizeModel } from "../../src/quantize/quantize.js";
import { mistakeOf } from "../support/mistake.js";
import { functionNode, input, modelOf, quantize, type } from "../support/model-graph.js";

const per = (granularity: "channel" | "element", ...types: readonly string[]): Quantizer => ({
  types: { per: granularity, items: types.map(type) },
  rounding: "TRN",
  overflow: "WRAP",
});
const quantizeBy = (
  name: string,
  from: string,
  shape: readonly number[],
  quantizer: Quantizer,
): ModelNode => ({
  op: "quantize",
  name,
  inputs: [from],
  shape,
  quantizer,
});

function inputTypes(
  model: Model,
): { readonly per: string; readonly items: readonly FixedType[] } | undefined {
  return quantizeModel(model).fixed.nodes[0]?.types;
}

describe("an input read through movements", () => {
  it("takes the types of the quantizer behind a transpose, element by element", () => {
    const model = modelOf(
      input("x", [2, 3]),
      { op: "transpose", name: "t", inputs: ["x"], shape: [3, 2], permutation: [1, 0] },
      quantizeBy("q", "t", [3, 2], per("channel", "fixed<4,2>", "fixed<5,2>")),
    );
    const found = inputTypes(model);
    expect(found?.per).toBe("element");
    expect(found?.items).toEqual(
      ["fixed<4,2>", "fixed<4,2>", "fixed<4,2>", "fixed<5,2>", "fixed<5,2>", "fixed<5,2>"].map(type),
    );
    expect(quantizeModel(model).fixed.nodes[0]).toMatchObject({ rounding: "TRN", overflow: "WRAP" });
  });

  it("takes one type where the quantizer has one, also behind reshape, pad and concat", () => {
    const model = modelOf(
      input("x", [2, 3]),
      { op: "reshape", name: "r", inputs: ["x"], shape: [6] },
      { op: "pad", name: "p", inputs: ["r"], shape: [8], before: [1], after: [1] },
      { op: "concat", name: "c", inputs: ["p", "r"], shape: [14], axis: 0 },
      quantize("q", "c", [14], type("fixed<6,3>")),
    );
    expect(inputTypes(model)).toEqual({ per: "tensor", items: [type("fixed<6,3>")] });
  });

  it("takes the types of several quantizers behind slices that do not overlap", () => {
    const slice = (name: string, start: number): ModelNode => ({
      op: "slice",
      name,
      inputs: ["x"],
      shape: [2],
      starts: [start],
      steps: [1],
    });
    const halves = (second: ModelNode) =>
      modelOf(
        input("x", [4]),
        slice("a", 0),
        slice("b", 2),
        quantize("qa", "a", [2], type("fixed<4,2>")),
        second,
      );
    expect(inputTypes(halves(quantize("qb", "b", [2], type("ufixed<3,1>"))))?.items).toEqual(
      ["fixed<4,2>", "fixed<4,2>", "ufixed<3,1>", "ufixed<3,1>"].map(type),
    );
    const other = quantize("qb", "b", [2], type("fixed<4,2>"), { rounding: "TRN" });
    expect(mistakeOf(() => quantizeModel(halves(other)))).toContain(
      "input 'x': its readers quantize it in different ways",
    );
  });

  it("is its sign where only comparisons with 0 read it, also behind movements and beside quantizers of other elements", () => {
    const compare = (name: string, from: string, size: number, strict: boolean): ModelNode => ({
      op: "threshold",
      name,
      inputs: [from],
      shape: [size],
      level: 0,
      strict,
    });
    const slice = (name: string, start: number): ModelNode => ({
      op: "slice",
      name,
      inputs: ["x"],
      shape: [2],
      starts: [start],
      steps: [1],
    });
    const model = (second: ModelNode) =>
      modelOf(input("x", [4]), slice("a", 0), slice("b", 2), compare("ca", "a", 2, false), second);
    expect(inputTypes(model(compare("cb", "b", 2, false)))).toEqual({
      per: "tensor",
      items: [type("fixed<1,1>")],
    });
    const beside = quantize("qb", "b", [2], type("fixed<4,2>"), { rounding: "TRN" });
    expect(inputTypes(model(beside))?.items.map(({ width }) => width)).toEqual([1, 1, 4, 4]);
    expect(mistakeOf(() => quantizeModel(model(compare("cb", "b", 2, true))))).toContain(
      "its readers quantize it in different ways",
    );
  });

  it("is asked for by name where a reader has no quantizer, or it is an output", () => {
    const bare = modelOf(
      input("x", [2, 3]),
      { op: "reshape", name: "r", inputs: ["x"], shape: [6] },
      { op: "relu", name: "a", inputs: ["r"], shape: [6] },
    );
    expect(mistakeOf(() => quantizeModel(bare))).toBe(
      "input 'x': 'a' reads it without a quantizer, so the model does not fix its type\n" +
        '  Give its type in l1c.yaml, e.g. types: { x: "fixed<16,6>" }.',
    );
    expect(quantizeModel(bare, { x: type("fixed<16,6>") }).fixed.nodes[0]?.types.items).toEqual([
      type("fixed<16,6>"),
    ]);
    const output = { ...bare, nodes: bare.nodes.slice(0, 2), outputs: [{ name: "y", value: "r" }] };
    expect(mistakeOf(() => quantizeModel(output))).toContain(
      "input 'x': it is an output without a quantizer",
    );
  });
});

describe("types of the configuration", () => {
  const model = modelOf(
    input("x", [2]),
    quantize("q", "x", [2], type("fixed<4,2>")),
    functionNode("f", "q", [2], "tanh"),
  );

  it("are refused where nothing takes them", () => {
    expect(mistakeOf(() => quantizeModel(model, { z: type("fixed<4,2>") }))).toBe(
      "types: z: the model has no node of this name\n  Types can be given for 'x', 'f'.",
    );
    expect(mistakeOf(() => quantizeModel(model, { q: type("fixed<4,2>") }))).toContain(
      "types: q: 'q' is a quantize: its type follows from its inputs",
    );
  });
});
