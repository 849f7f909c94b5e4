import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type FixedType,
  fractionBits,
  OVERFLOWS,
  printType,
  quantize,
  ROUNDINGS,
  toNumber,
} from "../../src/ir/fixed-point.js";
import { compileQuantizer } from "../../src/sim/float-quantizer.js";

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
    const exact = toNumber(quantize(x, type, rounding, overflow), fractionBits(type));
    const fast = compileQuantizer(type, rounding, overflow)(x);
    expect([printType(type), x, fast]).toEqual([printType(type), x, exact]);
  };
  fc.assert(fc.property(nearGrid, narrowTypes, agrees), { numRuns: 1500, seed: 1 });
  fc.assert(fc.property(nearGrid, types, agrees), { numRuns: 500, seed: 2 });
  fc.assert(fc.property(anything, types, agrees), { numRuns: 500, seed: 3 });
});

test("values next to a tie fall on their own side", () => {
  const whole: FixedType = { signed: true, width: 8, integer: 8 };
  const below = 0.5 - 2 ** -54;
  // Adding 0.5 in float64 would round the sum up to 1.
  expect(compileQuantizer(whole, "RND", "SAT")(below)).toBe(0);
  expect(compileQuantizer(whole, "RND_MIN_INF", "SAT")(-below)).toBe(0);
});
