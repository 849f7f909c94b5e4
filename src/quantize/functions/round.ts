import { InternalError, UserError } from "../../ir/errors.js";
import type { Overflow, Rounding } from "../../ir/fixed-point.js";
import { type FixedType, type Interval, overflow, roundRatio, unitOf } from "../../ir/fixed-point.js";
import { type Ratio, ratio } from "../../ir/ratio.js";
import { ratioOf } from "./decimals.js";
import { NEARLY, type RealFunction } from "./real-function.js";

/** The grid and the range on which a function's values end. */
export interface Target {
  readonly type: FixedType;
  readonly rounding: Rounding;
  readonly overflow: Overflow;
  readonly limits?: Interval;
}

/** Relative error that the doubles of a function have at most, with a wide margin. */
const DOUBLE_ERROR = 1e-12;
const DOUBLE_ARGUMENT = 200;
/** Rounded values up to this are exact doubles with room for the error's bounds. */
const DOUBLE_RESULT = 2 ** 40;
const FIRST_DIGITS = 40;
const MOST_DIGITS = 20_000;

/** f(x), rounded once and correctly to an integer of the target's unit, and then brought into its range. */
export function roundedValue(f: RealFunction, x: Ratio, target: Target): bigint {
  const k = overflow(
    roundedInteger(f, x, unitOf(target.type), target.rounding),
    target.type,
    target.overflow,
  );
  const { limits } = target;
  if (limits === undefined) return k;
  return k < limits.lo ? limits.lo : k > limits.hi ? limits.hi : k;
}

/**
 * f(x) / unit, correctly rounded to an integer. Ziv's strategy: the value is known with an error; where both ends of it
 * round to the same integer that is the result, otherwise more digits decide. Exact values are rounded as such.
 */
export function roundedInteger(f: RealFunction, x: Ratio, unit: Ratio, rounding: Rounding): bigint {
  const quick = fromDouble(f, x, unit, rounding);
  if (quick !== undefined) return quick;
  const round = (value: Ratio) => roundRatio(value.n * unit.d, value.d * unit.n, rounding);
  const known = f.known(x);
  if (known !== undefined) {
    if (known.near === undefined) return round(known.exact);
    const { near, side } = known;
    // The value is not known closer than 10^−60: both ends of that interval must agree.
    const ends = [
      ratio(near.n * NEARLY.d + side * near.d, near.d * NEARLY.d),
      ratio(near.n * NEARLY.d * 10n ** 60n + side * near.d, near.d * NEARLY.d * 10n ** 60n),
    ].map(round);
    if (ends[0] === ends[1]) return ends[0] as bigint;
  }
  for (let digits = FIRST_DIGITS; digits <= MOST_DIGITS; digits *= 2) {
    const value = f.decimal(x, digits);
    if (!value.isFinite()) break;
    const { n, d } = ratioOf(value);
    const margin = 10n ** BigInt(digits - 2);
    const size = n < 0n ? -n : n;
    const lower = round({ n: n * margin - size, d: d * margin });
    if (lower === round({ n: n * margin + size, d: d * margin })) return lower;
  }
  throw new InternalError(`${x.n}/${x.d} has a value too close to a rounding boundary`);
}

/** The same from a double, where its error does not matter. */
function fromDouble(f: RealFunction, x: Ratio, unit: Ratio, rounding: Rounding): bigint | undefined {
  const argument = exactDouble(x);
  if (argument === undefined || Math.abs(argument) > DOUBLE_ARGUMENT) return undefined;
  const scaled = f.double(argument) * (Number(unit.d) / Number(unit.n));
  const size = Math.abs(scaled);
  if (!(size < DOUBLE_RESULT) || size < 2 ** -40) return undefined;
  const low = scaled - size * DOUBLE_ERROR;
  const high = scaled + size * DOUBLE_ERROR;
  // No integer and no half between the ends: they round alike in every mode.
  const half = Math.floor(2 * low);
  if (half !== Math.floor(2 * high) || half === 2 * low) return undefined;
  return roundRatio(BigInt(half) * 2n + 1n, 4n, rounding);
}

/** A ratio as a double, if it is one. */
function exactDouble({ n, d }: Ratio): number | undefined {
  const reduced = ratio(n, d);
  const [top, bottom] = [Number(reduced.n), Number(reduced.d)];
  const fits = Math.abs(top) < 2 ** 53 && bottom < 2 ** 500 && (reduced.d & (reduced.d - 1n)) === 0n;
  return fits ? top / bottom : undefined;
}

/** Throws a UserError when a function is not defined somewhere between two arguments. */
export function checkDomain(
  f: RealFunction,
  kind: string,
  unit: Ratio,
  { lo, hi }: Interval,
  name: string,
): void {
  if (f.domain === undefined) return;
  const at = (k: bigint) => ratio(k * unit.n, unit.d);
  const crosses = lo <= 0n && hi >= 0n && !f.domain.holds(at(0n));
  if (f.domain.holds(at(lo)) && f.domain.holds(at(hi)) && !crosses) return;
  const text = (k: bigint) => Number(k * unit.n) / Number(unit.d);
  throw new UserError(
    `${kind} needs arguments ${f.domain.text}, but its input ranges from ${text(lo)} to ${text(hi)}`,
    {
      where: `node '${name}'`,
      hint: "Give its input a quantizer or an operator (clip, an added constant) that excludes the other values.",
    },
  );
}
