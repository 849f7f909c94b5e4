import type { Interval } from "../statistics/intervals.js";

const MINUS = "−";
/** Between a number and its unit, and between thousands: a narrow space that does not break. */
const THIN = "\u202f";

/** An integer in groups of three digits. */
export function count(n: number): string {
  const digits = String(Math.abs(Math.round(n))).replace(/\B(?=(\d{3})+$)/g, THIN);
  return (n < 0 ? MINUS : "") + digits;
}

/** A number with at most `digits` significant digits and no trailing zeros. */
export function number(x: number, digits = 4): string {
  if (!Number.isFinite(x)) return "–";
  const text =
    x !== 0 && (Math.abs(x) < 1e-4 || Math.abs(x) >= 1e7)
      ? x.toExponential(Math.max(digits - 1, 0)).replace(/\.?0+e/, "e")
      : String(Number(x.toPrecision(digits)));
  return text.replaceAll("-", MINUS);
}

/** How many decimals show an uncertainty to two significant digits, at most `most`. */
function decimalsFor(uncertainty: number, most: number): number {
  if (!(uncertainty > 0)) return most;
  return Math.min(most, Math.max(0, 1 - Math.floor(Math.log10(uncertainty))));
}

/** A value and its interval with the same, sensible number of decimals: "0.9812", "0.9801…0.9823". */
export function withInterval(estimate: Interval | null): {
  readonly value: string;
  readonly interval: string;
} {
  if (estimate === null) return { value: "–", interval: "no trials" };
  const decimals = decimalsFor((estimate.high - estimate.low) / 2, 7);
  const show = (x: number) => x.toFixed(decimals);
  return { value: show(estimate.value), interval: `${show(estimate.low)}…${show(estimate.high)}` };
}

/** Nanoseconds of a number of clock cycles. */
export function nanoseconds(cycles: number, clockMHz: number): string {
  return `${number((cycles * 1000) / clockMHz)}${THIN}ns`;
}

/** "1 cycle", "5 cycles". */
export function plural(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? "" : "s"}`;
}

export function bytes(n: number): string {
  if (n < 1000) return `${n}${THIN}B`;
  if (n < 1e6) return `${number(n / 1e3, 3)}${THIN}kB`;
  return `${number(n / 1e6, 3)}${THIN}MB`;
}

/** A share in percent: two significant digits, never rounded to nothing. */
export function percent(part: number, whole: number): string {
  if (!(whole > 0)) return "–";
  const share = (100 * part) / whole;
  if (part > 0 && share < 0.01) return `<${THIN}0.01${THIN}%`;
  return `${share >= 10 ? share.toFixed(1) : number(share, 2)}${THIN}%`;
}

/** A shape or a window: "8 × 384 × 6". */
export function shape(dimensions: readonly number[]): string {
  return dimensions.length === 0 ? "scalar" : dimensions.join(" × ");
}
