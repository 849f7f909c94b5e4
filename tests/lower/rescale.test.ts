import { describe, expect, it } from "vitest";
import {
  floorDivide,
  OVERFLOWS,
  ROUNDINGS,
  requantize,
  roundRatio,
  typeOfUnit,
  unitOf,
} from "../../src/ir/fixed-point.js";
import { type Ratio, ratio, times } from "../../src/ir/ratio.js";
import { ModuleBuilder } from "../../src/lower/module-builder.js";
import { evaluateRequantization, lowerRequantization } from "../../src/lower/requantize.js";
import { findRescaling, maximumOfFloor } from "../../src/lower/rescale.js";
import { combinational, inputSignal } from "../support/circuit.js";
import { Random } from "../support/random.js";

const interval = (random: Random, bits: number) => {
  const span = 1n << BigInt(bits);
  const [a, b] = [random.within({ lo: -span, hi: span - 1n }), random.within({ lo: -span, hi: span - 1n })];
  return a < b ? { lo: a, hi: b } : { lo: b, hi: a };
};

describe("the largest weighted floor", () => {
  it("is the largest one of all", () => {
    for (let seed = 1; seed <= 4000; seed++) {
      const random = new Random(seed);
      const { lo, hi } = interval(random, random.integer(1, 6));
      const d = random.within({ lo: 1n, hi: 90n });
      const [n, r, a, b] = random.array(4, () => random.within({ lo: -200n, hi: 200n }));
      let largest: bigint | undefined;
      for (let k = lo; k <= hi; k++) {
        const value = a * k + b * floorDivide(n * k + r, d);
        if (largest === undefined || value > largest) largest = value;
      }
      expect(maximumOfFloor({ n, r, d }, { lo, hi }, a, b), `seed ${seed}`).toBe(largest);
    }
  });
});

describe("a division as a multiplication and a shift", () => {
  const check = (n: bigint, r: bigint, d: bigint, lo: bigint, hi: bigint, ks: Iterable<bigint>) => {
    const { multiplier, offsets, shift } = findRescaling({ n, d }, [{ r, interval: { lo, hi } }]);
    for (const k of ks) {
      const found = (k * multiplier + offsets[0]) >> BigInt(shift);
      if (found !== floorDivide(n * k + r, d)) throw new Error(`(${n}·${k} + ${r}) / ${d} of ${lo}..${hi}`);
    }
    return { multiplier, shift };
  };
  function* all(lo: bigint, hi: bigint) {
    for (let k = lo; k <= hi; k++) yield k;
  }

  it("is exact for every k of small intervals and every small ratio", () => {
    for (let n = 1n; n <= 12n; n++) {
      for (let d = 1n; d <= 12n; d++) {
        for (const [lo, hi] of [
          [-17n, 30n],
          [0n, 63n],
          [-5n, -2n],
          [7n, 7n],
        ]) {
          for (const r of [0n, d - 1n, d / 2n]) check(n, r, d, lo, hi, all(lo, hi));
        }
      }
    }
  });

  it("is exact for large intervals and the ratios of doubles", () => {
    for (let seed = 1; seed <= 400; seed++) {
      const random = new Random(seed);
      const { lo, hi } = interval(random, random.integer(8, 30));
      const [n, d] = [
        random.bits(random.pick([3, 12, 24, 53])) + 1n,
        random.bits(random.pick([3, 12, 53])) + 1n,
      ];
      const r = random.within({ lo: -d, hi: d });
      const near = [lo, hi].flatMap((k) => [k - 1n, k, k + 1n]);
      // Next to where the floor changes.
      const steps = random.array(200, () => {
        const q = floorDivide(n * random.within({ lo, hi }) + r, d);
        return floorDivide(q * d - r, n);
      });
      const ks = [
        ...near,
        ...steps.flatMap((k) => [k - 1n, k, k + 1n, k + 2n]),
        ...random.array(200, () => random.within({ lo, hi })),
      ];
      check(
        n,
        r,
        d,
        lo,
        hi,
        ks.filter((k) => k >= lo && k <= hi),
      );
    }
  });

  it("needs a few more bits than the interval has", () => {
    const { multiplier } = check(10000019n, 0n, 1n << 30n, 0n, 4095n, all(0n, 4095n));
    expect(multiplier.toString(2).length).toBeLessThanOrEqual(17);
  });
});

describe("the circuit of a requantization between any units", () => {
  const RATIOS: readonly Ratio[] = [
    ratio(3n, 7n),
    ratio(7n, 3n),
    ratio(5n, 6n),
    ratio(1n, 10n),
    ratio(3n, 8n),
    ratio(9n, 1n),
    ratio(10000019n, 1n << 26n),
  ];

  it.each(ROUNDINGS)(
    "%s: every value, ties included, with every overflow",
    (rounding) => {
      for (const factor of RATIOS) {
        for (const { width, lo, hi } of [
          { width: 10, lo: -512n, hi: 511n },
          { width: 10, lo: 3n, hi: 700n },
          { width: 10, lo: -400n, hi: -30n },
          { width: 4, lo: -8n, hi: 7n },
        ]) {
          for (const overflow of OVERFLOWS) {
            const from = typeOfUnit({ lo, hi }, ratio(1n, 4n));
            const bounds = [lo, hi].map((k) => roundRatio(k * factor.n, factor.d * 2n, "TRN"));
            for (const range of [
              { lo: bounds[0], hi: bounds[1] + 1n },
              { lo: 0n, hi: 15n },
              { lo: -4n, hi: 3n },
            ]) {
              const to = typeOfUnit(range, times(unitOf(from), ratio(factor.d, factor.n)));
              const builder = new ModuleBuilder();
              const step = { from, to, rounding, overflow };
              const out = lowerRequantization(builder, inputSignal(builder, "x", width, { lo, hi }), step);
              const run = combinational(builder.finish("m", [], [{ name: "out", signal: out }]));
              for (let k = lo; k <= hi; k++) {
                const expected = requantize(k, from, to, rounding, overflow);
                const found = run({ x: BigInt.asUintN(width, k) });
                if (found !== expected || evaluateRequantization(step, k) !== expected)
                  throw new Error(`${k} · ${factor.n}/${factor.d} ${overflow}: ${found}, not ${expected}`);
              }
            }
          }
        }
      }
    },
    60_000,
  );

  it("saturates to limits", () => {
    const from = typeOfUnit({ lo: -512n, hi: 511n }, ratio(1n, 4n));
    for (const factor of [ratio(3n, 7n), ratio(1n, 4n)]) {
      const to = typeOfUnit({ lo: -128n, hi: 127n }, times(unitOf(from), ratio(factor.d, factor.n)));
      for (const limits of [
        { lo: -127n, hi: 127n },
        { lo: 0n, hi: 100n },
        { lo: 3n, hi: 3n },
      ]) {
        const step = { from, to, rounding: "RND", overflow: "SAT", limits } as const;
        const builder = new ModuleBuilder();
        const signal = inputSignal(builder, "x", 10, { lo: -512n, hi: 511n });
        const out = lowerRequantization(builder, signal, step);
        const run = combinational(builder.finish("m", [], [{ name: "out", signal: out }]));
        for (let k = -512n; k < 512n; k++) {
          const plain = requantize(k, from, to, "RND", "SAT");
          const expected = plain < limits.lo ? limits.lo : plain > limits.hi ? limits.hi : plain;
          expect(run({ x: BigInt.asUintN(10, k) })).toBe(expected);
        }
      }
    }
  });
});
