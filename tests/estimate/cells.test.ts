import { describe, expect, it } from "vitest";
import type { Resources } from "../../src/estimate/counts.js";
import { estimateResources } from "../../src/estimate/resources.js";
import type { Circuit } from "../../src/ir/circuit/circuit.js";
import { cellDelay, FABRICS } from "../../src/lower/delay.js";
import { ModuleBuilder, type Signal } from "../../src/lower/module-builder.js";
import type { Target } from "../../src/lower/target.js";
import { circuitOf, inputSignal } from "../support/circuit.js";
import { Random } from "../support/random.js";
import { countedByYosys } from "../support/synthesize.js";
import { hasTool } from "../support/tools.js";

const unsigned = (bits: number) => ({ lo: 0n, hi: (1n << BigInt(bits)) - 1n });
const signed = (bits: number) => ({ lo: -(1n << BigInt(bits - 1)), hi: (1n << BigInt(bits - 1)) - 1n });

/** A module of one output, from inputs a, b, c of some bits, signed where the number is negative. */
function circuit(
  widths: readonly number[],
  body: (builder: ModuleBuilder, ...inputs: readonly Signal[]) => Signal,
): Circuit {
  const builder = new ModuleBuilder();
  const inputs = widths.map((width, i) =>
    inputSignal(builder, "abc"[i] as string, Math.abs(width), width < 0 ? signed(-width) : unsigned(width)),
  );
  return circuitOf(builder.finish("m", [], [{ name: "out", signal: body(builder, ...inputs) }]));
}

const random = new Random(1);
const noise = (size: number, bits: number) =>
  Array.from({ length: size }, () => BigInt(random.integer(0, 2 ** bits - 1)));
const term = (signal: Signal, shift: number, negative = false) => ({ signal, shift, negative });

const CELLS: readonly (readonly [string, Circuit])[] = [
  ["a sum, shifted", circuit([8, -9], (m, a, b) => m.addTerms(term(a, 3), term(b, 0)).signal)],
  ["a difference", circuit([-8, 6], (m, a, b) => m.subtract(a, b))],
  ["a sum with a constant", circuit([-8], (m, a) => m.add(a, m.constant(19n)))],
  ["two bits", circuit([2, 1], (m, a, b) => m.add(a, b))],
  [
    "a sum of three in two cells",
    circuit([-8, -10, -10], (m, a, b, c) => {
      const sum = m.resize(m.add(a, b), 12, true);
      return m.resize(m.subtract(sum, c), 12, true);
    }),
  ],
  [
    "a sum of three",
    circuit([-8, 10, -9], (m, a, b, c) => m.value(m.addThreeTerms(term(a, 0), term(b, 2), term(c, 1, true)))),
  ],
  ["a product", circuit([8, 4], (m, a, b) => m.mul(a, b))],
  ["a short comparison", circuit([-6], (m, a) => m.atLeast(a, 7n))],
  ["a comparison", circuit([11], (m, a) => m.atLeast(a, 777n))],
  ["a long comparison", circuit([-20], (m, a) => m.atLeast(a, 7777n))],
  [
    "a saturation",
    circuit([-9], (m, a) =>
      m.mux(m.atLeast(a, 15n), m.constant(15n), m.mux(m.atLeast(a, 0n), a, m.constant(0n))),
    ),
  ],
  ["a table of 6 inputs", circuit([6], (m, a) => m.table(a, noise(64, 5)))],
  ["a table of 8 inputs", circuit([8], (m, a) => m.table(a, noise(256, 5)))],
  ["a table of 10 inputs", circuit([10], (m, a) => m.table(a, noise(1024, 5)))],
  [
    "a table that reads half of its inputs",
    circuit([8], (m, a) =>
      m.table(
        a,
        Array.from({ length: 256 }, (_, k) => BigInt((k >> 4) * 3)),
      ),
    ),
  ],
];

describe("the estimate of a cell", () => {
  it.runIf(hasTool("yosys", "-V")).each(CELLS)("is what Yosys finds: %s", async (_, cell) => {
    for (const target of ["ultrascale", "generic"] satisfies Target[]) {
      const { lut, ...others } = estimateResources(cell, target).get("m") as Resources;
      const { lut: found, ...rest } = await countedByYosys(cell, target);
      expect(others).toEqual(rest);
      expect(Math.abs(lut - found), `${lut} for ${found} of ${target}`).toBeLessThanOrEqual(1 + 0.05 * found);
      // Only one of the forms differs by target.
      if (!cell.modules.some(({ wires }) => wires.some((wire) => wire.cell.op === "add3"))) return;
    }
  });

  it("of a product is slower the more rows it has", () => {
    const wire = (width: number) => () =>
      ({ name: "w", width, signed: false, cycle: 0, cell: { op: "input" } }) as const;
    const delay = (width: number) =>
      cellDelay({ op: "mul", a: 0, b: 1 }, 2 * width, wire(width), FABRICS["ultrascale+"]);
    expect(delay(1)).toBeLessThan(delay(4));
    expect(delay(4)).toBeLessThan(delay(8));
  });
});
