import { describe, expect, it } from "vitest";
import type { FixedInput } from "../../src/ir/fixed/fixed.js";
import { fieldBits, narrowFields, typeFields } from "../../src/lower/fields.js";

const VALUE: FixedInput = {
  op: "input",
  name: "x",
  inputs: [],
  shape: [2, 2],
  types: {
    per: "channel",
    items: [
      { signed: true, width: 6, integer: 3 },
      { signed: false, width: 4, integer: 4 },
    ],
  },
  ranges: {
    per: "element",
    items: [
      { lo: -3n, hi: 3n },
      { lo: 0n, hi: 9n },
      { lo: 5n, hi: 5n },
      { lo: 2n, hi: 3n },
    ],
  },
  rounding: "TRN",
  overflow: "WRAP",
};

describe("fields of a value", () => {
  it("lie on the bits of the types in a port, row-major, the first one lowest", () => {
    const fields = typeFields(VALUE);
    expect(fields).toEqual([
      { low: 0, width: 6, signed: true },
      { low: 6, width: 4, signed: false },
      { low: 10, width: 6, signed: true },
      { low: 16, width: 4, signed: false },
    ]);
    expect(fieldBits(fields)).toBe(20);
  });

  it("lie on the bits of the bounds inside the firmware", () => {
    const fields = narrowFields(VALUE);
    expect(fields.map(({ low, width, signed }) => ({ low, width, signed }))).toEqual([
      { low: 0, width: 3, signed: true },
      { low: 3, width: 4, signed: false },
      { low: 7, width: 3, signed: false },
      { low: 10, width: 2, signed: false },
    ]);
    expect(fields[2]?.range).toEqual({ lo: 5n, hi: 5n });
  });
});
