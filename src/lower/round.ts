import type { FixedType, Interval, Overflow, Rounding } from "../ir/fixed-point.js";
import { roundRatio, typeRange } from "../ir/fixed-point.js";
import type { ModuleBuilder, Signal } from "./module-builder.js";

/**
 * The constant that a rounding to `drop` fewer bits adds before it drops them, where that is all it does; undefined
 * where it also looks at the sign or at a kept bit.
 */
export function roundingConstant(drop: number, rounding: Rounding): bigint | undefined {
  if (drop <= 0 || rounding === "TRN") return 0n;
  const half = 1n << BigInt(drop - 1);
  if (rounding === "CEIL") return 2n * half - 1n;
  if (rounding === "RND") return half;
  return rounding === "RND_MIN_INF" ? half - 1n : undefined;
}

/** A rounding as one that does the same within an interval and, where all of it has one sign, does not look at the sign. */
export function roundingWithin(rounding: Rounding, { lo, hi }: Interval): Rounding {
  const positive = lo >= 0n;
  if (!positive && hi > 0n) return rounding;
  switch (rounding) {
    case "TRN_ZERO":
      return positive ? "TRN" : "CEIL";
    case "AWAY":
      return positive ? "CEIL" : "TRN";
    case "RND_ZERO":
      return positive ? "RND_MIN_INF" : "RND";
    case "RND_INF":
      return positive ? "RND" : "RND_MIN_INF";
    default:
      return rounding;
  }
}

/** Rounds a signal to `drop` fewer fractional bits; a negative `drop` adds zero bits. */
export function roundSignal(builder: ModuleBuilder, signal: Signal, drop: number, mode: Rounding): Signal {
  if (drop <= 0) return builder.shift(signal, -drop);
  const rounding = roundingWithin(mode, signal.range);
  const constant = roundingConstant(drop, rounding);
  const half = 1n << BigInt(drop - 1);
  const offset = (() => {
    if (constant !== undefined) return builder.constant(constant);
    switch (rounding) {
      case "TRN_ZERO":
        return builder.mux(
          builder.atLeast(signal, 0n),
          builder.constant(0n),
          builder.constant(2n * half - 1n),
        );
      case "AWAY":
        return builder.mux(
          builder.atLeast(signal, 0n),
          builder.constant(2n * half - 1n),
          builder.constant(0n),
        );
      case "RND_ZERO":
        return builder.add(builder.constant(half - 1n), signBit(builder, signal));
      case "RND_INF":
        return builder.mux(builder.atLeast(signal, 0n), builder.constant(half), builder.constant(half - 1n));
      case "RND_ODD":
        return builder.subtract(builder.constant(half), keptBit(builder, signal, drop));
      default:
        // RND_CONV: a tie goes to the even neighbour, so the lowest kept bit decides it.
        return builder.add(builder.constant(half - 1n), keptBit(builder, signal, drop));
    }
  })();
  const rounded = builder.shift(builder.add(signal, offset), -drop);
  // The bounds of the sum are loose where the offset depends on the sign; rounding is monotonic.
  const d = 1n << BigInt(drop);
  const range = {
    lo: roundRatio(signal.range.lo, d, rounding),
    hi: roundRatio(signal.range.hi, d, rounding),
  };
  return builder.narrow(rounded, range);
}

/** Bit `drop` of a signal; above its highest bit that is its sign. */
function keptBit(builder: ModuleBuilder, signal: Signal, drop: number): Signal {
  const wire = builder.wireOf(signal);
  if (drop < wire.width) return builder.slice(signal, drop, { lo: 0n, hi: 1n });
  return wire.signed ? signBit(builder, signal) : builder.constant(0n);
}

/** 1 when the signal is negative. */
function signBit(builder: ModuleBuilder, signal: Signal): Signal {
  return builder.mux(builder.atLeast(signal, 0n), builder.constant(0n), builder.constant(1n));
}

/** Brings a signal into the range of `type`, or into narrower `limits` to which SAT saturates. */
export function overflowSignal(
  builder: ModuleBuilder,
  signal: Signal,
  type: FixedType,
  mode: Overflow,
  narrower?: Interval,
): Signal {
  if (type.width === 0) return builder.constant(0n);
  const limits = narrower ?? typeRange(type);
  const lowest = mode === "SAT_SYM" && type.signed ? -limits.hi : limits.lo;
  const { lo, hi } = signal.range;
  if (lo >= lowest && hi <= limits.hi) return signal;
  if (mode === "WRAP") return builder.wrap(signal, limits);

  const above = mode === "SAT_ZERO" ? 0n : limits.hi;
  const below = mode === "SAT_ZERO" ? 0n : lowest;
  return clampSignal(builder, signal, { lo: lowest, hi: limits.hi }, below, above);
}

/** The signal where it is positive, else 0. */
export function reluSignal(builder: ModuleBuilder, signal: Signal): Signal {
  const { lo, hi } = signal.range;
  if (lo >= 0n) return signal;
  if (hi <= 0n) return builder.constant(0n);
  const kept = builder.wrap(signal, { lo: 0n, hi });
  return builder.mux(builder.atLeast(signal, 0n), kept, builder.constant(0n));
}

/** The signal where it lies within `limits`, `below` and `above` where it does not. */
export function clampSignal(
  builder: ModuleBuilder,
  signal: Signal,
  limits: Interval,
  below = limits.lo,
  above = limits.hi,
): Signal {
  const { lo, hi } = signal.range;
  if (lo > limits.hi) return builder.constant(above);
  if (hi < limits.lo) return builder.constant(below);
  const kept = builder.narrow(signal, limits);
  const notBelow = builder.atLeast(signal, limits.lo);
  const tooHigh = builder.atLeast(signal, limits.hi + 1n);
  return builder.mux(tooHigh, builder.constant(above), builder.mux(notBelow, kept, builder.constant(below)));
}
