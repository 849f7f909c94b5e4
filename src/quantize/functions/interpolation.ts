import { InternalError } from "../../ir/errors.js";
import type { FixedInterpolate } from "../../ir/fixed/fixed.js";
import type { Interval } from "../../ir/fixed-point.js";
import { floorDivide } from "../../ir/fixed-point.js";
import { type Ratio, ratio } from "../../ir/ratio.js";
import type { RealFunction } from "./real-function.js";
import { roundedInteger } from "./round.js";

export type Lines = Pick<FixedInterpolate, "low" | "step" | "drop" | "entries">;

/** What is known of the error of straight lines, in units of the result: at all inputs, or at some. */
export interface LineError {
  readonly largest: number;
  readonly everywhere: boolean;
}

/** The most nodes of an interpolation. */
export const MOST_NODES = 4096;
/** Up to so many inputs the error is measured at each, of more at so many. */
const MEASURED = 2 ** 20;

/**
 * Straight lines for a function on the integers of an interval, results in `step`s: as few nodes as keep the error at or
 * under `tolerance` (in `step`s), or the most nodes there may be.
 */
export function interpolate(
  f: RealFunction,
  unit: Ratio,
  range: Interval,
  resultUnit: Ratio,
  tolerance: number,
): { readonly lines: Lines; readonly error: LineError } {
  const samples = sample(f, unit, range, resultUnit);
  const valueAt = toDouble(f, unit, resultUnit);
  const span = (range.hi - range.lo).toString(2).length;
  let best: Lines | undefined;
  for (let step = span; step >= 0; step--) {
    const candidate = grid(f, unit, range, step);
    if (candidate === undefined) continue;
    if (candidate.count > MOST_NODES && best !== undefined) break;
    const rough = evaluateNodes(candidate, valueAt);
    if (rough !== undefined) {
      best = { low: candidate.low, step, drop: 0, entries: rough };
      if (measure(samples, range.lo, best, tolerance) <= tolerance) break;
    }
  }
  if (best === undefined) throw new InternalError("no grid of nodes lies in the domain of the function");
  const { low, step } = best;
  const entries = best.entries.map((_, i) =>
    roundedInteger(f, argument(unit, low + (BigInt(i) << BigInt(step))), resultUnit, "RND"),
  );
  const lines = { low, step, drop: 0, entries };
  const largest = measure(samples, range.lo, lines, Number.POSITIVE_INFINITY);
  return { lines, error: { largest, everywhere: samples.everywhere } };
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

/** The function at all integers of a range, or at evenly spaced ones, in units of the result. */
interface Samples {
  readonly everywhere: boolean;
  /** Distances from the start of the range. */
  readonly at: Float64Array;
  readonly values: Float64Array;
}

function sample(f: RealFunction, unit: Ratio, { lo, hi }: Interval, resultUnit: Ratio): Samples {
  const span = Number(hi - lo);
  const everywhere = span < MEASURED;
  const count = everywhere ? span + 1 : MEASURED;
  const valueAt = toDouble(f, unit, resultUnit);
  const at = Float64Array.from({ length: count }, (_, i) =>
    everywhere ? i : Math.floor((i * span) / (count - 1)),
  );
  const start = Number(lo);
  return { everywhere, at, values: at.map((distance) => valueAt(start + distance)) };
}

/** The largest distance between lines and function, in units of the result; stops when it is above `enough`. */
function measure(samples: Samples, lo: bigint, { low, step, entries }: Lines, enough: number): number {
  const nodes = entries.map(Number);
  const size = 2 ** step;
  const before = Number(lo - low);
  let largest = 0;
  for (let n = 0; n < samples.at.length && largest <= enough; n++) {
    const at = (samples.at[n] as number) + before;
    const i = Math.floor(at / size);
    const from = nodes[i] as number;
    const to = nodes[i + 1] ?? from;
    const line = Math.floor(from + ((to - from) * (at - i * size)) / size + (step > 0 ? 0.5 : 0));
    largest = Math.max(largest, Math.abs(line - (samples.values[n] as number)));
  }
  return largest;
}
