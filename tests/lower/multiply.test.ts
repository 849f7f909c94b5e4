import { describe, it } from "vitest";
import { ModuleBuilder } from "../../src/lower/module-builder.js";
import { lowerProduct } from "../../src/lower/multiply.js";
import { combinational, inputSignal } from "../support/circuit.js";

const unsigned = (bits: number) => ({ lo: 0n, hi: (1n << BigInt(bits)) - 1n });

describe("a product of live values", () => {
  it("computes every product of small signed and unsigned numbers, in pieces too", () => {
    for (const [a, b] of [
      [unsigned(3), { lo: -4n, hi: 3n }],
      [
        { lo: -512n, hi: 511n },
        { lo: -37n, hi: 30n },
      ],
      [{ lo: -300n, hi: 5n }, unsigned(7)],
      [unsigned(9), unsigned(8)],
      [
        { lo: -128n, hi: 127n },
        { lo: -128n, hi: 127n },
      ],
      // Small enough for a table, with bits that no value has.
      [
        { lo: -3n, hi: 2n },
        { lo: 0n, hi: 5n },
      ],
    ]) {
      const builder = new ModuleBuilder();
      const [x, y] = [inputSignal(builder, "x", 10, a), inputSignal(builder, "y", 10, b)];
      const out = lowerProduct(builder, x, y);
      const run = combinational(builder.finish("m", [], [{ name: "out", signal: out }]));
      for (let i = a.lo; i <= a.hi; i += 3n) {
        for (let j = b.lo; j <= b.hi; j++) {
          const found = run({ x: BigInt.asUintN(10, i), y: BigInt.asUintN(10, j) });
          if (found !== i * j) throw new Error(`${i} · ${j} = ${found}`);
        }
      }
    }
  });
});
