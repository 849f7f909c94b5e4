import { expect, test } from "vitest";
import type { Cell } from "../../src/ir/circuit/circuit.js";
import { cellDelay, FABRICS, type Fabric } from "../../src/lower/delay.js";
import { delaysOf, targetOf } from "../../src/lower/target.js";

test("the carry chains of a fabric decide its primitives; a sum of three in plain Verilog counts as two rows with a net between", () => {
  const fabrics = Object.keys(FABRICS) as Fabric[];
  expect(fabrics.map(targetOf)).toEqual(["ultrascale", "ultrascale", "generic"]);
  const wire = () => ({ name: "w", width: 8, signed: false, cycle: 0, cell: { op: "input" } }) as const;
  const delay = (cell: Cell, fabric: Fabric, target = targetOf(fabric)) =>
    cellDelay(cell, 8, wire, delaysOf(fabric, target));
  const two: Cell = { op: "add", a: 0, shiftA: 0, b: 0, shiftB: 0 };
  const three: Cell = {
    ...{ op: "add3", a: 0, shiftA: 0 },
    ...{ b: 0, shiftB: 0, negateB: false },
    ...{ c: 0, shiftC: 0, negateC: false },
  };
  expect(delay(two, "ultrascale+")).toBeCloseTo(0.61, 9);
  expect(delay(three, "ultrascale+")).toBeCloseTo(0.94, 9);
  expect(delay(three, "ultrascale+", "generic")).toBeCloseTo(1.16, 9);
  for (const fabric of fabrics) {
    expect(delay(three, fabric)).toBeGreaterThan(delay(two, fabric));
    expect(delay(three, fabric)).toBeLessThan(2 * delay(two, fabric));
  }
});
