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
  if (rounding === "RND") return half;
  return rounding === "RND_MIN_INF" ? half - 1n : undefined;
}

/** Rounds a signal to `drop` fewer fractional bits; a negative `drop` adds zero bits. */
export function roundSignal(
  builder: ModuleBuilder,
  signal: Signal,
  drop: number,
  rounding: Rounding,
): Signal {
  if (drop <= 0) return builder.shift(signal, -drop);
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
      case "RND_ZERO":
        return builder.add(builder.constant(half - 1n), signBit(builder, signal));
      case "RND_INF":
        return builder.mux(builder.atLeast(signal, 0n), builder.constant(half), builder.constant(half - 1n));
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
  return narrow(builder, rounded, range);
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

/** The same value on fewer bits, where tighter bounds are known than the wire's. */
function narrow(builder: ModuleBuilder, signal: Signal, range: Interval): Signal {
  if (range.lo === range.hi) return builder.constant(range.lo);
  const lo = signal.range.lo > range.lo ? signal.range.lo : range.lo;
  const hi = signal.range.hi < range.hi ? signal.range.hi : range.hi;
  return lo === signal.range.lo && hi === signal.range.hi ? signal : builder.wrap(signal, { lo, hi });
}

/** Brings a signal into the range of `type`. */
export function overflowSignal(
  builder: ModuleBuilder,
  signal: Signal,
  type: FixedType,
  mode: Overflow,
): Signal {
  if (type.width === 0) return builder.constant(0n);
  const limits = typeRange(type);
  const lowest = mode === "SAT_SYM" && type.signed ? -limits.hi : limits.lo;
  const { lo, hi } = signal.range;
  if (lo >= lowest && hi <= limits.hi) return signal;
  if (mode === "WRAP") return builder.wrap(signal, limits);

  const inside = { lo: lo > lowest ? lo : lowest, hi: hi < limits.hi ? hi : limits.hi };
  const above = builder.constant(mode === "SAT_ZERO" ? 0n : limits.hi);
  const below = builder.constant(mode === "SAT_ZERO" ? 0n : lowest);
  // Entirely outside: the comparisons below would leave no value inside.
  if (lo > limits.hi) return above;
  if (hi < lowest) return below;
  const kept = builder.wrap(signal, inside);
  const notBelow = builder.atLeast(signal, lowest);
  const tooHigh = builder.atLeast(signal, limits.hi + 1n);
  return builder.mux(tooHigh, above, builder.mux(notBelow, kept, below));
}
