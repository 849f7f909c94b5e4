import { describe, expect, it } from "vitest";
import { interpretCircuit } from "../../../src/sim/circuit.js";
import { primitiveCircuit, RASTERS, randomFlags } from "../../support/primitives.js";

describe("the raster in the cycle interpreter", () => {
  it.each(RASTERS)(
    "gives each pixel once, in its clock, whenever the image is not cut short: %j",
    (raster) => {
      const { rows, columns, rowPeriod, columnPeriod } = raster;
      for (let seed = 1; seed <= 10; seed++) {
        const firsts = randomFlags(rows * rowPeriod, true, 200, seed);
        const pixels = new Map<number, readonly [first: boolean, row: number, column: number]>();
        const last = firsts.flatMap((first, clock) => (first ? [clock] : []));
        last.forEach((start, i) => {
          const end = last[i + 1] ?? Number.POSITIVE_INFINITY;
          for (let row = 0; row < rows; row++)
            for (let column = 0; column < columns; column++) {
              const clock = start + 1 + row * rowPeriod + column * columnPeriod;
              if (clock <= end) pixels.set(clock, [row + column === 0, row, column]);
            }
        });
        const interpreter = interpretCircuit(primitiveCircuit({ raster }));
        firsts.forEach((first, clock) => {
          const out = interpreter.step({ in_first: BigInt(first) }, false);
          const pixel = pixels.get(clock);
          const where = `seed ${seed}, clock ${clock}`;
          expect([out.out_valid, out.out_first], where).toEqual([
            BigInt(pixel !== undefined),
            BigInt(pixel?.[0] ?? 0),
          ]);
          if (pixel !== undefined)
            expect([out.out_row, out.out_column], where).toEqual(pixel.slice(1).map(BigInt));
        });
      }
    },
  );

  it("keeps row and column between pixels and after the last one, and forgets them in a reset", () => {
    const raster = { rows: 2, columns: 2, rowPeriod: 5, columnPeriod: 2 };
    const interpreter = interpretCircuit(primitiveCircuit({ raster }));
    const step = (in_first: bigint, reset = false) => {
      const { out_valid, out_row, out_column } = interpreter.step({ in_first }, reset);
      return Number(out_valid) * 100 + Number(out_row) * 10 + Number(out_column);
    };
    const shown = [
      step(1n),
      ...Array.from({ length: 12 }, () => step(0n)),
      step(1n),
      step(0n),
      step(1n, true),
      step(0n),
    ];
    expect(shown).toEqual([0, 100, 0, 101, 1, 1, 110, 10, 111, 11, 11, 11, 11, 11, 100, 0, 0]);
  });
});
