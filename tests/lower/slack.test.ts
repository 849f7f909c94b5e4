import { describe, expect, it } from "vitest";
import { completeNode } from "../../src/ir/fixed/build.js";
import type { Fixed, FixedInput } from "../../src/ir/fixed/fixed.js";
import { FABRICS } from "../../src/lower/delay.js";
import type { Effort } from "../../src/lower/effort.js";
import { lower } from "../../src/lower/index.js";
import { type Attempt, cheapestSlack, cheapestSlacks, DEFAULT_SLACK } from "../../src/lower/slack.js";
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
      area: { registers: registers(each), gates: 0 },
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

/**
 * Chooses slacks for two layers, one behind the other: each takes so many cycles, which grow with its slack, and LUTs, which fall
 * with it.
 */
function chooseTwo(
  effort: Effort,
  allowed: number | undefined,
  cycles: Record<"a" | "b", (slack: number) => number>,
  worth: Record<"a" | "b", number>,
) {
  return cheapestSlacks(effort, allowed, (slackOf) => {
    const slacks = { a: slackOf("a"), b: slackOf("b") };
    const lut = (layer: "a" | "b") => 1000 - worth[layer] * slacks[layer];
    return {
      result: slacks,
      cycles: cycles.a(slacks.a) + cycles.b(slacks.b),
      layers: new Map([["a", lut("a")] as const, ["b", lut("b")] as const, ["none", 0] as const]),
      area: { registers: 0, gates: 0 },
    };
  });
}

describe("how deep the adder graphs of each layer may be", () => {
  const growing = (slack: number) => (slack > 2 ? 3 : slack > 1 ? 2 : 1);

  it("is more for those that take no more cycles then", () => {
    // Only b may be deep in five cycles: a is worth more, but takes two cycles more.
    const a = (slack: number) => (slack > 2 ? 9 : growing(slack));
    const worth = { a: 100, b: 10 };
    expect(chooseTwo(1, 5, { a, b: growing }, worth)).toEqual({ a: 1.7, b: 2.2 });
    expect(chooseTwo(1, 6, { a: growing, b: growing }, worth)).toEqual({ a: 2.2, b: 2.2 });
    expect(chooseTwo(0, 5, { a, b: growing }, worth)).toEqual({ a: DEFAULT_SLACK, b: DEFAULT_SLACK });
  });

  it("is more again where the same for all has to be less", () => {
    // Three cycles: 0.9 for both meets them, and so does more for one; that with the most LUTs comes first.
    const cycles = { a: growing, b: growing };
    expect(chooseTwo(1, 3, cycles, { a: 100, b: 110 })).toEqual({ a: 1.7, b: 0.9 });
    expect(chooseTwo(1, 3, cycles, { a: 110, b: 100 })).toEqual({ a: 0.9, b: 1.7 });
  });

  it("is less where fewer cycles cost next to nothing", () => {
    const cycles = { a: growing, b: growing };
    expect(chooseTwo(1, undefined, cycles, { a: 10, b: 10 })).toEqual({ a: 0.9, b: 0.9 });
    // One cycle fewer takes 3.7 % more LUTs, two would take 7.4 %.
    const half = chooseTwo(1, undefined, cycles, { a: 80, b: 81 });
    expect(growing(half.a) + growing(half.b)).toBe(3);
    const none = chooseTwo(1, undefined, cycles, { a: 300, b: 300 });
    expect(none).toEqual({ a: 1.7, b: 1.7 });
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
