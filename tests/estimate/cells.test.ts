import { describe, expect, it } from "vitest";
import { estimateResources } from "../../src/estimate/resources.js";
import { cellDelay, FABRICS } from "../../src/lower/delay.js";
import { lowerTable } from "../../src/lower/lookup.js";
import { ModuleBuilder } from "../../src/lower/module-builder.js";
import { circuitOf, inputSignal } from "../support/circuit.js";

const unsigned = (bits: number) => ({ lo: 0n, hi: (1n << BigInt(bits)) - 1n });

/** LUTs of a table of as many inputs, with an 8-bit result. */
function tableLuts(inputs: number): number {
  const builder = new ModuleBuilder();
  const signal = inputSignal(builder, "x", inputs, unsigned(inputs));
  const out = lowerTable(builder, signal, (k) => (k * k * 37n + k) % 256n);
  return (
    estimateResources(circuitOf(builder.finish("m", [], [{ name: "out", signal: out }]))).get("m")?.lut ?? 0
  );
}

describe("the estimate of tables and products", () => {
  it("doubles a table with every input above six, and counts what chooses above eight", () => {
    expect([5, 6, 7, 8, 9, 10, 12].map((inputs) => tableLuts(inputs) / 8)).toEqual([1, 1, 2, 4, 9, 17, 69]);
  });

  it("takes a LUT for each partial product, and its delay grows with the rows", () => {
    const wire = (width: number) => () =>
      ({ name: "w", width, signed: false, cycle: 0, cell: { op: "input" } }) as const;
    const delay = (width: number) =>
      cellDelay({ op: "mul", a: 0, b: 1 }, 2 * width, wire(width), FABRICS["ultrascale+"]);
    expect(delay(1)).toBeLessThan(delay(4));
    expect(delay(4)).toBeLessThan(delay(8));
  });
});
