import { LUT_INPUTS } from "../delay.js";
import type { ModuleBuilder, Signal } from "../module-builder.js";
import { csdDigits } from "./csd.js";

/** A weighted bit of a sum. */
export interface WeightedBit {
  readonly signal: Signal;
  readonly weight: bigint;
}

/** Tables that add weighted bits up, and the constant that comes to them. */
export interface TableSum {
  readonly terms: readonly TableTerm[];
  readonly constant: bigint;
}
export interface TableTerm {
  readonly signal: Signal;
  readonly shift: number;
  readonly negative: boolean;
}

/**
 * The sum of weighted bits and a constant as terms: groups of up to six bits become tables of their partial sums. Bits
 * of like weight share a table, so that its entries are narrow. Entries count from the least, so that they are unsigned;
 * the constant goes into the only table where the bits are `all` that is added up.
 */
export function tablesOf(
  builder: ModuleBuilder,
  bits: readonly WeightedBit[],
  constant: bigint,
  all: boolean,
): TableSum {
  const order = bits.toSorted(
    (a, b) => trailingZeros(a.weight) - trailingZeros(b.weight) || compare(a.weight, b.weight),
  );
  const groups: WeightedBit[][] = [];
  for (let start = 0; start < order.length; start += LUT_INPUTS)
    groups.push(order.slice(start, start + LUT_INPUTS));
  const single = all && groups.length === 1;
  let rest = single ? 0n : constant;
  const terms = groups.map((group) => {
    const least = group.reduce((sum, { weight }) => (weight < 0n ? sum + weight : sum), 0n);
    const own = single ? constant : group.length === 1 ? 0n : -least;
    if (!single) rest -= own;
    return tableTerm(builder, group, own);
  });
  return { terms, constant: rest };
}

function tableTerm(builder: ModuleBuilder, group: readonly WeightedBit[], constant: bigint): TableTerm {
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

function trailingZeros(value: bigint): number {
  let zeros = 0;
  for (let rest = value; rest !== 0n && (rest & 1n) === 0n; rest >>= 1n) zeros++;
  return zeros;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
