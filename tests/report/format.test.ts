import { describe, expect, it } from "vitest";
import { bytes, count, nanoseconds, number, percent, shape, withInterval } from "../../src/report/format.js";
import { clopperPearson } from "../../src/statistics/intervals.js";

/** Narrow spaces as plain ones. */
const plain = (text: string) => text.replaceAll("\u202f", " ");

describe("format", () => {
  it("groups the digits of counts", () => {
    expect([0, 999, 1000, 18432000, -1234].map((n) => plain(count(n)))).toEqual([
      "0",
      "999",
      "1 000",
      "18 432 000",
      "−1 234",
    ]);
  });

  it("shows numbers without trailing zeros", () => {
    expect([0, 320, 3.125, -0.25, 1 / 3, 1e-6, 1.5e9, Number.NaN].map((x) => number(x))).toEqual([
      "0",
      "320",
      "3.125",
      "−0.25",
      "0.3333",
      "1e−6",
      "1.5e+9",
      "–",
    ]);
  });

  it("shows as many decimals of a value as its interval supports", () => {
    expect(withInterval({ value: 0.98123456, low: 0.9801, high: 0.9823 })).toEqual({
      value: "0.9812",
      interval: "0.9801…0.9823",
    });
    expect(withInterval({ value: 0.98123456, low: 0.95, high: 0.99 }).value).toBe("0.981");
    expect(withInterval(clopperPearson(0, 10)).value).toBe("0.000");
    expect(withInterval(clopperPearson(0, 0))).toEqual({ value: "–", interval: "no trials" });
  });

  it("converts cycles to time by the clock", () => {
    expect(plain(nanoseconds(8, 320))).toBe("25 ns");
    expect(plain(nanoseconds(1, 360))).toBe("2.778 ns");
  });

  it("never rounds a share to nothing", () => {
    expect([0, 1, 500, 74_000].map((n) => plain(percent(n, 100_000)))).toEqual([
      "0 %",
      "< 0.01 %",
      "0.5 %",
      "74.0 %",
    ]);
    expect(percent(1, 0)).toBe("–");
  });

  it("shows sizes and shapes", () => {
    expect([12, 4210, 1_284_310].map((n) => plain(bytes(n)))).toEqual(["12 B", "4.21 kB", "1.28 MB"]);
    expect(shape([8, 384, 6])).toBe("8 × 384 × 6");
    expect(shape([])).toBe("scalar");
  });
});
