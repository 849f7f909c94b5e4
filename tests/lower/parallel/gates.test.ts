import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addersOf } from "../../../src/ir/circuit/adders.js";
import { completeNode } from "../../../src/ir/fixed/build.js";
import type { Fixed, FixedNode } from "../../../src/ir/fixed/fixed.js";
import type { FixedType, Overflow } from "../../../src/ir/fixed-point.js";
import type { Lowered } from "../../../src/lower/lowered.js";
import { input, fixed as signed, ufixed } from "../../support/fixed-node.js";
import { expectEqual, lowerWhole } from "../../support/parallel.js";
import { Random } from "../../support/random.js";
import { verilogTests } from "../../support/verilog-suite.js";

/** Three matrices with few terms, so that adders have room for gates, and between them ReLUs or requantizations. */
function layers(seed: number, between: readonly ("relu" | { type: FixedType; overflow: Overflow })[]): Fixed {
  const random = new Random(seed);
  const nodes: FixedNode[] = [input("x", [6])];
  const add = (sketch: object) => {
    const from = nodes.at(-1) as FixedNode;
    const types = { per: "tensor", items: [signed(8, 8)] };
    nodes.push(completeNode({ types, inputs: [from.name], ...sketch } as never, [from]));
  };
  const dense = (name: string) => {
    const data = random.array(36, () => (random.chance(0.35) ? random.pick([1n, -1n, 2n, -3n]) : 0n));
    const bias = { shape: [6], data: random.array(6, () => BigInt(random.integer(-9, 9))) };
    add({ op: "dense", name, kernel: { shape: [6, 6], data }, bias });
  };
  for (const layer of [1, 2]) {
    dense(`d${layer}`);
    between.forEach((step, i) => {
      if (step === "relu") add({ op: "relu", name: `s${layer}_${i}` });
      else
        add({
          ...{ op: "requantize", name: `s${layer}_${i}`, rounding: "TRN", overflow: step.overflow },
          types: { per: "tensor", items: [step.type] },
        });
    });
  }
  dense("d3");
  return { name: "net", nodes, outputs: [{ name: "y", value: "d3" }] };
}

/** What forces the bits in the adders of a layer. */
function gatesOf({ circuit, layers: all }: Lowered, name: string): readonly string[] {
  const module = circuit.modules.find((own) => own.name === all.find((layer) => layer.name === name)?.module);
  const gates = [...addersOf(module as (typeof circuit.modules)[number]).values()].flatMap(({ bits }) =>
    bits.flat().flatMap(({ gate }) => (gate === undefined ? [] : [gate])),
  );
  return [
    ...new Set(gates.map(({ shut, set }) => [shut && "shut", set && "set"].filter(Boolean).join(" and "))),
  ];
}

const requantized = (type: FixedType, overflow: Overflow = "SAT") => ({ type, overflow });
const BETWEEN = [
  ["relu"],
  [requantized(ufixed(4, 4))],
  ["relu", requantized(ufixed(4, 4))],
  [requantized(signed(5, 5))],
  ["relu", requantized(signed(4, 4), "WRAP")],
  [requantized(signed(5, 5), "SAT_SYM")],
  [requantized(ufixed(4, 4), "SAT_ZERO")],
  [requantized(ufixed(3, 4)), requantized(signed(3, 4), "WRAP")],
] as const;

describe("gates between the matrices of parallel firmware", () => {
  it.each([
    ["of a ReLU", 0, "shut"],
    ["of saturation from 0 on", 1, "shut and set"],
    ["of both, which are one", 2, "shut and set"],
    ["of saturation of numbers with a sign", 3, "shut and set"],
    ["of a ReLU that wraps", 4, "shut"],
  ] as const)("%s are in the adders behind them", (_, i, kinds) => {
    expect(gatesOf(lowerWhole(layers(1, BETWEEN[i]), 1), "d2")).toEqual([kinds]);
  });

  it("change no value, at any clock", () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.constantFrom(...BETWEEN),
        fc.constantFrom(1, 200, 500),
        (seed, between, megahertz) => {
          const fixed = layers(seed, between);
          expectEqual(fixed, lowerWhole(fixed, megahertz), new Random(seed), 40);
        },
      ),
      { numRuns: 60 },
    ));

  verilogTests(
    (seed) => {
      const fixed = layers(seed, BETWEEN[seed % BETWEEN.length] as (typeof BETWEEN)[number]);
      return { fixed, lowered: lowerWhole(fixed, [1, 320][seed % 2]) };
    },
    { iverilog: 60, verilator: 1000, graphs: 8 },
  );
});
