import {
  type FixedType,
  floorDivide,
  type Interval,
  type Overflow,
  overflow,
  type Rounding,
  roundRatio,
  unitOf,
} from "../ir/fixed-point.js";
import { over, type Ratio } from "../ir/ratio.js";
import { lowerLinear } from "./linear/index.js";
import { indexBits, lowerFunction } from "./lookup.js";
import type { ModuleBuilder, Signal } from "./module-builder.js";
import { findRescaling } from "./rescale.js";
import { clampSignal, overflowSignal, roundSignal } from "./round.js";

/** A requantization of one element. */
export interface Requantization {
  readonly from: FixedType;
  readonly to: FixedType;
  readonly rounding: Rounding;
  readonly overflow: Overflow;
  /** Bounds narrower than the type's to which it saturates. */
  readonly limits?: Interval;
}

/** Inputs of as many bits are looked up when the ratio of the units is no power of two. */
const LOOKED_UP = 8;

/** The exponent of a ratio that is a power of two. */
function exponentOf({ n, d }: Ratio): number | undefined {
  const power = (k: bigint) => (k & (k - 1n)) === 0n;
  return power(n) && power(d) ? n.toString(2).length - d.toString(2).length : undefined;
}

/** The bits that a requantization drops, negative if it adds zeros; undefined between units whose ratio is no power of two. */
export function droppedBits({ from, to }: Requantization): number | undefined {
  const exponent = exponentOf(over(unitOf(from), unitOf(to)));
  return exponent === undefined ? undefined : 0 - exponent;
}

/** The integer semantics of a requantization. */
export function evaluateRequantization(step: Requantization, k: bigint): bigint {
  const { n, d } = over(unitOf(step.from), unitOf(step.to));
  const rounded = roundRatio(k * n, d, step.rounding);
  const { limits } = step;
  if (limits === undefined || step.to.width === 0) return overflow(rounded, step.to, step.overflow);
  return rounded < limits.lo ? limits.lo : rounded > limits.hi ? limits.hi : rounded;
}

/** The circuit of a requantization. */
export function lowerRequantization(builder: ModuleBuilder, signal: Signal, step: Requantization): Signal {
  const { to, rounding, limits } = step;
  if (to.width === 0) return builder.constant(0n);
  const [lowest, highest] = [signal.range.lo, signal.range.hi].map((k) => evaluateRequantization(step, k));
  const monotonic = step.overflow === "SAT" || step.overflow === "SAT_SYM";
  if (monotonic && lowest === highest) return builder.constant(lowest as bigint);
  const drop = droppedBits(step);
  if (drop !== undefined) {
    return overflowSignal(builder, roundSignal(builder, signal, drop, rounding), to, step.overflow, limits);
  }
  if (indexBits(signal.range) <= LOOKED_UP) {
    return lowerFunction(builder, signal, (k) => evaluateRequantization(step, k));
  }
  const scaling = over(unitOf(step.from), unitOf(to));
  const rounded = scaleSignal(builder, beforeSaturation(builder, signal, step, scaling), scaling, rounding);
  return overflowSignal(builder, rounded, to, step.overflow, limits);
}

/**
 * Where a saturating requantization is to a coarser unit, inputs beyond those that reach the ends may be cut there
 * already: the ends stay as they are, and what has to be multiplied is narrower.
 */
function beforeSaturation(
  builder: ModuleBuilder,
  signal: Signal,
  step: Requantization,
  { n, d }: Ratio,
): Signal {
  if (step.overflow !== "SAT" || n >= d) return signal;
  const { lo, hi } = signal.range;
  const first = (reached: (k: bigint) => boolean): bigint => {
    let [low, high] = [lo, hi];
    while (low < high) {
      const middle = floorDivide(low + high, 2n);
      if (reached(middle)) high = middle;
      else low = middle + 1n;
    }
    return low;
  };
  const value = (k: bigint) => evaluateRequantization(step, k);
  const saturates = (k: bigint) => value(k) !== roundRatio(k * n, d, step.rounding);
  // Both ends by bisection: the requantization is monotonic.
  const cut = {
    lo: saturates(lo) ? first((k) => k === hi || value(k + 1n) > value(lo)) : lo,
    hi: saturates(hi) ? first((k) => value(k) === value(hi)) : hi,
  };
  return cut.lo > lo || cut.hi < hi ? clampSignal(builder, signal, cut) : signal;
}

/** The signal times n / d, rounded; n / d is reduced and no power of two. */
function scaleSignal(builder: ModuleBuilder, signal: Signal, { n, d }: Ratio, rounding: Rounding): Signal {
  const { lo, hi } = signal.range;
  const range = { lo: roundRatio(lo * n, d, rounding), hi: roundRatio(hi * n, d, rounding) };
  const times = (source: Signal, weight: bigint, bias: bigint) =>
    lowerLinear(builder, [source], [{ weights: [weight], bias }])[0] as Signal;
  if (d === 1n) return times(signal, n, 0n);
  const line = lineOf(n, d, rounding);
  const parts = [
    { r: line.negative, interval: { lo, hi: hi < -1n ? hi : -1n } },
    { r: line.positive, interval: { lo: lo > 0n ? lo : 0n, hi } },
  ].filter(({ interval }) => interval.lo <= interval.hi);
  const same = line.negative === line.positive;
  const found = findRescaling(
    { n: line.n, d: line.d },
    same ? [{ r: line.positive, interval: { lo, hi } }] : parts,
  );
  const shift = (sum: Signal) => builder.narrow(builder.shift(sum, -found.shift), range);
  const [first, second] = found.offsets as [bigint, bigint?];
  if (second === undefined) {
    const rounded = shift(times(signal, found.multiplier, first));
    return rounding === "RND_CONV" || rounding === "RND_ODD"
      ? tiesTo(rounding, builder, signal, rounded, { n, d })
      : rounded;
  }
  const offset = builder.mux(builder.atLeast(signal, 0n), builder.constant(second), builder.constant(first));
  return shift(builder.add(times(signal, found.multiplier, 0n), offset));
}

/**
 * A rounding as ⌊(n·k + r) / d⌋, where r may depend on the sign of k. Of RND_CONV and RND_ODD it is RND, to which `tiesTo`
 * adds what is missing.
 */
function lineOf(
  n: bigint,
  d: bigint,
  rounding: Rounding,
): { readonly n: bigint; readonly d: bigint; readonly negative: bigint; readonly positive: bigint } {
  const line = (scale: bigint, negative: bigint, positive: bigint) => ({
    n: scale * n,
    d: scale * d,
    negative,
    positive,
  });
  // A half rounds up with d in a numerator over 2d, down with one less.
  const [up, down] = [d, d - 1n];
  switch (rounding) {
    case "TRN":
      return line(1n, 0n, 0n);
    case "CEIL":
      return line(1n, d - 1n, d - 1n);
    case "TRN_ZERO":
      return line(1n, d - 1n, 0n);
    case "AWAY":
      return line(1n, 0n, d - 1n);
    case "RND":
    case "RND_CONV":
    case "RND_ODD":
      return line(2n, up, up);
    case "RND_MIN_INF":
      return line(2n, down, down);
    case "RND_ZERO":
      return d % 2n === 1n ? line(2n, up, up) : line(2n, up, down);
    case "RND_INF":
      return d % 2n === 1n ? line(2n, up, up) : line(2n, down, up);
  }
}

/**
 * RND_CONV or RND_ODD from RND: one less where the value was a tie and went to an integer of the other kind. k·n/d is a
 * tie exactly when 2·n·k + d = 2·d·rounded, which only an even d allows.
 */
function tiesTo(
  rounding: "RND_CONV" | "RND_ODD",
  builder: ModuleBuilder,
  signal: Signal,
  rounded: Signal,
  { n, d }: Ratio,
): Signal {
  if (d % 2n === 1n) return rounded;
  const [above] = lowerLinear(builder, [signal, rounded], [{ weights: [n, -d], bias: d / 2n }]) as [Signal];
  // It lies in 0 … d − 1 by the definition of `rounded`.
  const rest = builder.narrow(above, { lo: 0n, hi: d - 1n });
  const off = builder.atLeast(rest, 1n);
  const odd = builder.slice(rounded, 0, { lo: 0n, hi: 1n });
  const index = builder.concat([off, odd]);
  const tie = builder.table(index, rounding === "RND_CONV" ? [0n, 0n, 1n, 0n] : [1n, 0n, 0n, 0n]);
  const { lo, hi } = signal.range;
  return builder.narrow(builder.subtract(rounded, tie), {
    lo: roundRatio(lo * n, d, rounding),
    hi: roundRatio(hi * n, d, rounding),
  });
}
