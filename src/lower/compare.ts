import type { ModuleBuilder, Signal } from "./module-builder.js";

/** The larger or the smaller of two values: the sign of their difference chooses. */
export function lowerExtreme(builder: ModuleBuilder, kind: "max" | "min", a: Signal, b: Signal): Signal {
  // a is the one wanted where `over` is at least `under`.
  const [over, under] = kind === "max" ? [a, b] : [b, a];
  if (over.range.lo >= under.range.hi) return a;
  if (under.range.lo >= over.range.hi) return b;
  const chosen = builder.mux(notBelow(builder, over, under), a, b);
  const pick = (x: bigint, y: bigint) => ((kind === "max") === x > y ? x : y);
  return builder.narrow(chosen, { lo: pick(a.range.lo, b.range.lo), hi: pick(a.range.hi, b.range.hi) });
}

/** 1 where a ≥ b. */
function notBelow(builder: ModuleBuilder, a: Signal, b: Signal): Signal {
  if (b.range.lo === b.range.hi) return builder.atLeast(a, b.range.lo);
  return builder.atLeast(builder.subtract(a, b), 0n);
}

/** Combines signals two neighbours at a time, so that the tree is balanced and keeps their order. */
export function balanced<T>(items: readonly T[], combine: (a: T, b: T) => T): T {
  let level = items;
  while (level.length > 1) {
    level = Array.from({ length: Math.ceil(level.length / 2) }, (_, i) => {
      const [a, b] = level.slice(2 * i, 2 * i + 2) as [T, T?];
      return b === undefined ? a : combine(a, b);
    });
  }
  return level[0] as T;
}

/** The index of the largest signal; of equal ones the first or the last. */
export function lowerArgmax(builder: ModuleBuilder, signals: readonly Signal[], last: boolean): Signal {
  const entries = signals.map((value, i) => ({ value, index: builder.constant(BigInt(i)) }));
  const { index } = balanced(entries, (a, b) => {
    // The later one wins when it is larger, or, if the last counts, equal.
    const chosen = last ? notBelow(builder, b.value, a.value) : notBelow(builder, a.value, b.value);
    const [yes, no] = last ? [b, a] : [a, b];
    return {
      value: lowerExtreme(builder, "max", a.value, b.value),
      index: builder.mux(chosen, yes.index, no.index),
    };
  });
  return index;
}
