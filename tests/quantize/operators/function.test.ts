import { describe, expect, it } from "vitest";
import type { FixedTable } from "../../../src/ir/fixed/fixed.js";
import { toNumber, typeRange } from "../../../src/ir/fixed-point.js";
import type { ModelNode } from "../../../src/ir/model/model.js";
import { exactRatio, ratio } from "../../../src/ir/ratio.js";
import { runPasses } from "../../../src/passes/index.js";
import { realFunction } from "../../../src/quantize/functions/functions.js";
import { roundedValue } from "../../../src/quantize/functions/round.js";
import { quantizeModel } from "../../../src/quantize/quantize.js";
import { referenceSimulator } from "../../../src/sim/reference.js";
import { functionNode, input, modelOf, quantize, type } from "../../support/model-graph.js";

const from = type("ufixed<9,3>");
const to = type("ufixed<8,2>");
const all = Array.from({ length: 512 }, (_, k) => BigInt(k));

/** What HGQ2's QSoftmax does with the sum: 1 / (x + 1e-7), whose argument has 78 bits but only 512 values. */
function shifted(multiplier: number, offset: number) {
  const shape = [all.length];
  const affine: ModelNode = {
    op: "affine",
    name: "a",
    inputs: ["q"],
    shape,
    multiplier: { shape: [], data: [multiplier] },
    offset: { shape: [], data: [offset] },
    multiplierQuantizer: undefined,
    offsetQuantizer: undefined,
  };
  return modelOf(
    input("x", shape),
    quantize("q", "x", shape, from),
    affine,
    functionNode("f", "a", shape, "reciprocal"),
    quantize("y", "f", shape, to, { rounding: "RND_CONV" }),
  );
}

describe("a function of m · x + c", () => {
  it.each([
    [1, 1e-7],
    [3, 0.1],
    [-1, 100.3],
  ])("is one correctly rounded table of x where x has few values: m = %d, c = %d", (m, c) => {
    const { fixed, notes } = quantizeModel(shifted(m, c));
    expect(notes.filter(({ where }) => where === "node 'y'")).toEqual([]);
    const after = runPasses(fixed);
    expect(after.nodes.some(({ op }) => op === "interpolate" || op === "affine")).toBe(false);
    const table = after.nodes.find(({ op }) => op === "table") as FixedTable;
    expect(table.inputs).toEqual(["x"]);
    const f = realFunction("reciprocal", {});
    const offset = exactRatio(c);
    const expected = all.map((k) => {
      const x = ratio(BigInt(m) * k * offset.d + 64n * offset.n, 64n * offset.d);
      return roundedValue(f, x, { type: to, rounding: "RND_CONV", overflow: "SAT" });
    });
    for (const graph of [fixed, after]) {
      const { y } = referenceSimulator(graph).run({ x: all });
      expect(Array.from(y as ArrayLike<bigint>, BigInt)).toEqual(expected);
    }
    // Doubles give the same, apart from ties.
    const doubles = all.map((k) => {
      const value = 1 / (m * toNumber(k, from) + c);
      return Math.min(Math.round(value * 64), Number(typeRange(to).hi));
    });
    expect(expected.filter((k, i) => Number(k) !== doubles[i]).length).toBeLessThan(3);
  });

  it("of a decreasing function the input is clamped where the result saturates", () => {
    const shape = [2];
    const model = modelOf(
      input("x", shape),
      quantize("q", "x", shape, type("ufixed<20,4>")),
      {
        op: "clamp",
        name: "c",
        inputs: ["q"],
        shape,
        low: 2 ** -16,
        high: undefined,
      } as ModelNode,
      functionNode("f", "c", shape, "reciprocal"),
      quantize("y", "f", shape, type("ufixed<8,2>")),
    );
    const { fixed, notes } = quantizeModel(model);
    expect(fixed.nodes.map(({ name }) => name)).toContain("y.clamp");
    const note = notes.find(({ where }) => where === "node 'y'")?.message;
    expect(note).toMatch(/at most 0\.\d+ output steps off when saturated and not yet rounded$/);
    const { y } = referenceSimulator(fixed).run({ x: [0n, 1n << 16n] });
    expect(Array.from(y as ArrayLike<bigint>, Number)).toEqual([255, 64]);
  });
});
