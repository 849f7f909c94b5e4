import type { Interval } from "../../ir/fixed-point.js";
import { type Ratio, ratio } from "../../ir/ratio.js";
import type { RealFunction } from "./real-function.js";
import { roundedValue, type Target } from "./round.js";

/**
 * The part of an input's range outside which the rounded result stays what it is at the part's ends, so that clamping the
 * input to it changes nothing. Where the function or the overflow mode is not monotonic it is the whole range.
 */
export function activeRange(f: RealFunction, unit: Ratio, range: Interval, target: Target): Interval {
  const monotonic = target.overflow === "SAT" || target.overflow === "SAT_SYM";
  if (!monotonic || !(f.increasing || f.decreasing === true || f.minimum !== undefined)) return range;
  const valueAt = (k: bigint) => roundedValue(f, ratio(k * unit.n, unit.d), target);
  const turn = f.minimum === undefined ? undefined : (f.minimum * Number(unit.d)) / Number(unit.n);
  // Where the function turns, both tails stop.
  const fallsUntil = turn === undefined ? range.hi : smaller(range.hi, BigInt(Math.floor(turn)));
  const risesFrom = turn === undefined ? range.lo : larger(range.lo, BigInt(Math.ceil(turn)));
  const lo = fallsUntil <= range.lo ? range.lo : lastEqual(valueAt, range.lo, fallsUntil);
  const hi = risesFrom >= range.hi ? range.hi : -lastEqual((k) => valueAt(-k), -range.hi, -risesFrom);
  return lo < hi ? { lo, hi } : { lo: hi, hi };
}

const smaller = (a: bigint, b: bigint) => (a < b ? a : b);
const larger = (a: bigint, b: bigint) => (a > b ? a : b);

/** The last k from `first` to `last` at which a monotonic sequence still has the value that it has at `first`. */
function lastEqual(valueAt: (k: bigint) => bigint, first: bigint, last: bigint): bigint {
  const value = valueAt(first);
  let [known, end] = [first, last];
  while (known < end) {
    const middle = known + (end - known + 1n) / 2n;
    if (valueAt(middle) === value) known = middle;
    else end = middle - 1n;
  }
  return known;
}
