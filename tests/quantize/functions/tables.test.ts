import { describe, expect, it } from "vitest";
import type { FixedTable } from "../../../src/ir/fixed/fixed.js";
import {
  type FixedType,
  overflow,
  type Rounding,
  roundRatio,
  toNumber,
  unitOf,
} from "../../../src/ir/fixed-point.js";
import {
  FUNCTIONS,
  type FunctionKind,
  type ModelFunction,
  type ModelNode,
} from "../../../src/ir/model/model.js";
import { exactRatio } from "../../../src/ir/ratio.js";
import { realFunction } from "../../../src/quantize/functions/functions.js";
import { roundedInteger, roundedValue } from "../../../src/quantize/functions/round.js";
import { quantizeModel } from "../../../src/quantize/quantize.js";
import { functionNode, input, modelOf, quantize, type } from "../../support/model-graph.js";
import { naiveModel } from "../../support/naive-model.js";

const PARAMETERS = { alpha: 1.25, gamma: 0.75 };
const parametersOf = (kind: FunctionKind): Readonly<Record<string, number>> =>
  kind === "elu" ? { alpha: 1.25 } : kind === "selu" ? PARAMETERS : {};

/** The formulas in doubles, written independently in the tests' support. */
function formula(kind: FunctionKind, xs: readonly number[]): readonly number[] {
  const shape = [xs.length];
  const node = functionNode("f", "x", shape, kind, parametersOf(kind)) as ModelFunction;
  return naiveModel(modelOf(input("x", shape), node), { x: xs }, true).get("f") as readonly number[];
}

const DOMAINS: { readonly [kind in FunctionKind]?: string } = {
  log: "ufixed<8,3>",
  sqrt: "ufixed<8,3>",
  reciprocal: "ufixed<8,3>",
};

/** Arguments of a type in the function's domain. */
function argumentsOf(kind: FunctionKind, from: FixedType): readonly bigint[] {
  const lowest = from.signed ? -(1n << BigInt(from.width - 1)) : kind === "sqrt" ? 0n : 1n;
  const count = (1 << from.width) - (lowest === 1n ? 1 : 0);
  return Array.from({ length: count }, (_, i) => lowest + BigInt(i));
}

describe("tables hold the correctly rounded values of", () => {
  const roundings: readonly Rounding[] = ["RND", "TRN", "RND_CONV", "CEIL"];

  it.each(FUNCTIONS)("%s", (kind) => {
    const from = type(DOMAINS[kind] ?? "fixed<8,4>");
    const to = type("fixed<12,6>");
    const ks = argumentsOf(kind, from);
    const xs = ks.map((k) => toNumber(k, from));
    const doubles = formula(kind, xs);
    const f = realFunction(kind, parametersOf(kind));
    let decided = 0;
    for (const rounding of roundings) {
      for (const [i, x] of xs.entries()) {
        const scaled = (doubles[i] as number) * 2 ** 6;
        // Where the double is next to an integer or a half, it does not decide.
        if (Math.abs(2 * scaled - Math.round(2 * scaled)) < 1e-6) continue;
        decided++;
        const { n, d } = exactRatio(scaled);
        const expected = overflow(roundRatio(n, d, rounding), to, "SAT");
        const found = roundedValue(f, exactRatio(x), { type: to, rounding, overflow: "SAT" });
        expect(found, `${kind}(${x}), ${rounding}`).toBe(expected);
      }
    }
    // Of the piecewise linear ones many values are on the grid.
    expect(decided).toBeGreaterThan(300);
  });

  it.each<[FunctionKind, number, string, Rounding, bigint]>([
    // Exact values: on the grid, and halfway between two of its points.
    ["sigmoid", 0, "ufixed<4,4>", "RND", 1n],
    ["sigmoid", 0, "ufixed<4,4>", "RND_CONV", 0n],
    ["exp", 0, "ufixed<4,4>", "TRN", 1n],
    ["exp", 0, "ufixed<4,4>", "CEIL", 1n],
    ["log", 1, "fixed<4,4>", "AWAY", 0n],
    ["sqrt", 2.25, "ufixed<4,4>", "RND", 2n],
    ["sqrt", 2.25, "ufixed<4,4>", "RND_ZERO", 1n],
    ["sqrt", 16, "ufixed<4,4>", "CEIL", 4n],
    ["reciprocal", 0.4, "ufixed<4,4>", "RND_CONV", 2n],
    ["reciprocal", 2, "ufixed<4,4>", "RND", 1n],
    ["reciprocal", -2, "fixed<4,4>", "RND", 0n],
    ["reciprocal", -2, "fixed<4,4>", "RND_INF", -1n],
    ["softsign", 1, "ufixed<4,4>", "RND", 1n],
    ["softsign", -1, "fixed<4,4>", "TRN", -1n],
    ["elu", 2.5, "fixed<8,8>", "RND_MIN_INF", 2n],
    // Values closer to the grid than any double tells.
    ["sigmoid", 100, "ufixed<4,4>", "TRN", 0n],
    ["sigmoid", 1000, "ufixed<4,4>", "TRN", 0n],
    ["sigmoid", 1000, "ufixed<4,4>", "RND", 1n],
    ["sigmoid", -1000, "ufixed<4,4>", "CEIL", 1n],
    ["tanh", 300, "fixed<4,4>", "TRN", 0n],
    ["tanh", -300, "fixed<4,4>", "CEIL", 0n],
    ["tanh", -300, "fixed<4,4>", "RND", -1n],
    ["exp", -5000, "ufixed<4,4>", "TRN", 0n],
    ["exp", -5000, "ufixed<4,4>", "AWAY", 1n],
    ["softplus", 120, "ufixed<8,8>", "TRN", 120n],
    ["softplus", 120, "ufixed<8,8>", "CEIL", 121n],
    ["softplus", 10000, "ufixed<16,16>", "CEIL", 10001n],
    ["softplus", -10000, "ufixed<16,16>", "CEIL", 1n],
    ["silu", 100, "fixed<16,16>", "TRN", 99n],
    ["silu", 10000, "fixed<16,16>", "TRN", 9999n],
    ["silu", -10000, "fixed<16,16>", "TRN", -1n],
    ["mish", 500, "fixed<16,16>", "TRN", 499n],
    ["gelu", 12, "fixed<16,16>", "TRN", 11n],
    ["gelu", 50, "fixed<16,16>", "TRN", 49n],
    ["gelu", -50, "fixed<16,16>", "TRN", -1n],
    ["gelu", -15, "fixed<16,16>", "RND", 0n],
    ["gelu_tanh", 50, "fixed<16,16>", "TRN", 49n],
    ["elu", -1000, "fixed<16,16>", "CEIL", -1n],
    ["elu", -1000, "fixed<16,16>", "TRN", -2n],
  ])("%s of %s in %s, %s: %s", (kind, x, text, rounding, expected) => {
    const f = realFunction(kind, parametersOf(kind));
    const x0 = x === 0.4 ? { n: 2n, d: 5n } : exactRatio(x);
    expect(roundedInteger(f, x0, unitOf(type(text)), rounding)).toBe(expected);
  });
});

describe("a table", () => {
  const nodes = (...rest: readonly ModelNode[]) =>
    modelOf(input("x", [2]), quantize("q", "x", [2], type("fixed<6,3>")), ...rest);

  it("takes the quantizer behind the function: its values are rounded once", () => {
    const model = nodes(
      functionNode("s", "q", [2], "sigmoid"),
      quantize("sq", "s", [2], type("ufixed<8,0>"), { rounding: "TRN" }),
    );
    const { fixed, notes } = quantizeModel(model);
    expect(fixed.nodes.map(({ name, op }) => `${name}: ${op}`)).toEqual([
      "x: input",
      "q: requantize",
      "sq: table",
    ]);
    const { low, entries } = (fixed.nodes[2] as FixedTable).tables.items[0] as {
      low: bigint;
      entries: bigint[];
    };
    expect(low).toBe(-32n);
    expect(entries).toHaveLength(64);
    expect(entries[32]).toBe(128n);
    expect(entries[0]).toBe(BigInt(Math.floor(256 / (1 + Math.exp(4)))));
    expect(notes).toEqual([]);
  });

  it("takes a type of its own where the model has none, and says so", () => {
    const { fixed, notes } = quantizeModel(nodes(functionNode("s", "q", [2], "sigmoid")));
    expect(fixed.nodes.at(-1)?.types.items).toEqual([type("ufixed<16,0>")]);
    expect(notes).toEqual([
      {
        where: "node 's'",
        message:
          'the model does not fix the type of its result; ufixed<16,0> covers it, another goes into l1c.yaml as types: { s: "ufixed<16,0>" }',
      },
    ]);
    const asked = quantizeModel(nodes(functionNode("s", "q", [2], "sigmoid")), { s: type("ufixed<9,1>") });
    expect(asked.fixed.nodes.at(-1)?.types.items).toEqual([type("ufixed<9,1>")]);
    expect(asked.notes).toEqual([]);
  });

  it.each<[FunctionKind, string]>([
    ["tanh", "fixed<16,1>"],
    ["exp", "ufixed<16,6>"],
    ["softplus", "ufixed<16,2>"],
    ["softsign", "fixed<16,1>"],
    ["silu", "fixed<16,3>"],
    ["gelu", "fixed<16,3>"],
  ])("of %s has the derived type %s", (kind, text) => {
    const { fixed } = quantizeModel(nodes(functionNode("f", "q", [2], kind)));
    expect(fixed.nodes.at(-1)?.types.items).toEqual([type(text)]);
  });
});
