import type { Interval } from "../../ir/fixed-point.js";
import type { Elements } from "../elements.js";

/**
 * Activations are as good as random to a processor's branch predictor: a comparison that it must guess costs some ten
 * times the arithmetic. So int32 clamps without a branch: text of the emitted language.
 */
export const CLAMP_TEXT = `
/** The larger of two int32 whose difference is one, too, without a branch. */
function larger(a: number, b: number): number {
  const difference = (a - b) | 0;
  return a - (difference & (difference >> 31));
}

/** The smaller of two int32 whose difference is one, too, without a branch. */
function smaller(a: number, b: number): number {
  const difference = (a - b) | 0;
  return b + (difference & (difference >> 31));
}
`.trim();

/** The larger of `a`, which lies within `range`, and `b`, which does not exceed `bound` in magnitude. */
export function larger(a: string, b: string, range: Interval, bound: bigint, elements: Elements): string {
  return fits(range, bound, elements) ? `larger(${a}, ${b})` : `${a} > ${b} ? ${a} : ${b}`;
}

/** The smaller of `a`, which lies within `range`, and `b`, which does not exceed `bound` in magnitude. */
export function smaller(a: string, b: string, range: Interval, bound: bigint, elements: Elements): string {
  return fits(range, bound, elements) ? `smaller(${a}, ${b})` : `${a} < ${b} ? ${a} : ${b}`;
}

function fits({ lo, hi }: Interval, bound: bigint, elements: Elements): boolean {
  return elements === "int32" && lo - bound >= -(2n ** 31n) && hi + bound < 2n ** 31n;
}
