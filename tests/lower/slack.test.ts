import { describe, expect, it } from "vitest";
import type { Module } from "../../src/ir/circuit/circuit.js";
import { completeNode } from "../../src/ir/fixed/build.js";
import type { Fixed, FixedInput } from "../../src/ir/fixed/fixed.js";
import { FABRICS } from "../../src/lower/delay.js";
import type { Effort } from "../../src/lower/effort.js";
import { lower } from "../../src/lower/index.js";
import { type Attempt, cheapestSlack, DEFAULT_SLACK, registerBits } from "../../src/lower/slack.js";
import { Random } from "../support/random.js";

/** Chooses among firmware whose cycles grow and whose LUTs fall with the slack. */
function choose(effort: Effort, allowed: number | undefined, registers: (slack: number) => number) {
  const tried: number[] = [];
  const slack = cheapestSlack(effort, allowed, (each): Attempt<number> => {
    tried.push(each);
    return {
      result: each,
      cycles: Math.ceil(2 * each),
      lut: 1000 - 100 * each,
      registers: registers(each),
    };
  });
  return { slack, tried };
}

describe("how deep adder graphs may be", () => {
  it("is as deep as takes least of a device, in no more cycles than by default", () => {
    expect(choose(0, undefined, () => 0)).toEqual({ slack: DEFAULT_SLACK, tried: [DEFAULT_SLACK] });
    // 2.2 takes 5 cycles, the default 3.
    expect(choose(1, undefined, () => 0)).toEqual({ slack: DEFAULT_SLACK, tried: [DEFAULT_SLACK, 2.2] });
    expect(choose(1, 5, () => 0).slack).toBe(2.2);
    expect(choose(2, 4, () => 0).slack).toBe(1.7);
  });

  it("counts two registers as a LUT", () => {
    expect(choose(1, 5, (slack) => 199 * slack).slack).toBe(2.2);
    expect(choose(1, 5, (slack) => 201 * slack).slack).toBe(DEFAULT_SLACK);
  });

  it("is less where the default takes more cycles than are allowed", () => {
    expect(choose(1, 2, () => 0)).toEqual({ slack: 0.9, tried: [DEFAULT_SLACK, 0.9] });
    expect(choose(1, 1, () => 0).slack).toBe(DEFAULT_SLACK);
  });

  it("meets a latency that the default does not, and takes fewer LUTs where there is time", () => {
    const attempt = (period: number, cycles?: number) =>
      lower(matrix(8), {
        ...{ architecture: "parallel", period, delays: FABRICS["ultrascale+"] },
        ...(cycles !== undefined && { cycles }),
      });
    const lut = (lowered: ReturnType<typeof lower>) => lowered.layers[0].adders?.lut as number;
    const usual = attempt(5);
    expect(usual.latency).toBe(2);
    const fast = attempt(5, 1);
    expect(fast.latency).toBe(1);
    expect(lut(fast)).toBeGreaterThan(lut(usual));
    expect(lut(attempt(1000))).toBeLessThan(lut(usual));
  });
});

describe("the registers of modules", () => {
  it("are those of the last one, with all that is inside it as often as it is", () => {
    const module = (name: string, widths: readonly number[], inside: readonly string[]): Module => ({
      ...{ name, comment: [], outputs: [] },
      wires: widths.map((width, i) => ({
        ...{ name: `q${i}`, width, signed: false, cycle: 1 },
        cell: { op: "register", source: 0, reset: false },
      })),
      instances: inside.map((of, i) => ({ name: `i${i}`, of: { module: of }, inputs: [] })) as never,
    });
    expect(registerBits([])).toBe(0);
    expect(registerBits([module("a", [3, 4], []), module("b", [1], ["a", "a"])])).toBe(15);
  });
});

/** A dense matrix of weights of eight bits. */
function matrix(size: number): Fixed {
  const random = new Random(1);
  const type = { signed: true, width: 8, integer: 8 };
  const input: FixedInput = {
    ...{ op: "input", name: "x", inputs: [], shape: [size], rounding: "RND", overflow: "SAT" },
    types: { per: "tensor", items: [type] },
    ranges: { per: "tensor", items: [{ lo: -128n, hi: 127n }] },
  };
  const dense = completeNode(
    {
      ...{ op: "dense", name: "y", inputs: ["x"], types: { per: "tensor", items: [type] } },
      kernel: { shape: [size, size], data: random.array(size * size, () => random.bits(8) - 128n) },
      bias: { shape: [size], data: random.array(size, () => 0n) },
    },
    [input],
  );
  return { name: "matrix", nodes: [input, dense], outputs: [{ name: "y", value: "y" }] };
}
