import { describe, expect, it } from "vitest";
import type { Resources } from "../../../src/estimate/counts.js";
import { estimateResources } from "../../../src/estimate/resources.js";
import { cellDelay, FABRICS } from "../../../src/lower/delay.js";
import { ModuleBuilder, type Signal } from "../../../src/lower/module-builder.js";
import type { Target } from "../../../src/lower/target.js";
import { circuitOf, inputSignal } from "../../support/circuit.js";
import { Random } from "../../support/random.js";
import { countedByYosys } from "../../support/synthesize.js";
import { hasTool } from "../../support/tools.js";

const unsigned = (bits: number) => ({ lo: 0n, hi: (1n << BigInt(bits)) - 1n });
const signed = (bits: number) => ({ lo: -(1n << BigInt(bits - 1)), hi: (1n << BigInt(bits - 1)) - 1n });

const random = new Random(1);
const noise = (size: number, bits: number) =>
  Array.from({ length: size }, () => BigInt(random.integer(0, 2 ** bits - 1)));
const term = (signal: Signal, shift: number, negative = false) => ({ signal, shift, negative });

/** Milliseconds for one run of Yosys on a busy machine. */
const TIMEOUT = 180_000;

type Body = (builder: ModuleBuilder, a: Signal, b: Signal, c: Signal) => Signal;

/** What is computed, from inputs of which bits (signed where negative). */
const CELLS: readonly (readonly [string, readonly number[], Body])[] = [
  ["a sum, shifted", [8, -9], (m, a, b) => m.sum([term(a, 3), term(b, 0)])],
  ["a difference", [-8, 6], (m, a, b) => m.subtract(a, b)],
  ["a sum with a constant", [-8], (m, a) => m.add(a, m.constant(19n))],
  ["two bits", [2, 1], (m, a, b) => m.add(a, b)],
  [
    "a difference that merges with the sum before it",
    [-8, -10, -10],
    (m, a, b, c) => m.resize(m.subtract(m.resize(m.add(a, b), 12, true), c), 12, true),
  ],
  ["a sum of three", [-8, 10, -9], (m, a, b, c) => m.sum([term(a, 0), term(b, 2), term(c, 1, true)])],
  ["a product", [8, 4], (m, a, b) => m.mul(a, b)],
  ["a choice of four", [2, 8], (m, a, b) => m.choose(a, [m.constant(0n), b, m.shift(b, 1), m.constant(77n)])],
  ["a short comparison", [-6], (m, a) => m.atLeast(a, 7n)],
  ["a comparison", [11], (m, a) => m.atLeast(a, 777n)],
  ["a long comparison", [-20], (m, a) => m.atLeast(a, 7777n)],
  [
    "a saturation",
    [-9],
    (m, a) => {
      const low = m.mux(m.atLeast(a, 0n), a, m.constant(0n));
      return m.narrow(m.mux(m.atLeast(a, 16n), m.constant(15n), low), unsigned(4));
    },
  ],
  ["a table of 6 inputs", [6], (m, a) => m.table(a, noise(64, 5))],
  [
    "a table that depends on half of its inputs",
    [8],
    (m, a) =>
      m.table(
        a,
        Array.from({ length: 256 }, (_, k) => BigInt((k >> 4) * 3)),
      ),
  ],
];

const circuits = CELLS.map(([, widths, body], i) => {
  const builder = new ModuleBuilder();
  const [a, b, c] = [0, 1, 2].map((k) => {
    const width = widths[k] ?? 1;
    const range = width < 0 ? signed(-width) : unsigned(width);
    return inputSignal(builder, "abc"[k] as string, Math.abs(width), range);
  }) as [Signal, Signal, Signal];
  return circuitOf(builder.finish(`m${i}`, [], [{ name: "out", signal: body(builder, a, b, c) }]));
});

describe("the estimate of a cell", () => {
  it.runIf(hasTool("yosys", "-V")).each(["ultrascale", "generic"] satisfies Target[])(
    "is what Yosys finds, for %s",
    async (target) => {
      const counted = await countedByYosys(circuits, target);
      for (const [i, [what]] of CELLS.entries()) {
        const { lut, ...others } = estimateResources(circuits[i], target).get(`m${i}`) as Resources;
        const { lut: found, ...rest } = counted.get(`m${i}`) as Resources;
        expect(others, what).toEqual(rest);
        expect(Math.abs(lut - found), `${what}: ${lut} for ${found}`).toBeLessThanOrEqual(1 + 0.1 * found);
      }
    },
    TIMEOUT,
  );

  it("of a product is slower the more rows it has", () => {
    const wire = (width: number) => () =>
      ({ name: "w", width, signed: false, cycle: 0, cell: { op: "input" } }) as const;
    const delay = (width: number) =>
      cellDelay({ op: "mul", a: 0, b: 1, dsp: false }, 2 * width, wire(width), FABRICS["ultrascale+"]);
    expect(delay(1)).toBeLessThan(delay(4));
    expect(delay(4)).toBeLessThan(delay(8));
  });
});
