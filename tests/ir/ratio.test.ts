import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commonUnit, exactQuotient, exactRatio, gcd, over, ratio, times } from "../../src/ir/ratio.js";

const integer = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
const nonzero = integer.filter((n) => n !== 0n);
const anyRatio = fc.tuple(integer, nonzero).map(([n, d]) => ratio(n, d));
const nonzeroRatio = fc.tuple(nonzero, nonzero).map(([n, d]) => ratio(n, d));

describe("ratios", () => {
  it("are in lowest terms with a positive denominator, whatever the signs", () => {
    expect(ratio(6n, -4n)).toEqual({ n: -3n, d: 2n });
    expect(ratio(0n, -5n)).toEqual({ n: 0n, d: 1n });
    fc.assert(
      fc.property(integer, nonzero, (n, d) => {
        const reduced = ratio(n, d);
        expect(reduced.d > 0n).toBe(true);
        expect(gcd(reduced.n, reduced.d)).toBe(1n);
        expect(reduced.n * d).toBe(n * reduced.d);
      }),
    );
  });

  it("multiply and divide exactly", () => {
    fc.assert(
      fc.property(anyRatio, nonzeroRatio, (a, b) => {
        expect(over(times(a, b), b)).toEqual(a);
      }),
    );
  });

  it("have a largest common unit", () => {
    expect(commonUnit(ratio(3n, 4n), ratio(5n, 6n))).toEqual({ n: 1n, d: 12n });
    expect(commonUnit(ratio(-3n, 4n), ratio(0n, 1n))).toEqual({ n: 3n, d: 4n });
    fc.assert(
      fc.property(nonzeroRatio, nonzeroRatio, (a, b) => {
        const unit = commonUnit(a, b);
        expect(unit.n > 0n).toBe(true);
        // Both are multiples, and the two factors have none in common.
        expect(gcd(exactQuotient(a, unit), exactQuotient(b, unit))).toBe(1n);
      }),
    );
  });

  it("refuse a quotient that is no integer", () => {
    expect(exactQuotient(ratio(3n, 2n), ratio(-1n, 4n))).toBe(-6n);
    expect(() => exactQuotient(ratio(1n, 2n), ratio(1n, 3n))).toThrow("one ratio is a multiple of the other");
    expect(() => ratio(1n, 0n)).toThrow("the denominator of a ratio is not 0");
  });
});

describe("exact ratios", () => {
  it("a double stands for its exact binary value, a string for its decimal", () => {
    expect(exactRatio(0.1)).toEqual({ n: 3602879701896397n, d: 2n ** 55n });
    expect(exactRatio("0.1")).toEqual({ n: 1n, d: 10n });
    expect(exactRatio(5e-324)).toEqual({ n: 1n, d: 2n ** 1074n });
    expect(exactRatio(-1.5e300).n).toBe(BigInt(-1.5e300));
  });
});
