import { describe, expect, it } from "vitest";
import type { ModelNode } from "../../src/ir/model/model.js";
import { quantizeModel } from "../../src/quantize/quantize.js";
import { input, modelOf, quantize, quantizer, type } from "../support/model-graph.js";

function dense(name: string, from: string, weight: number, width: number): ModelNode {
  const kernelQuantizer = quantizer({ signed: true, width, integer: 2 });
  return {
    op: "dense",
    name,
    inputs: [from],
    shape: [1],
    kernel: { shape: [1, 1], data: [weight] },
    bias: { shape: [1], data: [0] },
    kernelQuantizer,
    biasQuantizer: undefined,
  };
}

describe("the note about float32", () => {
  const start = [input("x", [1]), quantize("q", "x", [1], type("fixed<8,2>"))];

  it("is not there where float32 holds every sum", () => {
    expect(quantizeModel(modelOf(...start, dense("d", "q", 1.3, 8))).notes).toEqual([]);
  });

  it("names the nodes whose results need more than 24 bits, in one line", () => {
    const names = ["a", "b", "c", "d", "e"];
    const chain = names.map((name, i) => dense(name, i === 0 ? "q" : (names[i - 1] as string), 1 / 3, 14));
    const { notes } = quantizeModel(modelOf(...start, ...chain));
    expect(notes).toHaveLength(1);
    expect(notes[0]?.where).toBe("nodes 'b', 'c', 'd' and 1 more");
    expect(notes[0]?.message).toMatch(
      /^sums need \d+ bits; float32 in the training framework holds 24, so its last bits may differ$/,
    );
  });

  it("tells of values that are no binary fractions", () => {
    const mean: ModelNode = { op: "reduce", kind: "mean", name: "m", inputs: ["q"], shape: [], axes: [0] };
    const model = modelOf(input("x", [3]), quantize("q", "x", [3], type("fixed<8,2>")), mean);
    expect(quantizeModel(model).notes).toEqual([
      {
        where: "node 'm'",
        message:
          "values are no binary fractions; float32 in the training framework holds 24, so its last bits may differ",
      },
    ]);
  });
});
