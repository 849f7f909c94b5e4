import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csdDigits } from "../../../src/lower/linear/csd.js";

const value = (n: bigint) =>
  csdDigits(n).reduce((sum, { shift, negative }) => sum + (negative ? -1n : 1n) * (1n << BigInt(shift)), 0n);

describe("canonical signed digits", () => {
  it.each([
    [0n, ""],
    [1n, "+0"],
    [-1n, "-0"],
    [3n, "-0 +2"],
    [5n, "+0 +2"],
    [7n, "-0 +3"],
    [-7n, "+0 -3"],
    [11n, "-0 -2 +4"],
    [-12n, "+2 -4"],
  ])("of %s are %s", (n, digits) => {
    const shown = csdDigits(n).map(({ shift, negative }) => `${negative ? "-" : "+"}${shift}`);
    expect(shown.join(" ")).toBe(digits);
  });

  it("sum up to the number, are never adjacent and are as few as can be", () => {
    // The fewest signed digits of n is the number of ones in n ⊕ 3n, 2^i carried out (Reitwiesner 1960).
    const fewest = (n: bigint) => {
      const m = n < 0n ? -n : n;
      return [...((m ^ (3n * m)) >> 1n).toString(2)].filter((bit) => bit === "1").length;
    };
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 90n), max: 2n ** 90n }), (n) => {
        const digits = csdDigits(n);
        expect(value(n)).toBe(n);
        expect(digits.length).toBe(fewest(n));
        for (let i = 1; i < digits.length; i++)
          expect(digits[i].shift - digits[i - 1].shift).toBeGreaterThan(1);
      }),
      { numRuns: 2000 },
    );
  });
});
