import { describe, expect, it } from "vitest";
import type { Interval } from "../../src/ir/fixed-point.js";
import { ModuleBuilder } from "../../src/lower/module-builder.js";
import { lowerPick } from "../../src/lower/pick.js";
import { combinational, inputSignal } from "../support/circuit.js";

/** A module that picks among rows of 3 signed bits, with an index within these bounds. */
function pick(count: number, index: Interval) {
  const builder = new ModuleBuilder();
  const at = inputSignal(builder, "index", 8, index);
  const rows = Array.from({ length: count }, (_, row) =>
    inputSignal(builder, `row${row}`, 3, { lo: -4n, hi: 3n }),
  );
  return builder.finish("m", [], [{ name: "out", signal: lowerPick(builder, at, rows) }]);
}

describe("a row at an index", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 28])("is one of %i, or 0", (count) => {
    const last = BigInt(count);
    for (const index of [
      { lo: 0n, hi: last - 1n },
      { lo: 0n, hi: last },
      { lo: 0n, hi: 2n * last + 5n },
      { lo: -1n, hi: last },
      { lo: -3n, hi: -1n },
      { lo: -40n, hi: 3n * last },
      { lo: last / 2n, hi: last + 2n },
      { lo: last + 1n, hi: last + 9n },
      { lo: last / 3n, hi: last / 3n },
    ]) {
      const run = combinational(pick(count, index));
      for (const salt of [1, 5]) {
        const values = Array.from({ length: count }, (_, row) => BigInt(((row * salt + salt + 4) % 8) - 4));
        const rows = Object.fromEntries(values.map((k, row) => [`row${row}`, BigInt.asUintN(3, k)]));
        for (let k = index.lo; k <= index.hi; k++) {
          const found = run({ ...rows, index: BigInt.asUintN(8, k) });
          expect(found, `row ${k} of ${count}, index ${index.lo}..${index.hi}`).toBe(values[Number(k)] ?? 0n);
        }
      }
    }
  });

  it("takes a multiplexer of four for each four rows, and none for patterns that never come", () => {
    const cells = (count: number, index: Interval) => {
      const ops = pick(count, index).wires.map(({ cell }) => cell.op);
      return {
        choose: ops.filter((op) => op === "choose").length,
        mux: ops.filter((op) => op === "mux").length,
      };
    };
    expect(cells(16, { lo: 0n, hi: 15n })).toEqual({ choose: 5, mux: 0 });
    expect(cells(16, { lo: 0n, hi: 16n })).toEqual({ choose: 5, mux: 1 });
    expect(cells(28, { lo: 0n, hi: 28n })).toEqual({ choose: 9, mux: 1 });
    expect(cells(6, { lo: 0n, hi: 5n })).toEqual({ choose: 1, mux: 2 });
  });
});
