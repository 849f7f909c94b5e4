import { Big } from "big.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  exactRatio,
  type FixedType,
  fractionBits,
  intervalBits,
  narrowestType,
  OVERFLOWS,
  type Overflow,
  overflow,
  printType,
  quantize,
  ROUNDINGS,
  type Rounding,
  requantize,
  toNumber,
  typeRange,
} from "../../src/ir/fixed-point.js";

/*
 * The oracle: the definitions of UG1399 in decimal arithmetic (big.js), with nothing of the code under test. Big's
 * rounding modes: 0 toward zero, 1 ties away from zero, 2 ties to even, 3 away from zero.
 */
const HALF = new Big("0.5");

/** 2^n exactly: a negative power of two is 5^|n| / 10^|n|. */
function powerOfTwo(n: number): Big {
  return n >= 0 ? new Big(2).pow(n) : new Big(5).pow(-n).times(new Big(`1e${n}`));
}

const floor = (x: Big) => (x.gte(0) ? x.round(0, 0) : x.round(0, 3));
const ceil = (x: Big) => floor(x.times(-1)).times(-1);

const ROUND: Readonly<Record<Rounding, (x: Big) => Big>> = {
  TRN: floor,
  TRN_ZERO: (x) => x.round(0, 0),
  RND: (x) => floor(x.plus(HALF)),
  RND_MIN_INF: (x) => ceil(x.minus(HALF)),
  RND_ZERO: (x) => (x.gte(0) ? ceil(x.minus(HALF)) : floor(x.plus(HALF))),
  RND_INF: (x) => x.round(0, 1),
  RND_CONV: (x) => x.round(0, 2),
};

function oracle(x: Big, type: FixedType, rounding: Rounding, mode: Overflow): bigint {
  if (type.width === 0) return 0n;
  const k = ROUND[rounding](x.times(powerOfTwo(type.width - type.integer)));
  const modulus = new Big(2).pow(type.width);
  const max = type.signed ? modulus.div(2).minus(1) : modulus.minus(1);
  const min = type.signed ? modulus.div(-2) : new Big(0);
  const limit = { WRAP: min, SAT: min, SAT_ZERO: min, SAT_SYM: type.signed ? max.times(-1) : min }[mode];
  let result = k;
  if (mode === "WRAP") {
    const rest = k.mod(modulus).plus(modulus).mod(modulus);
    result = rest.gt(max) ? rest.minus(modulus) : rest;
  } else if (k.gt(max)) result = mode === "SAT_ZERO" ? new Big(0) : max;
  else if (k.lt(limit)) result = mode === "SAT_ZERO" ? new Big(0) : limit;
  return BigInt(result.toFixed(0));
}

/** Any type: I negative and larger than W, width 0, both signs, beyond 64 bits. */
const anyType: fc.Arbitrary<FixedType> = fc.record({
  signed: fc.boolean(),
  width: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 90 })),
  integer: fc.oneof(fc.integer({ min: -4, max: 10 }), fc.integer({ min: -60, max: 100 })),
});

/** A decimal with up to 40 digits. */
const anyDecimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.integer({ min: -60, max: 5 }))
  .map(([digits, power]) => `${digits}e${power}`);

/** A multiple of a quarter of the type's unit, from far below its range to far above: ties and ends come often. */
function nearGrid(type: FixedType): fc.Arbitrary<string> {
  const { lo, hi } = typeRange(type);
  const corner = fc
    .tuple(fc.constantFrom(lo, hi, 0n, -hi, lo / 2n), fc.bigInt({ min: -9n, max: 9n }))
    .map(([end, quarters]) => 4n * end + quarters);
  const quarters = fc.oneof(corner, fc.bigInt({ min: 8n * lo - 40n, max: 8n * hi + 40n }));
  return quarters.map((q) => new Big(q.toString()).times(powerOfTwo(-fractionBits(type) - 2)).toFixed());
}

const modes = ROUNDINGS.flatMap((rounding) => OVERFLOWS.map((mode) => [rounding, mode] as const));

describe.each(modes)("%s, %s", (rounding, mode) => {
  it("equals the definition for decimals with many digits and for doubles", () => {
    fc.assert(
      fc.property(anyType, anyDecimal, (type, text) => {
        expect(quantize(text, type, rounding, mode)).toBe(oracle(new Big(text), type, rounding, mode));
      }),
      { numRuns: 150 },
    );
    const doubles = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 }),
      fc.integer({ min: -(2 ** 20), max: 2 ** 20 }).map((n) => n / 64),
    );
    fc.assert(
      fc.property(anyType, doubles, (type, x) => {
        const exact = exactDecimal(x);
        expect(quantize(x, type, rounding, mode)).toBe(oracle(exact, type, rounding, mode));
      }),
      { numRuns: 100 },
    );
  });

  it("equals the definition at ties, at the ends of the range and one step beside them", () => {
    fc.assert(
      fc.property(
        anyType.chain((type) => fc.tuple(fc.constant(type), nearGrid(type))),
        ([type, text]) => {
          expect(quantize(text, type, rounding, mode)).toBe(oracle(new Big(text), type, rounding, mode));
        },
      ),
      { numRuns: 250 },
    );
  });

  it("equals the definition from another fixed-point number, either way shifted", () => {
    const any = fc.tuple(
      anyType,
      fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
      fc.integer({ min: -40, max: 80 }),
    );
    const small = fc.tuple(anyType, fc.bigInt({ min: -64n, max: 64n }), fc.integer({ min: -3, max: 6 }));
    fc.assert(
      fc.property(fc.oneof(any, small), ([type, k, fraction]) => {
        const x = new Big(k.toString()).times(powerOfTwo(-fraction));
        expect(requantize(k, fraction, type, rounding, mode)).toBe(oracle(x, type, rounding, mode));
      }),
      { numRuns: 250 },
    );
  });
});

/** The exact value of a double, by halving until it is an integer: halving and doubling are exact. */
function exactDecimal(x: number): Big {
  let mantissa = x;
  let power = 0;
  while (!Number.isInteger(mantissa) && power < 1100) {
    mantissa *= 2;
    power++;
  }
  return new Big(BigInt(mantissa).toString()).times(powerOfTwo(-power));
}

describe("the tables of UG1399", () => {
  // ap_fixed<3,2>: one fractional bit; 1.25 and −1.25 lie on a tie.
  const type = { signed: true, width: 3, integer: 2 };
  it.each([
    ["RND", 1.5, -1],
    ["RND_ZERO", 1, -1],
    ["RND_MIN_INF", 1, -1.5],
    ["RND_INF", 1.5, -1.5],
    ["RND_CONV", 1, -1],
    ["TRN", 1, -1.5],
    ["TRN_ZERO", 1, -1],
  ] as const)("%s: 1.25 → %d, −1.25 → %d", (rounding, up, down) => {
    expect(toNumber(quantize(1.25, type, rounding, "SAT"), 1)).toBe(up);
    expect(toNumber(quantize(-1.25, type, rounding, "SAT"), 1)).toBe(down);
  });

  // ap_fixed<4,4> and ap_ufixed<4,4> of 19 and −19.
  it.each([
    ["SAT", 7, -8, 15, 0],
    ["SAT_ZERO", 0, 0, 0, 0],
    ["SAT_SYM", 7, -7, 15, 0],
    ["WRAP", 3, -3, 3, 13],
  ] as const)("%s: 19 → %d, −19 → %d; unsigned %d, %d", (mode, up, down, unsignedUp, unsignedDown) => {
    const signed = { signed: true, width: 4, integer: 4 };
    const unsigned = { ...signed, signed: false };
    expect(Number(quantize(19, signed, "TRN", mode))).toBe(up);
    expect(Number(quantize(-19, signed, "TRN", mode))).toBe(down);
    expect(Number(quantize(19, unsigned, "TRN", mode))).toBe(unsignedUp);
    expect(Number(quantize(-19, unsigned, "TRN", mode))).toBe(unsignedDown);
  });

  it("SAT_SYM never gives the least integer, not even for itself", () => {
    expect(overflow(-8n, { signed: true, width: 4, integer: 4 }, "SAT_SYM")).toBe(-7n);
  });
});

describe("types and intervals", () => {
  it("a type of width 0 is the constant 0", () => {
    for (const [rounding, mode] of modes) {
      expect(quantize("123.456", { signed: true, width: 0, integer: 5 }, rounding, mode)).toBe(0n);
    }
    expect(typeRange({ signed: true, width: 0, integer: -3 })).toEqual({ lo: 0n, hi: 0n });
  });

  it("no type narrower than the narrowest holds the interval", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -300n, max: 300n }), fc.bigInt({ min: 0n, max: 300n }), (lo, span) => {
        const interval = { lo, hi: lo + span };
        const { signed, width } = intervalBits(interval);
        const type = narrowestType(interval, 5);
        expect(fractionBits(type)).toBe(5);
        const holds = (w: number) => {
          const range = typeRange({ signed, width: w, integer: 0 });
          return range.lo <= interval.lo && range.hi >= interval.hi;
        };
        expect(signed).toBe(lo < 0n);
        expect(holds(width)).toBe(true);
        expect(width === 0 || !holds(width - 1)).toBe(true);
      }),
    );
  });

  it("print as ap_fixed", () => {
    expect(printType({ signed: true, width: 8, integer: -2 })).toBe("fixed<8,-2>");
    expect(printType({ signed: false, width: 3, integer: 7 })).toBe("ufixed<3,7>");
  });

  it("a double stands for its exact binary value, a string for its decimal", () => {
    expect(exactRatio(0.1)).toEqual({ n: 3602879701896397n, d: 2n ** 55n });
    expect(exactRatio("0.1")).toEqual({ n: 1n, d: 10n });
    expect(exactRatio(5e-324)).toEqual({ n: 1n, d: 2n ** 1074n });
    expect(exactRatio(-1.5e300).n).toBe(BigInt(-1.5e300));
  });
});
