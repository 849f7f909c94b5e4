import { LUT_INPUTS } from "../delay.js";
import type { ModuleBuilder, Signal, Term as SignalTerm } from "../module-builder.js";
import { csdDigits } from "./csd.js";

/** A weighted bit of a sum. */
export interface WeightedBit {
  readonly signal: Signal;
  readonly weight: bigint;
}

/** Bits in groups of up to six, as many as a table has inputs. Bits of like weight are together, so that tables are narrow. */
export function groupBits(bits: readonly WeightedBit[]): readonly (readonly WeightedBit[])[] {
  const order = bits.toSorted(
    (a, b) => trailingZeros(a.weight) - trailingZeros(b.weight) || compare(a.weight, b.weight),
  );
  const groups: (readonly WeightedBit[])[] = [];
  for (let start = 0; start < order.length; start += LUT_INPUTS)
    groups.push(order.slice(start, start + LUT_INPUTS));
  return groups;
}

/** What makes the least sum of a group 0, so that the entries of its table are unsigned; a single bit is taken as it is. */
export function offsetOfGroup(group: readonly WeightedBit[]): bigint {
  if (group.length === 1) return 0n;
  return -group.reduce((sum, { weight }) => (weight < 0n ? sum + weight : sum), 0n);
}

/** The sum of a group of up to six bits and a constant, as a table. */
export function tableOf(builder: ModuleBuilder, group: readonly WeightedBit[], constant: bigint): SignalTerm {
  const [only] = group;
  const digits = only === undefined ? [] : csdDigits(only.weight);
  if (group.length === 1 && only !== undefined && constant === 0n && digits.length === 1) {
    return { signal: only.signal, shift: digits[0]?.shift ?? 0, negative: digits[0]?.negative ?? false };
  }
  const sums = Array.from({ length: 2 ** group.length }, (_, index) =>
    group.reduce((sum, { weight }, bit) => ((index >> bit) & 1 ? sum + weight : sum), constant),
  );
  const shift = Math.min(...sums.filter((sum) => sum !== 0n).map(trailingZeros));
  const entries = sums.map((sum) => sum >> BigInt(shift));
  return {
    signal: builder.table(builder.concat(group.map(({ signal }) => signal)), entries),
    shift,
    negative: false,
  };
}

/** LUTs of a signal that is a table: one for each bit that more than one bit of the index decides. */
export function lutsOfTable(builder: ModuleBuilder, signal: Signal): number {
  const { cell, width } = builder.wireOf(signal);
  if (cell.op !== "table") return 0;
  let luts = 0;
  for (let bit = 0n; bit < BigInt(width); bit++) {
    const column = cell.entries.map((entry) => (entry >> bit) & 1n);
    let deciding = 0;
    for (let step = 1; step < column.length; step *= 2)
      if (column.some((value, index) => value !== column[index ^ step])) deciding++;
    if (deciding > 1) luts++;
  }
  return luts;
}

function trailingZeros(value: bigint): number {
  let zeros = 0;
  for (let rest = value; rest !== 0n && (rest & 1n) === 0n; rest >>= 1n) zeros++;
  return zeros;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
