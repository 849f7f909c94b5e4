import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type FixedType,
  type Interval,
  OVERFLOWS,
  printType,
  quantize,
  ROUNDINGS,
  toNumber,
  typeRange,
} from "../../src/ir/fixed-point.js";
import { exactRatio, ratio } from "../../src/ir/ratio.js";
import { compileInteger, compileQuantizer } from "../../src/sim/float-quantizer.js";

const modes = ROUNDINGS.flatMap((rounding) => OVERFLOWS.map((overflow) => ({ rounding, overflow })));

const types: fc.Arbitrary<FixedType> = fc.record({
  signed: fc.boolean(),
  width: fc.integer({ min: 0, max: 60 }),
  integer: fc.integer({ min: -20, max: 40 }),
});
const narrowTypes: fc.Arbitrary<FixedType> = fc.record({
  signed: fc.boolean(),
  width: fc.integer({ min: 0, max: 9 }),
  integer: fc.integer({ min: -4, max: 9 }),
});
/** Types with scales as files have them: short ratios, float32 numbers (exact dyadics), doubles. */
const scaledTypes: fc.Arbitrary<FixedType> = fc
  .tuple(
    fc.boolean(),
    fc.integer({ min: 1, max: 20 }),
    fc.integer({ min: -6, max: 14 }),
    fc.oneof(
      fc
        .tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }))
        .map(([n, d]) => ratio(BigInt(n), BigInt(d))),
      fc.double({ min: 1e-3, max: 100, noNaN: true }).map((x) => exactRatio(Math.fround(x))),
      fc.double({ min: 1e-3, max: 100, noNaN: true }).map((x) => exactRatio(x)),
    ),
  )
  .map(([signed, width, integer, { n, d }]) => {
    const odd = (k: bigint) => {
      while (k % 2n === 0n) k /= 2n;
      return k;
    };
    return { signed, width, integer, scale: { n: odd(n), d: odd(d) } };
  });
/** Multiples of small powers of two and their neighbours: ties, ends of ranges and values a hair beside them. */
const nearGrid = fc
  .tuple(
    fc.integer({ min: -5000, max: 5000 }),
    fc.integer({ min: -4, max: 12 }),
    fc.constantFrom(-1, 0, 0, 0, 1),
  )
  .map(([n, f, ulps]) => {
    const x = n * 2 ** -f;
    return x === 0 ? ulps * Number.MIN_VALUE : x * (1 + ulps * 2 ** -52);
  });
const anything = fc.double({ noNaN: true, noDefaultInfinity: true });

test.each(modes)("$rounding $overflow equals the exact quantizer", ({ rounding, overflow }) => {
  const agrees = (x: number, type: FixedType) => {
    const exact = toNumber(quantize(x, type, rounding, overflow), type);
    const fast = compileQuantizer(type, rounding, overflow)(x);
    expect([printType(type), x, fast]).toEqual([printType(type), x, exact]);
  };
  fc.assert(fc.property(nearGrid, narrowTypes, agrees), { numRuns: 1500, seed: 1 });
  fc.assert(fc.property(nearGrid, types, agrees), { numRuns: 500, seed: 2 });
  fc.assert(fc.property(anything, types, agrees), { numRuns: 500, seed: 3 });
  fc.assert(fc.property(anything, scaledTypes, agrees), { numRuns: 300, seed: 4 });
  const near = fc.tuple(scaledTypes, fc.integer({ min: -300, max: 300 }), fc.constantFrom(-1, 0, 0, 1));
  fc.assert(
    fc.property(near, ([type, halves, ulps]) => {
      const x = (toNumber(BigInt(halves), type) / 2) * (1 + ulps * 2 ** -52);
      agrees(x, type);
      const integer = compileInteger(type, rounding, overflow)(x);
      expect([printType(type), x, BigInt(integer)]).toEqual([
        printType(type),
        x,
        quantize(x, type, rounding, overflow),
      ]);
    }),
    { numRuns: 2000, seed: 5 },
  );
});

test.each(ROUNDINGS)("%s saturates to limits narrower than the type's", (rounding) => {
  const anyType = fc.oneof(narrowTypes, scaledTypes);
  fc.assert(
    fc.property(anyType, fc.nat(), fc.nat(), nearGrid, (type, a, b, x) => {
      const range = typeRange(type);
      const pick = (n: number) => range.lo + (BigInt(n) % (range.hi - range.lo + 1n));
      const [p, q] = [pick(a), pick(b)];
      const limits: Interval = p < q ? { lo: p, hi: q } : { lo: q, hi: p };
      const k = quantize(x, type, rounding, "SAT");
      const exact = k < limits.lo ? limits.lo : k > limits.hi ? limits.hi : k;
      const found = compileQuantizer(type, rounding, "SAT", limits)(x);
      expect([printType(type), limits, x, found]).toEqual([
        printType(type),
        limits,
        x,
        toNumber(exact, type),
      ]);
    }),
    { numRuns: 1000, seed: 6 },
  );
});

test("scales of any size: far apart from 1, and with more digits than a double", () => {
  const type: FixedType = {
    signed: true,
    width: 6,
    integer: 6,
    scale: ratio(3n ** 60n, 7n ** 50n),
  };
  const x = 13.7 * (3 ** 60 / 7 ** 50);
  expect(compileInteger(type, "RND", "SAT")(x)).toBe(14);
  const huge = { ...type, scale: ratio(3n ** 700n, 1n) };
  expect(compileInteger(huge, "CEIL", "SAT")(1e300)).toBe(1);
  expect(compileInteger(huge, "TRN", "SAT")(-1e-300)).toBe(-1);
});

test("values next to a tie fall on their own side", () => {
  const whole: FixedType = { signed: true, width: 8, integer: 8 };
  const below = 0.5 - 2 ** -54;
  // Adding 0.5 in float64 would round the sum up to 1.
  expect(compileQuantizer(whole, "RND", "SAT")(below)).toBe(0);
  expect(compileQuantizer(whole, "RND_MIN_INF", "SAT")(-below)).toBe(0);
});
