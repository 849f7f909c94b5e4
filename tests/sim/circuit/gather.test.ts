import { describe, expect, it } from "vitest";
import { InternalError } from "../../../src/ir/errors.js";
import { GatherInterpreter } from "../../../src/sim/circuit/gather.js";

/** Three items of four bits, two in a row; two are read at once, in one clock. */
const gather = { bits: 4, items: 3, lanes: 2, ports: 2, indexBits: 2, reads: 1, banks: 2 };

const clock = (table: GatherInterpreter, row?: bigint, index?: bigint, reset = false) =>
  table.step(
    {
      in_push: BigInt(row !== undefined),
      in_data: row ?? 0x99n,
      in_pop: BigInt(index !== undefined),
      in_index: index ?? 0b1010n,
    },
    reset,
  ).out_data;

describe("the gather in the cycle interpreter", () => {
  it("gives the items at the indices, two clocks after the pop, of the oldest table", () => {
    const table = new GatherInterpreter(gather);
    clock(table, 0x21n);
    clock(table, 0x93n);
    clock(table, 0x54n, 0b01_00n);
    clock(table, 0x96n);
    expect(clock(table, undefined, 0b11_10n)).toBe(0x21n);
    clock(table);
    // An index that is no item gives 0.
    expect(clock(table)).toBe(0x06n);
  });

  it("forgets its tables in a reset, but not the items on their way out", () => {
    const table = new GatherInterpreter(gather);
    clock(table, 0x21n);
    clock(table, 0x93n);
    clock(table, 0x54n, 0b01_00n);
    clock(table, 0x54n, 0b01_00n, true);
    expect(clock(table, 0x65n)).toBe(0x21n);
    clock(table, 0x97n);
    clock(table, undefined, 0b10_00n);
    clock(table);
    expect(clock(table)).toBe(0x75n);
  });

  it("tells who reads a table before it is complete or pushes into a full bank", () => {
    const table = new GatherInterpreter(gather);
    clock(table, 0x21n);
    expect(() => clock(table, 0x93n, 0n)).toThrow(
      new InternalError("a gather is popped before a table is complete"),
    );
    for (let push = 0; push < 3; push++) clock(table, 0x21n);
    expect(() => clock(table, 0x21n, 0n)).toThrow(
      new InternalError("a gather is pushed into a bank that is not read to its end"),
    );
  });
});
