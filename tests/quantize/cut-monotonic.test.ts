import { describe, expect, it } from "vitest";
import type { FixedThreshold } from "../../src/ir/fixed/fixed.js";
import { type FixedType, toNumber, typeRange } from "../../src/ir/fixed-point.js";
import type { FunctionKind, ModelNode } from "../../src/ir/model/model.js";
import { cutMonotonic } from "../../src/quantize/cut-monotonic.js";
import { realFunction } from "../../src/quantize/functions/functions.js";
import { modelToFixed } from "../../src/quantize/index.js";
import { mistakeOf } from "../support/mistake.js";
import { functionNode, input, modelOf, quantize, type } from "../support/model-graph.js";

const threshold = (from: string, level: number, strict: boolean): ModelNode => ({
  op: "threshold",
  name: "t",
  inputs: [from],
  shape: [1],
  level,
  strict,
});
const argmax = (from: string): ModelNode => ({
  op: "argmax",
  name: "best",
  inputs: [from],
  shape: [],
  last: false,
});

describe("a threshold on a function", () => {
  it.each<[FunctionKind, string, number]>([
    ["sigmoid", "fixed<8,4>", 0.7],
    ["tanh", "fixed<8,3>", -0.3],
    ["exp", "fixed<8,3>", 3.3],
    ["log", "ufixed<8,4>", 0.7],
    ["softplus", "fixed<8,4>", 0.2],
    ["softsign", "fixed<8,4>", -0.65],
  ])("is one on its input: %s of %s at %s", (kind, from, level) => {
    const domain: FixedType = type(from);
    for (const strict of [false, true]) {
      const model = modelOf(
        input("x", [1]),
        quantize("q", "x", [1], domain),
        functionNode("f", "q", [1], kind),
        threshold("f", level, strict),
      );
      const { fixed } = modelToFixed(model);
      expect(fixed.nodes.map(({ op }) => op)).toEqual(["input", "requantize", "threshold"]);
      const [found] = (fixed.nodes.at(-1) as FixedThreshold).levels as [bigint];
      const { lo, hi } = typeRange(domain);
      for (let k = lo; k <= hi; k++) {
        const x = toNumber(k, domain);
        if (kind === "log" && x <= 0) continue;
        const value = realFunction(kind, {}).double(x);
        expect(k >= found, `${kind}(${x})`).toBe(strict ? value > level : value >= level);
      }
    }
  });

  it("is one on its input behind movements too, unless they add zeros or something else reads them", () => {
    const before = [
      input("x", [2, 1]),
      quantize("q", "x", [2, 1], type("fixed<6,3>")),
      functionNode("f", "q", [2, 1], "sigmoid"),
    ];
    const flat: ModelNode = { op: "reshape", name: "flat", inputs: ["f"], shape: [2] };
    const turned: ModelNode = {
      ...{ op: "slice", name: "turned", inputs: ["flat"], shape: [2] },
      ...{ starts: [1], steps: [-1] },
    };
    const end: ModelNode = { ...threshold("turned", 0.7, false), shape: [2] } as ModelNode;
    const model = modelOf(...before, flat, turned, end);
    const { nodes } = cutMonotonic(model);
    expect(nodes.map(({ name }) => name)).toEqual(["x", "q", "flat", "turned", "t"]);
    expect(nodes.at(-1)).toMatchObject({ inputs: ["turned"], level: Math.log(0.7 / (1 - 0.7)) });
    expect(nodes[2].inputs).toEqual(["q"]);

    const padded: ModelNode = {
      ...{ op: "pad", name: "turned", inputs: ["flat"], shape: [2] },
      ...{ before: [0], after: [0] },
    };
    const kept = modelOf(...before, flat, padded, end);
    expect(cutMonotonic(kept)).toBe(kept);
    const shared = { ...model, outputs: [...model.outputs, { name: "scores", value: "flat" }] };
    expect(cutMonotonic(shared)).toBe(shared);
  });

  it("on the boundary itself differs by whether it is strict", () => {
    const levels = [false, true].map((strict) => {
      const model = modelOf(
        input("x", [1]),
        quantize("q", "x", [1], type("fixed<4,2>")),
        functionNode("f", "q", [1], "sigmoid"),
        threshold("f", 0.5, strict),
      );
      return (modelToFixed(model).fixed.nodes.at(-1) as FixedThreshold).levels[0];
    });
    expect(levels).toEqual([0n, 1n]);
  });

  it.each<[FunctionKind, number, string]>([
    ["tanh", 1, "node 't': the threshold on a tanh lies between -1 and 1, found 1"],
    ["exp", 0, "node 't': the threshold on a exp is above 0, found 0"],
    ["softsign", -2, "node 't': the threshold on a softsign lies between -1 and 1, found -2"],
  ])("that decides nothing is refused: %s at %s", (kind, level, expected) => {
    const model = modelOf(
      input("x", [1]),
      quantize("q", "x", [1], type("fixed<4,2>")),
      functionNode("f", "q", [1], kind),
      threshold("f", level, false),
    );
    expect(mistakeOf(() => modelToFixed(model))).toContain(expected);
  });
});

describe("an argmax", () => {
  const before = [input("x", [5]), quantize("q", "x", [5], type("fixed<8,4>"))];

  it("reads the input of a softmax, and of increasing functions before that", () => {
    const model = modelOf(
      ...before,
      functionNode("f", "q", [5], "tanh"),
      { op: "softmax", name: "s", inputs: ["f"], shape: [5] },
      argmax("s"),
    );
    const { fixed, notes } = modelToFixed(model);
    expect(fixed.nodes.map(({ op }) => op)).toEqual(["input", "requantize", "argmax"]);
    expect(notes).toEqual([]);
  });

  it("keeps functions that do not increase everywhere, and softmaxes that are outputs as well", () => {
    const gelu = modelOf(...before, functionNode("f", "q", [5], "gelu"), argmax("f"));
    expect(modelToFixed(gelu).fixed.nodes.map(({ op }) => op)).toContain("table");
    const both = modelOf(...before, { op: "softmax", name: "s", inputs: ["q"], shape: [5] }, argmax("s"));
    const { fixed } = modelToFixed({ ...both, outputs: [...both.outputs, { name: "p", value: "s" }] });
    expect(fixed.nodes.find(({ op }) => op === "argmax")?.inputs).toEqual(["q"]);
    expect(fixed.nodes.some(({ name }) => name === "s")).toBe(true);
  });
});
