import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Interval, intervalBits } from "../../src/ir/fixed-point.js";
import { gatedSignal, withoutGate } from "../../src/lower/gates.js";
import { ModuleBuilder, type Signal } from "../../src/lower/module-builder.js";
import { clampSignal, reluSignal } from "../../src/lower/round.js";
import { combinational, inputSignal } from "../support/circuit.js";

/** A number of a sum within `range` through a module: as `make` makes it, and in front of its gate and behind that again. */
function bothWays(range: Interval, make: (builder: ModuleBuilder, sum: Signal) => Signal) {
  const builder = new ModuleBuilder();
  const sum = inputSignal(builder, "sum", intervalBits(range).width, range);
  const usual = make(builder, sum);
  const { width, signed } = intervalBits(usual.range);
  const ungated = withoutGate(builder, usual, width, signed);
  if (ungated === undefined) return undefined;
  const value = builder.resize(ungated.value, width, false);
  const gated = builder.wrap(gatedSignal(builder, { ...ungated, value }, signed), usual.range);
  const run = (signal: Signal) =>
    combinational(builder.finish("m", [], [{ name: "out", signal: builder.resize(signal, width, signed) }]));
  const { value: _, ...controls } = ungated;
  return { controls: Object.keys(controls), runs: [run(usual), run(gated)] as const };
}

describe("a number in front of its gate", () => {
  it.each<readonly [string, Interval, (builder: ModuleBuilder, sum: Signal) => Signal, readonly string[]]>([
    ["of a ReLU", { lo: -20n, hi: 100n }, reluSignal, ["shut"]],
    ["that saturates from 0 on", { lo: -20n, hi: 100n }, clampTo(0n, 15n), ["shut", "set"]],
    ["that only saturates from above", { lo: 0n, hi: 100n }, clampTo(0n, 15n), ["set"]],
    ["of a ReLU wrapped to bits with a sign", { lo: -20n, hi: 100n }, wrappedRelu, ["shut"]],
    ["with a sign", { lo: -20n, hi: 100n }, clampTo(-8n, 7n), ["open", "set"]],
    ["with a sign, only from above", { lo: -3n, hi: 100n }, clampTo(-8n, 7n), ["set"]],
    ["with a sign, only from below", { lo: -20n, hi: 7n }, clampTo(-8n, 7n), ["open"]],
  ])("%s", (_, range, make, controls) => {
    const both = bothWays(range, make);
    expect(both?.controls ?? []).toEqual(controls);
  });

  it("is none where saturation stops within its bits, or at other bits than a ReLU's", () => {
    const range = { lo: -20n, hi: 100n };
    for (const [lo, hi] of [
      [0n, 14n],
      [-7n, 7n],
      [-8n, 15n],
      [1n, 15n],
    ] as const)
      expect(bothWays(range, clampTo(lo, hi))).toBeUndefined();
  });

  it("is none where saturation has one end only and what lies beyond the other one wraps", () => {
    const range = { lo: -20n, hi: 100n };
    for (const [lo, hi] of [
      [-20n, 7n],
      [-8n, 100n],
    ] as const) {
      const wrapped = (builder: ModuleBuilder, sum: Signal) =>
        builder.wrap(clampTo(lo, hi)(builder, sum), { lo: -8n, hi: 7n });
      expect(bothWays(range, wrapped)).toBeUndefined();
    }
  });

  it("is the same behind its gate, for every sum", () => {
    const bound = fc.bigInt({ min: -40n, max: 40n });
    let gates = 0;
    fc.assert(
      fc.property(
        bound,
        bound,
        fc.nat(5),
        fc.boolean(),
        fc.option(fc.nat(5)),
        fc.option(fc.constantFrom("lo", "hi")),
        (a, b, bits, signed, wrapped, unbounded) => {
          const range = a < b ? { lo: a, hi: b } : { lo: b, hi: a };
          const hi = (1n << BigInt(bits)) - 1n;
          const limits = { lo: signed ? -hi - 1n : 0n, hi };
          const both = bothWays(range, (builder, sum) => {
            const clamped = clampSignal(builder, sum, {
              ...limits,
              ...(unbounded && { [unbounded]: range[unbounded] }),
            });
            if (wrapped === null) return clamped;
            const half = 1n << BigInt(wrapped);
            return builder.wrap(clamped, { lo: -half, hi: half - 1n });
          });
          if (both === undefined) return;
          gates++;
          const mask = (1n << BigInt(intervalBits(range).width)) - 1n;
          const [usual, gated] = both.runs;
          for (let sum = range.lo; sum <= range.hi; sum++)
            expect(gated({ sum: sum & mask })).toBe(usual({ sum: sum & mask }));
        },
      ),
      { numRuns: 3000 },
    );
    expect(gates).toBeGreaterThan(300);
  });
});

function wrappedRelu(builder: ModuleBuilder, sum: Signal): Signal {
  return builder.wrap(reluSignal(builder, sum), { lo: -8n, hi: 7n });
}

function clampTo(lo: bigint, hi: bigint) {
  return (builder: ModuleBuilder, sum: Signal) => clampSignal(builder, sum, { lo, hi });
}
