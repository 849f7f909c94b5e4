import { describe, expect, it } from "vitest";
import type { Fixed } from "../../src/ir/fixed/fixed.js";
import { parseFixed } from "../../src/ir/fixed/text.js";
import { seekClock } from "../../src/lower/clock.js";
import { FABRICS } from "../../src/lower/delay.js";
import { lower } from "../../src/lower/index.js";
import type { Lowered } from "../../src/lower/lowered.js";
import { mistakeOf } from "../support/mistake.js";
import { expectEqual } from "../support/parallel.js";
import { Random } from "../support/random.js";

/** A dense layer, a saturation and another dense layer. */
function network(): Fixed {
  const random = new Random(7);
  const weights = (rows: number, columns: number) =>
    `tensor<${rows}x${columns}>[${random.array(rows * columns, () => random.integer(-15, 15)).join(", ")}]`;
  return parseFixed(
    `l1c fixed "net"

graph main {
  %x : [8] fixed<6,6> -32..31 = input()
  %d : [6] fixed<15,15> -16384..16383 = dense(%x) {kernel = ${weights(8, 6)}, bias = tensor<6>[1, 2, 3, 4, 5, 6]}
  %q : [6] ufixed<4,14> 0..15 = requantize(%d) {rounding = RND, overflow = SAT}
  %e : [3] fixed<15,15> -16384..16383 = dense(%q) {kernel = ${weights(6, 3)}, bias = tensor<3>[1, -2, 3]}
  return y = %e
}
`,
    "net",
  );
}

const at = (megahertz: number, cycles?: number): Lowered =>
  lower(network(), {
    ...{ architecture: "parallel", period: 1000 / megahertz, delays: FABRICS["ultrascale+"] },
    ...(cycles !== undefined && { cycles }),
  });
const takesNoMore = (megahertz: number, cycles: number) => {
  try {
    return at(megahertz, cycles).latency <= cycles;
  } catch {
    return false;
  }
};

describe("a clock sought for a latency", () => {
  it.each([9, 11, 14, 20, 40])("of %i ns is the slowest that meets it, with the fewest cycles", (ns) => {
    const { megahertz, lowered } = seekClock({ ns }, at);
    const { latency } = lowered;
    expect((latency * 1000) / megahertz).toBeLessThanOrEqual(ns);
    // Rounded to a kilohertz.
    expect((latency * 1000) / megahertz).toBeGreaterThan(ns - 0.01);
    for (let fewer = 1; fewer < latency; fewer++)
      expect(takesNoMore((1000 * fewer) / ns, fewer), `${fewer} cycles`).toBe(false);
    for (const { path } of lowered.stages) expect(path).toBeLessThanOrEqual(1000 / megahertz + 1e-9);
    expectEqual(network(), lowered, new Random(ns), 20);
  });

  it.each([1, 2, 4])("of %i cycles is the fastest in whole MHz that does with them", (cycles) => {
    const { megahertz, lowered } = seekClock({ cycles }, at);
    expect(Number.isInteger(megahertz)).toBe(true);
    expect(lowered.latency).toBeLessThanOrEqual(cycles);
    expect(takesNoMore(megahertz, cycles)).toBe(true);
    expect(takesNoMore(megahertz + 1, cycles)).toBe(false);
  });

  it("of ns and cycles meets both", () => {
    const loose = seekClock({ ns: 14 }, at);
    expect(seekClock({ ns: 14, cycles: loose.lowered.latency }, at).megahertz).toBe(loose.megahertz);
    const fewer = loose.lowered.latency - 1;
    expect(mistakeOf(() => seekClock({ ns: 14, cycles: fewer }, at))).toContain(
      `latency.ns: no clock meets 14 ns: it takes more than ${fewer} cycles, which latency.cycles allows`,
    );
  });

  it("goes on at the cycles that firmware takes at a clock where these do not depend on what it may take", () => {
    const asked: number[] = [];
    // Eight clocks of waiting, and one for each 5 ns of arithmetic.
    const stream = (megahertz: number) => {
      asked.push(megahertz);
      return { latency: 8 + Math.ceil(5 / (1000 / megahertz)) } as Lowered;
    };
    expect(seekClock({ ns: 100 }, stream).megahertz).toBe(90);
    expect(asked).toEqual([10, 90]);
    expect(mistakeOf(() => seekClock({ cycles: 8 }, stream))).toContain(
      "latency.cycles: it takes 9 cycles at any clock, 8 are allowed",
    );
    expect(mistakeOf(() => seekClock({ ns: 8 }, stream))).toContain("need a clock above 1000 MHz");
  });

  it("is refused without a latency, and where none meets it", () => {
    expect(mistakeOf(() => seekClock({}, at))).toContain("clock_mhz: a clock is sought for a latency");
    expect(mistakeOf(() => seekClock({ ns: 3 }, at))).toMatch(/no clock meets 3 ns: .*at \d+(\.\d+)? MHz/);
  });
});
