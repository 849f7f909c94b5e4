import { type Interval, intervalBits } from "../ir/fixed-point.js";
import { LUT_INPUTS } from "./delay.js";
import { lowerLinear } from "./linear/index.js";
import type { ModuleBuilder, Signal } from "./module-builder.js";

/** values[n] where n of the levels (ascending) are reached. */
export interface StepFunction {
  readonly levels: readonly bigint[];
  readonly values: readonly bigint[];
}

/** The most inputs of a table cell. */
export const TABLE_INPUTS = 12;

/** The bits that tell the integers of an interval apart. */
export function indexBits({ lo, hi }: Interval): number {
  return intervalBits({ lo: 0n, hi: hi - lo }).width;
}

/**
 * A function of one signal by its values: as a table, or as comparisons with the levels at which it changes, whichever
 * needs fewer LUTs. The signal's range has at most 2^{@link TABLE_INPUTS} integers.
 */
export function lowerFunction(builder: ModuleBuilder, signal: Signal, f: (k: bigint) => bigint): Signal {
  return lowerSteps(builder, signal, stepsOf(signal.range, f));
}

/** A function on an interval as steps. */
function stepsOf({ lo, hi }: Interval, f: (k: bigint) => bigint): StepFunction {
  const levels: bigint[] = [];
  const values = [f(lo)];
  for (let k = lo + 1n; k <= hi; k++) {
    const value = f(k);
    if (value === values.at(-1)) continue;
    levels.push(k);
    values.push(value);
  }
  return { levels, values };
}

/** A step function of a signal: as a table if the signal is narrow and that is cheaper, else by comparisons. */
export function lowerSteps(builder: ModuleBuilder, signal: Signal, steps: StepFunction): Signal {
  const { levels, values } = inside(steps, signal.range);
  if (levels.length === 0) return builder.constant(values[0] as bigint);
  const inputs = indexBits(signal.range);
  const width = intervalBits(rangeOf(values)).width;
  const compared = levels.length * Math.ceil(builder.wireOf(signal).width / (LUT_INPUTS - 1));
  const added = width * Math.ceil(levels.length / LUT_INPUTS) * (levels.length > LUT_INPUTS ? 2 : 1);
  const single = levels.length === 1 && values[0] === 0n && values[1] === 1n;
  const tabled = width * 2 ** Math.max(0, inputs - LUT_INPUTS);
  if (!single && inputs <= TABLE_INPUTS && tabled <= compared + added) {
    return lowerTable(builder, signal, (k) => valueAt({ levels, values }, k));
  }
  return lowerComparisons(builder, signal, { levels, values });
}

/** The number of levels reached selects the value: the bits that tell which are reached add up to it. */
function lowerComparisons(builder: ModuleBuilder, signal: Signal, { levels, values }: StepFunction): Signal {
  const bits = levels.map((level) => builder.atLeast(signal, level));
  const weights = levels.map((_, i) => (values[i + 1] as bigint) - (values[i] as bigint));
  const [sum] = lowerLinear(builder, bits, [{ weights, bias: values[0] as bigint }]) as [Signal];
  return builder.narrow(sum, rangeOf(values));
}

/**
 * A table over a signal's lowest bits: as many as tell the integers of its range apart. Entries that no integer of the
 * range has repeat the one for the end of the range.
 */
export function lowerTable(builder: ModuleBuilder, signal: Signal, f: (k: bigint) => bigint): Signal {
  const { lo, hi } = signal.range;
  if (lo === hi) return builder.constant(f(lo));
  const size = 1n << BigInt(indexBits(signal.range));
  const entries: bigint[] = [];
  for (let k = lo; k < lo + size; k++) entries[Number(((k % size) + size) % size)] = f(k > hi ? hi : k);
  return builder.table(builder.wrap(signal, { lo: 0n, hi: size - 1n }), entries);
}

/**
 * A table over several signals, whose bits lie side by side in its index. Entries for bits that no value of a signal's range
 * has are those of its nearest value.
 */
export function lowerTableOf(
  builder: ModuleBuilder,
  signals: readonly Signal[],
  f: (values: readonly bigint[]) => bigint,
): Signal {
  const wires = signals.map((signal) => builder.wireOf(signal));
  const total = wires.reduce((sum, { width }) => sum + width, 0);
  const entries = Array.from({ length: 2 ** total }, (_, index) => {
    let rest = BigInt(index);
    const values = signals.map(({ range: { lo, hi } }, i) => {
      const { width, signed } = wires[i] as (typeof wires)[number];
      const k = signed ? BigInt.asIntN(width, rest) : BigInt.asUintN(width, rest);
      rest >>= BigInt(width);
      return k < lo ? lo : k > hi ? hi : k;
    });
    return f(values);
  });
  return builder.table(builder.concat(signals), entries);
}

/** The steps that can happen in an interval, without levels at which nothing changes. */
function inside({ levels, values }: StepFunction, { lo, hi }: Interval): StepFunction {
  const first = levels.filter((level) => level <= lo).length;
  const kept: bigint[] = [];
  const reached = [values[first] as bigint];
  for (let i = first; i < levels.length && (levels[i] as bigint) <= hi; i++) {
    // Equal levels are one; of these the last value counts.
    if (kept.at(-1) === levels[i]) reached.pop();
    else kept.push(levels[i] as bigint);
    reached.push(values[i + 1] as bigint);
  }
  const changes = kept.map((_, i) => reached[i] !== reached[i + 1]);
  return {
    levels: kept.filter((_, i) => changes[i]),
    values: reached.filter((_, i) => i === 0 || changes[i - 1]),
  };
}

/** The value of a step function. */
export function valueAt({ levels, values }: StepFunction, k: bigint): bigint {
  let n = 0;
  while (n < levels.length && k >= (levels[n] as bigint)) n++;
  return values[n] as bigint;
}

function rangeOf(values: readonly bigint[]): Interval {
  return values.reduce(({ lo, hi }, k) => ({ lo: k < lo ? k : lo, hi: k > hi ? k : hi }), {
    lo: values[0] as bigint,
    hi: values[0] as bigint,
  });
}
