import { Big } from "big.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
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
  sameType,
  sameUnit,
  toNumber,
  typeLike,
  typeOfUnit,
  typeRange,
  unitOf,
} from "../../src/ir/fixed-point.js";
import { gcd, ratio } from "../../src/ir/ratio.js";

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
  RND_ODD: (x) => x.plus(1).round(0, 2).minus(1),
  CEIL: ceil,
  AWAY: (x) => x.round(0, 3),
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
        const from = { signed: true, width: 80, integer: 80 - fraction };
        expect(requantize(k, from, type, rounding, mode)).toBe(oracle(x, type, rounding, mode));
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
    ["CEIL", 1.5, -1],
    ["AWAY", 1.5, -1.5],
    ["RND_ODD", 1.5, -1.5],
  ] as const)("%s: 1.25 → %d, −1.25 → %d", (rounding, up, down) => {
    expect(toNumber(quantize(1.25, type, rounding, "SAT"), type)).toBe(up);
    expect(toNumber(quantize(-1.25, type, rounding, "SAT"), type)).toBe(down);
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
});

/** A type that counts in any ratio. */
const scaledType = fc
  .tuple(anyType, fc.bigInt({ min: 0n, max: 40n }), fc.bigInt({ min: 0n, max: 40n }))
  .map(([type, a, b]): FixedType => {
    const { n, d } = ratio(2n * a + 1n, 2n * b + 1n);
    return n === 1n && d === 1n ? type : { ...type, scale: { n, d } };
  });

describe("types with a scale", () => {
  it("a unit has one form: the type of a type's unit and range counts in the same unit", () => {
    fc.assert(
      fc.property(scaledType, scaledType, (type, other) => {
        const unit = unitOf(type);
        expect(gcd(unit.n, unit.d)).toBe(1n);
        const again = typeOfUnit(typeRange(type), unit);
        expect(sameUnit(again, type)).toBe(true);
        expect(unitOf(again)).toEqual(unit);
        expect(sameType(again, typeLike(typeRange(type), type))).toBe(true);
        const [a, b] = [unitOf(type), unitOf(other)];
        expect(sameUnit(type, other)).toBe(a.n === b.n && a.d === b.d);
      }),
    );
  });

  it("stand for scale · k · 2^−F", () => {
    const type: FixedType = { signed: true, width: 8, integer: 6, scale: { n: 3n, d: 7n } };
    expect(unitOf(type)).toEqual({ n: 3n, d: 28n });
    expect(printType(type)).toBe("fixed<8,6>*3/7");
    expect(toNumber(7n, type)).toBe(0.75);
    expect(typeOfUnit({ lo: -5n, hi: 3n }, { n: 12n, d: 10n })).toEqual({
      signed: true,
      width: 4,
      integer: 5,
      scale: { n: 3n, d: 5n },
    });
    expect(typeOfUnit({ lo: 0n, hi: 3n }, { n: 4n, d: 2n })).toEqual({ signed: false, width: 2, integer: 3 });
    // 1 is 28/3 units: 9.33.
    expect(quantize(1, type, "RND", "SAT")).toBe(9n);
    expect(quantize(1, type, "CEIL", "SAT")).toBe(10n);
    expect(quantize(-1, type, "AWAY", "SAT")).toBe(-10n);
  });

  it("requantize takes the exact ratio of two units, rounded once", () => {
    fc.assert(
      fc.property(
        scaledType,
        scaledType,
        fc.bigInt({ min: -(2n ** 40n), max: 2n ** 40n }),
        fc.constantFrom(...modes),
        (from, type, k, [rounding, mode]) => {
          const [a, b] = [unitOf(from), unitOf(type)];
          const n = k * a.n * b.d;
          const d = a.d * b.n;
          const down = n / d - (n % d < 0n ? 1n : 0n);
          const exact = down * d === n;
          // Half a step and whole steps as decimals keep which side of a tie the ratio lies on.
          const twice = 2n * (n - down * d);
          const fraction = exact ? 0 : twice === d ? 0.5 : twice < d ? 0.25 : 0.75;
          const near = new Big(down.toString()).plus(fraction);
          const integers = { signed: type.signed, width: type.width, integer: type.width };
          expect(requantize(k, from, type, rounding, mode)).toBe(oracle(near, integers, rounding, mode));
        },
      ),
      { numRuns: 500 },
    );
  });
});
