import { LUT_INPUTS } from "./delay.js";
import { lutsAlone } from "./linear/rows.js";
import type { LinearSum } from "./linear/sum.js";
import { lutsOfTable } from "./linear/tables.js";
import { lowerTableOf } from "./lookup.js";
import type { ModuleBuilder, Signal } from "./module-builder.js";

/**
 * f of a sum of several inputs that six bits decide together, as one table; undefined where more do, or where the sum's own
 * adders are fewer LUTs. (Multiples of one input are often shared with other sums; behind them, a table of f is as good.)
 */
export function lowerCone(
  builder: ModuleBuilder,
  inputs: readonly Signal[],
  sum: LinearSum,
  f: (k: bigint) => bigint,
): Signal | undefined {
  const { signals, weights, constant } = decidersOf(inputs, sum);
  const bits = signals.reduce((total, signal) => total + builder.wireOf(signal).width, 0);
  if (signals.length < 2 || bits > LUT_INPUTS) return undefined;
  const table = lowerTableOf(builder, signals, (values) =>
    f(values.reduce((total, k, i) => total + k * (weights[i] as bigint), constant)),
  );
  return lutsOfTable(builder, table) <= lutsAlone(builder, inputs, sum) ? table : undefined;
}

/** What a sum is over that may change, each input once, and what is constant. */
function decidersOf(inputs: readonly Signal[], { weights, bias }: LinearSum) {
  const total = new Map<number, { readonly signal: Signal; readonly weight: bigint }>();
  let constant = bias;
  weights.forEach((weight, i) => {
    const signal = inputs[i] as Signal;
    const { lo, hi } = signal.range;
    if (lo === hi) constant += weight * lo;
    else total.set(signal.wire, { signal, weight: (total.get(signal.wire)?.weight ?? 0n) + weight });
  });
  const own = [...total.values()].filter(({ weight }) => weight !== 0n);
  return {
    signals: own.map(({ signal }) => signal),
    weights: own.map(({ weight }) => weight),
    constant,
  };
}
