import { describe, expect, it } from "vitest";
import type { FunctionKind } from "../../../src/ir/model/model.js";
import { realFunction } from "../../../src/quantize/functions/functions.js";
import { interpolate } from "../../../src/quantize/functions/interpolation.js";
import type { Held } from "../../../src/quantize/functions/line-error.js";
import { Random } from "../../support/random.js";

const KINDS: readonly FunctionKind[] = [
  "sigmoid",
  "tanh",
  "exp",
  "softplus",
  "softsign",
  "elu",
  "selu",
  "gelu",
  "gelu_tanh",
  "silu",
  "mish",
];
const POSITIVE: readonly FunctionKind[] = ["log", "sqrt", "reciprocal"];

describe("the error of lines", () => {
  const cases = [...KINDS, ...POSITIVE].flatMap((kind) => [1, 2, 3].map((seed) => ({ kind, seed })));
  it.each(cases)("of $kind is a bound for every input, and reached (seed $seed)", ({ kind, seed }) => {
    const random = new Random(seed);
    const f = realFunction(kind, { alpha: 1.67, gamma: 1.05 });
    const fraction = random.integer(7, 10);
    const unit = { n: 1n, d: 1n << BigInt(fraction) };
    const positive = POSITIVE.includes(kind);
    const lo = positive ? BigInt(random.integer(1, 40)) : -BigInt(random.integer(500, 6000));
    const range = { lo, hi: BigInt(random.integer(1000, 6000)) };
    const step = { n: 1n, d: 1n << BigInt(random.integer(8, 14)) };
    const scale = Number(step.d);
    const values = Array.from(
      { length: Number(range.hi - range.lo) + 1 },
      (_, i) => f.double((Number(lo) + i) / Number(unit.d)) * scale,
    );
    const sorted = [...values].sort((a, b) => a - b);
    const quantile = (q: number) => sorted[Math.floor(q * (sorted.length - 1))] as number;
    const held: Held =
      seed === 1
        ? { lo: Number.NEGATIVE_INFINITY, hi: Number.POSITIVE_INFINITY }
        : { lo: Math.round(quantile(0.2)), hi: Math.round(quantile(0.7)) };
    const saturate = (y: number) => Math.min(Math.max(y, held.lo), held.hi);
    const { lines, error } = interpolate(f, unit, range, step, random.pick([1, 8, 40]), held);
    const size = 2 ** lines.step;
    let [rounded, real] = [0, 0];
    for (const [i, value] of values.entries()) {
      const at = Number(lo) + i - Number(lines.low);
      const n = Math.floor(at / size);
      const [from, to] = [Number(lines.entries[n]), Number(lines.entries[n + 1] ?? 0n)];
      const line = from + ((to - from) * (at - n * size)) / size;
      const integer = Math.floor(line + (lines.step > 0 ? 0.5 : 0));
      rounded = Math.max(rounded, Math.abs(saturate(integer) - saturate(value)));
      real = Math.max(real, Math.abs(saturate(line) - saturate(value)));
    }
    expect(rounded).toBeLessThanOrEqual(error * (1 + 1e-9));
    // It is the largest error of the lines themselves, and half a unit for their rounding.
    expect(error).toBeCloseTo(real + (lines.step > 0 ? 0.5 : 0), 6);
  });

  it("is known at once where the input has far more values than could be tried", () => {
    const f = realFunction("sigmoid", {});
    const held = { lo: 0, hi: 2 ** 12 };
    const unit = { n: 1n, d: 1n << 36n };
    const range = { lo: -(1n << 40n), hi: (1n << 40n) - 1n };
    const started = performance.now();
    const { lines, error } = interpolate(f, unit, range, { n: 1n, d: 1n << 12n }, 8, held);
    expect(performance.now() - started).toBeLessThan(2000);
    expect(error).toBeLessThanOrEqual(8);
    // h²/8 of the largest second derivative is a bound of the error of lines: at least half of it is reached.
    const bound = ((2 ** lines.step * 2 ** -36) ** 2 / 8) * 0.0962251 * 2 ** 12;
    expect(error).toBeGreaterThan(bound / 2);
    expect(error).toBeLessThan(bound + 1.1);
  });
});

describe("the bends of a function", () => {
  it.each(KINDS)("are all places where %s stops being convex or concave", (kind) => {
    const f = realFunction(kind, { alpha: 1.67, gamma: 1.05 });
    const h = 2 ** -6;
    const bends = f.bends ?? [];
    for (const [i] of [...bends, 0].entries()) {
      const from = i === 0 ? -12 : (bends[i - 1] as number);
      const to = bends[i] ?? 12;
      const signs = new Set<number>();
      for (let x = from + h; x <= to - h; x += h) {
        const second = f.double(x - h) - 2 * f.double(x) + f.double(x + h);
        if (Math.abs(second) > 1e-13 * (1 + Math.abs(f.double(x)))) signs.add(Math.sign(second));
      }
      expect(signs.size, `${kind} from ${from} to ${to}`).toBeLessThanOrEqual(1);
    }
  });
});
