import { describe, expect, it } from "vitest";
import type { FixedInterpolate } from "../../../src/ir/fixed/fixed.js";
import { type FixedType, toNumber, typeRange } from "../../../src/ir/fixed-point.js";
import type { FunctionKind } from "../../../src/ir/model/model.js";
import { realFunction } from "../../../src/quantize/functions/functions.js";
import { MOST_NODES } from "../../../src/quantize/functions/interpolation.js";
import { quantizeModel } from "../../../src/quantize/quantize.js";
import { referenceSimulator } from "../../../src/sim/reference.js";
import { mistakeOf } from "../../support/mistake.js";
import { functionNode, input, modelOf, quantize, type } from "../../support/model-graph.js";
import { Random } from "../../support/random.js";

const COUNT = 400;

function build(kind: FunctionKind, from: FixedType, to: FixedType, rounding: "RND" | "TRN" = "RND") {
  const shape = [COUNT];
  const model = modelOf(
    input("x", shape),
    quantize("q", "x", shape, from),
    functionNode("f", "q", shape, kind),
    quantize("y", "f", shape, to, { rounding }),
  );
  return quantizeModel(model);
}

/** The largest distance of outputs from the function, in output steps, at random inputs and the ends. */
function largestError(kind: FunctionKind, from: FixedType, to: FixedType, seed: number): number {
  const { fixed } = build(kind, from, to);
  const simulator = referenceSimulator(fixed);
  const random = new Random(seed);
  const ks = random.array(COUNT, () => random.within(typeRange(from)));
  const result = Array.from(simulator.run({ x: ks }).y as ArrayLike<number | bigint>, BigInt);
  const { lo, hi } = typeRange(to);
  const step = toNumber(1n, to);
  return Math.max(
    ...ks.map((k, i) => {
      const exact = realFunction(kind, {}).double(toNumber(k, from)) / step;
      const inRange = Math.min(Math.max(exact, Number(lo)), Number(hi));
      return Math.abs(Number(result[i]) - inRange);
    }),
  );
}

describe("straight lines for inputs of more than 12 bits", () => {
  it.each<[FunctionKind, string, string]>([
    ["sigmoid", "fixed<16,6>", "ufixed<8,0>"],
    ["sigmoid", "fixed<24,8>", "ufixed<12,0>"],
    ["tanh", "fixed<18,4>", "fixed<10,1>"],
    ["exp", "fixed<14,3>", "ufixed<12,5>"],
    ["softplus", "fixed<16,5>", "ufixed<10,4>"],
    ["gelu", "fixed<16,4>", "fixed<10,4>"],
    ["silu", "fixed<16,4>", "fixed<10,4>"],
    ["sqrt", "ufixed<16,8>", "ufixed<8,4>"],
  ])("keep %s of %s to %s within one output step", (kind, from, to) => {
    const error = largestError(kind, type(from), type(to), 7);
    expect(error).toBeLessThan(1 + 2 ** -4);
  });

  it("say how many points they have and how far they are off", () => {
    const { fixed, notes } = build("sigmoid", type("fixed<16,6>"), type("ufixed<8,0>"));
    const lines = fixed.nodes.find(({ op }) => op === "interpolate") as FixedInterpolate;
    expect(lines.entries.length).toBeLessThanOrEqual(MOST_NODES);
    expect(fixed.nodes.map(({ name }) => name)).toEqual(["x", "q", "y.clamp", "y.lines", "y"]);
    expect(notes).toHaveLength(1);
    expect(notes[0]?.where).toBe("node 'y'");
    expect(notes[0]?.message).toMatch(
      /^its input has more than 4096 values: straight lines between \d+ points, at most 0\.\d+ output steps off when saturated and not yet rounded$/,
    );
  });

  it("are not needed where only a part of a wide input matters: clamping it loses nothing", () => {
    const { fixed, notes } = build("sigmoid", type("fixed<20,16>"), type("ufixed<4,0>"));
    expect(fixed.nodes.map(({ op }) => op)).toEqual(["input", "requantize", "clamp", "table"]);
    expect(notes).toEqual([]);
    expect(largestError("sigmoid", type("fixed<20,16>"), type("ufixed<4,0>"), 3)).toBeLessThanOrEqual(
      0.5 + 1e-9,
    );
  });
});

describe("arguments for which a function is not defined", () => {
  it.each<[FunctionKind, string, string]>([
    ["log", "fixed<4,2>", "node 'f': log needs arguments above 0, but its input ranges from -2 to 1.75"],
    ["log", "ufixed<4,2>", "node 'f': log needs arguments above 0, but its input ranges from 0 to 3.75"],
    ["sqrt", "fixed<4,2>", "node 'f': sqrt needs arguments at least 0, but its input ranges from -2 to 1.75"],
    [
      "reciprocal",
      "fixed<4,2>",
      "node 'f': reciprocal needs arguments other than 0, but its input ranges from -2 to 1.75",
    ],
    [
      "exp",
      "fixed<24,20>",
      "node 'f': exp needs arguments up to 10000, but its input ranges from -524288 to 524287.9375",
    ],
  ])("are refused: %s of %s", (kind, from, expected) => {
    const text = mistakeOf(() => build(kind, type(from), type("fixed<8,4>")));
    expect(text).toContain(expected);
    expect(text).toContain("Give its input a quantizer");
  });
});
