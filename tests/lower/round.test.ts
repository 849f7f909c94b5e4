import { describe, expect, it } from "vitest";
import {
  type FixedType,
  OVERFLOWS,
  overflow,
  ROUNDINGS,
  type Rounding,
  requantize,
  typeRange,
} from "../../src/ir/fixed-point.js";
import { ModuleBuilder } from "../../src/lower/module-builder.js";
import { overflowSignal, roundingConstant, roundingWithin, roundSignal } from "../../src/lower/round.js";
import { combinational, inputSignal } from "../support/circuit.js";

/** Every interval that a few bits can have, the awkward ones among them. */
const RANGES = [
  { width: 4, lo: -8n, hi: 7n },
  { width: 4, lo: -8n, hi: -1n },
  { width: 4, lo: -1n, hi: 0n },
  { width: 4, lo: -7n, hi: 2n },
  { width: 4, lo: 0n, hi: 15n },
  { width: 4, lo: 3n, hi: 12n },
  { width: 1, lo: 0n, hi: 1n },
];

/** A type with so many fractional bits. */
const withFraction = (fraction: number): FixedType => ({ signed: true, width: 8, integer: 8 - fraction });

function eachValue(range: { lo: bigint; hi: bigint }, check: (k: bigint) => void): void {
  for (let k = range.lo; k <= range.hi; k++) check(k);
}

describe("the circuit of a requantization", () => {
  for (const rounding of ROUNDINGS) {
    it.each(OVERFLOWS)(`${rounding}, %s: every value of every small type`, (mode) => {
      for (const range of RANGES) {
        for (let drop = -1; drop <= 6; drop++) {
          for (let width = 0; width <= 5; width++) {
            for (const signed of [false, true]) {
              const type: FixedType = { signed, width, integer: width };
              const builder = new ModuleBuilder();
              const x = inputSignal(builder, "x", range.width, range);
              const out = overflowSignal(builder, roundSignal(builder, x, drop, rounding), type, mode);
              const run = combinational(builder.finish("m", [], [{ name: "out", signal: out }]));
              eachValue(range, (k) => {
                const expected = requantize(k, withFraction(drop), type, rounding, mode);
                const found = run({ x: BigInt.asUintN(range.width, k) });
                if (found !== expected)
                  throw new Error(
                    `${k} of ${range.lo}..${range.hi}, drop ${drop} to ${signed ? "s" : "u"}${width}: ${found}, not ${expected}`,
                  );
                // Proven bounds hold, so that what comes behind may rely on them.
                if (expected < out.range.lo || expected > out.range.hi)
                  throw new Error(`${expected} lies outside ${out.range.lo}..${out.range.hi}`);
              });
            }
          }
        }
      }
    });
  }

  it.each(OVERFLOWS)("%s alone, on ranges far outside the type", (mode) => {
    const type: FixedType = { signed: true, width: 3, integer: 3 };
    for (const range of [
      { lo: 20n, hi: 31n },
      { lo: -32n, hi: -20n },
      { lo: -32n, hi: 31n },
    ]) {
      const builder = new ModuleBuilder();
      const out = overflowSignal(builder, inputSignal(builder, "x", 6, range), type, mode);
      const run = combinational(builder.finish("m", [], [{ name: "out", signal: out }]));
      eachValue(range, (k) => expect(run({ x: BigInt.asUintN(6, k) }), `${k}`).toBe(overflow(k, type, mode)));
    }
  });

  it.each(OVERFLOWS)("%s of a constant is a constant, which nothing is compared with", (mode) => {
    const type: FixedType = { signed: false, width: 3, integer: 3 };
    for (const k of [-5n, 6n, 12n]) {
      const builder = new ModuleBuilder();
      const { wire, range } = overflowSignal(builder, builder.constant(k), type, mode);
      const value = overflow(k, type, mode);
      expect({ cell: builder.wireOf({ wire, range }).cell, range }).toEqual({
        cell: { op: "constant", value },
        range: { lo: value, hi: value },
      });
    }
  });

  it("the constant that a sum can absorb is the whole rounding where there is one", () => {
    const wide: FixedType = { signed: true, width: 12, integer: 12 };
    for (const rounding of ROUNDINGS) {
      for (const drop of [-2, 0, 1, 2, 3]) {
        const constant = roundingConstant(drop, rounding as Rounding);
        if (constant === undefined) continue;
        eachValue(typeRange({ signed: true, width: 6, integer: 6 }), (k) => {
          const shifted = drop >= 0 ? (k + constant) >> BigInt(drop) : (k + constant) << BigInt(-drop);
          expect(shifted).toBe(requantize(k, withFraction(drop), wide, rounding, "WRAP"));
        });
      }
    }
    expect(roundingConstant(3, "RND")).toBe(4n);
    expect(roundingConstant(3, "RND_MIN_INF")).toBe(3n);
    expect(roundingConstant(3, "CEIL")).toBe(7n);
    expect(roundingConstant(3, "AWAY")).toBeUndefined();
    expect(roundingConstant(3, "TRN_ZERO")).toBeUndefined();
    expect(roundingConstant(3, "RND_CONV")).toBeUndefined();
  });

  it("within one sign, a rounding that looks at the sign is one that does not", () => {
    const wide: FixedType = { signed: true, width: 12, integer: 12 };
    for (const rounding of ROUNDINGS) {
      for (const range of [
        { lo: 0n, hi: 40n },
        { lo: -40n, hi: 0n },
        { lo: -3n, hi: 40n },
      ]) {
        const within = roundingWithin(rounding, range);
        if (range.lo === -3n) expect(within).toBe(rounding);
        // Ties to even or odd look at a bit that is kept, not at the sign.
        else if (rounding !== "RND_CONV" && rounding !== "RND_ODD")
          expect(roundingConstant(3, within), within).toBeDefined();
        eachValue(range, (k) =>
          expect(requantize(k, withFraction(3), wide, within, "WRAP"), `${rounding} of ${k}`).toBe(
            requantize(k, withFraction(3), wide, rounding, "WRAP"),
          ),
        );
      }
    }
  });
});
