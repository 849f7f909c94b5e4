import type { ModuleBuilder, Signal } from "./module-builder.js";

/** A value that a pattern of bits stands for; undefined where the pattern never comes. */
type Option = Signal | undefined;
type Four<T> = readonly [T, T, T, T];

/**
 * rows[index], and 0 where the index is no row: one of four after the other, each chosen by two bits of the index, a LUT
 * for each bit of a row. Numbers beyond the power of two that has room for all rows take one bit more, "no row".
 */
export function lowerPick(builder: ModuleBuilder, index: Signal, rows: readonly Signal[]): Signal {
  const { lo, hi } = index.range;
  const zero = builder.constant(0n);
  const rowAt = (k: bigint): Option =>
    k < lo || k > hi ? undefined : k >= 0n && k < BigInt(rows.length) ? rows[Number(k)] : zero;
  if (lo === hi) return rowAt(lo) as Signal;

  const { width, signed } = builder.wireOf(index);
  const low = Math.min(width, bitsFor(rows.length));
  const size = 2 ** low;
  const isNegative = (pattern: number) => signed && low === width && pattern >= size / 2;
  const options = Array.from({ length: size }, (_, pattern) =>
    rowAt(BigInt(isNegative(pattern) ? pattern - size : pattern)),
  );
  const digits = Array.from({ length: low }, (_, bit) => builder.slice(index, bit, BIT));
  if (low < width && (lo < 0n || hi >= BigInt(size))) {
    const above = builder.slice(index, low, { lo: 0n, hi: (1n << BigInt(width - low)) - 1n });
    digits.push(width - low === 1 ? above : builder.atLeast(above, 1n));
    for (let pattern = 0; pattern < size; pattern++) options.push(zero);
  }

  let level: readonly Option[] = options;
  for (let i = 0; i < digits.length; i += 2) {
    const [first, second] = digits.slice(i, i + 2) as [Signal, Signal?];
    if (second === undefined) {
      level = groups(level, 2).map(([no, yes]) => oneOfTwo(builder, first, no, yes));
      continue;
    }
    const both = i + 1 < low ? builder.slice(index, i, { lo: 0n, hi: 3n }) : builder.concat([first, second]);
    level = groups(level, 4).map((own) => oneOfFour(builder, both, [first, second], own as Four<Option>));
  }
  return level[0] ?? zero;
}

const BIT = { lo: 0n, hi: 1n };

/** The bits that tell `count` rows apart. */
function bitsFor(count: number): number {
  return Math.ceil(Math.log2(Math.max(1, count)));
}

function groups(options: readonly Option[], size: number): readonly (readonly Option[])[] {
  return Array.from({ length: options.length / size }, (_, i) => options.slice(size * i, size * (i + 1)));
}

function oneOfTwo(builder: ModuleBuilder, bit: Signal, no: Option, yes: Option): Option {
  return no === undefined || yes === undefined ? (no ?? yes) : builder.mux(bit, yes, no);
}

/** One of four options; patterns that never come repeat others, so that fewer bits decide. */
function oneOfFour(
  builder: ModuleBuilder,
  index: Signal,
  [low, high]: readonly [Signal, Signal],
  [a, b, c, d]: Four<Option>,
): Option {
  const known = a ?? b ?? c ?? d;
  if (known === undefined) return undefined;
  const options = [a ?? c ?? known, b ?? d ?? known, c ?? a ?? known, d ?? b ?? known] as const;
  const same = (i: 0 | 1 | 2 | 3, j: 0 | 1 | 2 | 3) => options[i].wire === options[j].wire;
  if (same(0, 2) && same(1, 3)) return builder.mux(low, options[1], options[0]);
  if (same(0, 1) && same(2, 3)) return builder.mux(high, options[2], options[0]);
  return builder.choose(index, options);
}
