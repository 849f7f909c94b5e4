import { describe, expect, it } from "vitest";
import { elementsFor, firstDifference, fromBigInts, toBigInts } from "../../src/sim/elements.js";

describe("elements", () => {
  it("are the cheapest that hold a range", () => {
    const of = (lo: bigint, hi: bigint) => elementsFor({ lo, hi });
    expect(of(-(2n ** 31n), 2n ** 31n - 1n)).toBe("int32");
    expect(of(0n, 2n ** 31n)).toBe("float64");
    expect(of(-(2n ** 31n) - 1n, 0n)).toBe("float64");
    expect(of(-(2n ** 53n) + 1n, 2n ** 53n - 1n)).toBe("float64");
    expect(of(0n, 2n ** 53n)).toBe("bigint");
  });

  it("hold integers exactly, or not at all", () => {
    const values = [-(2n ** 31n), 0n, 2n ** 31n - 1n];
    for (const elements of ["int32", "float64", "bigint"] as const) {
      expect(toBigInts(fromBigInts(elements, values))).toEqual(values);
    }
    expect(() => fromBigInts("int32", [2n ** 31n])).toThrow("2147483648 is held as int32");
    expect(() => fromBigInts("float64", [2n ** 53n])).toThrow("9007199254740992 is held as float64");
  });

  it("compare whichever way they are held", () => {
    expect(firstDifference(Int32Array.of(1, -2), [1n, -2n])).toBe(-1);
    expect(firstDifference(Float64Array.of(2 ** 53 - 2), [2n ** 53n - 1n])).toBe(0);
    expect(firstDifference(Float64Array.of(0, 1), Int32Array.of(0, 2))).toBe(1);
    expect(firstDifference(Int32Array.of(1), Int32Array.of(1, 2))).toBe(1);
  });
});
