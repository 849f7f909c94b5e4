import { InternalError } from "../../ir/errors.js";
import type { Interval } from "../../ir/fixed-point.js";
import { floorDivide } from "../../ir/fixed-point.js";
import { type Ratio, ratio } from "../../ir/ratio.js";
import { type Held, type Lines, lineError } from "./line-error.js";
import type { RealFunction } from "./real-function.js";
import { roundedInteger } from "./round.js";

/** The most nodes of an interpolation. */
export const MOST_NODES = 4096;
/** What rounding a line to integers adds to its error at most, in units of the result. */
const LINE_ROUNDING = 0.5;

/**
 * Straight lines for a function on the integers of an interval, results in `step`s: as few nodes as keep the error at or
 * under `tolerance` (in `step`s), or the most nodes there may be. The error is a bound for every integer of the interval,
 * of results saturated to `held`; the lines' rounding is in it.
 */
export function interpolate(
  f: RealFunction,
  unit: Ratio,
  range: Interval,
  resultUnit: Ratio,
  tolerance: number,
  held: Held,
): { readonly lines: Lines; readonly error: number } {
  const valueAt = toDouble(f, unit, resultUnit);
  const bends = (f.bends ?? []).map((x) => (x * Number(unit.d)) / Number(unit.n));
  const errorOf = (lines: Lines, enough: number) =>
    lineError(valueAt, lines, range, { bends, held }, enough) + (lines.step > 0 ? LINE_ROUNDING : 0);
  const span = (range.hi - range.lo).toString(2).length;
  let best: Lines | undefined;
  for (let step = span; step >= 0; step--) {
    const candidate = grid(f, unit, range, step);
    if (candidate === undefined) continue;
    if (candidate.count > MOST_NODES && best !== undefined) break;
    const rough = evaluateNodes(candidate, valueAt);
    if (rough !== undefined) {
      best = { low: candidate.low, step, drop: 0, entries: rough };
      if (errorOf(best, tolerance) <= tolerance) break;
    }
  }
  if (best === undefined) throw new InternalError("no grid of nodes lies in the domain of the function");
  const { low, step } = best;
  const entries = best.entries.map((_, i) =>
    roundedInteger(f, argument(unit, low + (BigInt(i) << BigInt(step))), resultUnit, "RND"),
  );
  const lines = { low, step, drop: 0, entries };
  return { lines, error: errorOf(lines, Number.POSITIVE_INFINITY) };
}

const argument = (unit: Ratio, k: bigint) => ratio(k * unit.n, unit.d);

const toDouble = (f: RealFunction, unit: Ratio, resultUnit: Ratio) => {
  const scale = Number(resultUnit.d) / Number(resultUnit.n);
  const [n, d] = [Number(unit.n), Number(unit.d)];
  return (k: number) => f.double((k * n) / d) * scale;
};

interface Grid {
  readonly low: bigint;
  readonly step: number;
  readonly count: number;
}

/** Nodes at multiples of the step, so that 0 is one; where those leave the domain, from one of the range's ends on. */
function grid(f: RealFunction, unit: Ratio, { lo, hi }: Interval, step: number): Grid | undefined {
  const size = 1n << BigInt(step);
  const below = floorDivide(lo, size) * size;
  // The range's end lies before the last node.
  const segments = (from: bigint) => (hi - from) / size + 1n;
  const whole = segments(lo);
  for (const low of [below, lo, hi + 1n - whole * size]) {
    const count = Number(segments(low)) + 1;
    const ends = [low, low + BigInt(count - 1) * size];
    const zeroInside = low <= 0n && (ends[1] as bigint) >= 0n;
    const inDomain = (k: bigint) => f.domain === undefined || f.domain.holds(argument(unit, k));
    if (ends.every(inDomain) && (!zeroInside || inDomain(0n))) return { low, step, count };
  }
  return undefined;
}

function evaluateNodes(
  { low, step, count }: Grid,
  valueAt: (k: number) => number,
): readonly bigint[] | undefined {
  const entries: bigint[] = [];
  for (let i = 0; i < count; i++) {
    const value = valueAt(Number(low) + i * 2 ** step);
    if (!Number.isFinite(value)) return undefined;
    entries.push(BigInt(Math.round(value)));
  }
  return entries;
}
