import { describe, expect, it } from "vitest";
import type { PrimitiveOf } from "../../src/ir/circuit/primitives/index.js";
import { FABRICS } from "../../src/lower/delay.js";
import { primitivePath } from "../../src/lower/primitive-path.js";
import { GATHERS, RASTERS, SCATTERS } from "../support/primitives.js";

const { lut, net, carry8, register } = FABRICS["ultrascale+"];
const path = (of: PrimitiveOf) => primitivePath(of, FABRICS["ultrascale+"]);
const gather = { bits: 24, items: 128, lanes: 16, ports: 4, indexBits: 8, reads: 16, banks: 2 };
const scatter = {
  bits: 12,
  signed: 1,
  sumBits: 15,
  outBits: 18,
  maximum: 0,
  lanes: 8,
  beats: 16,
  items: 128,
  outLanes: 4,
  indexBits: 8,
  banks: 2,
};

describe("the longest path in a primitive", () => {
  it("is of a scatter that of reading, adding and writing: its address, its memory, its adder", () => {
    expect(path({ scatter })).toBeCloseTo(register + 3 * (lut + net) + 2 * carry8);
    // One doubling above 64 rows.
    expect(path({ scatter: { ...scatter, outLanes: 1 } })).toBeCloseTo(
      register + 3 * (lut + net) + lut + 2 * carry8,
    );
  });

  it("is of a gather that of its counters, or of a wide multiplexer", () => {
    expect(path({ gather })).toBeCloseTo(register + 2 * (lut + net) + carry8);
    const wide = { ...gather, items: 448, lanes: 64, indexBits: 9 };
    expect(path({ gather: wide })).toBeCloseTo(register + 3 * (lut + net));
  });

  it("fits a clock of 360 MHz", () => {
    const primitives = [
      ...GATHERS.map((parameters) => ({ gather: parameters })),
      ...SCATTERS.map((parameters) => ({ scatter: parameters })),
      ...RASTERS.map((raster) => ({ raster })),
      { gather },
      { scatter },
    ];
    for (const of of primitives) {
      expect(path(of), JSON.stringify(of)).toBeGreaterThan(register);
      expect(path(of), JSON.stringify(of)).toBeLessThan(1000 / 360);
    }
  });
});
