import type { Term } from "./network.js";

/** A pair of terms that occurs in rows: a ± b · 2^shift up to a common shift and sign. */
export interface Pair {
  readonly key: number;
  readonly a: Term;
  readonly b: Term;
  /** How often it occurs in all rows; overlapping occurrences count each. */
  count: number;
  /** LUTs that each occurrence saves, and those of the pair's own adder; known once it occurs twice. */
  saves: number;
  costs: number;
  /** What its savings are multiplied by. */
  luck: number;
}

export function newPair(key: number, a: Term, b: Term): Pair {
  return { key, a, b, count: 0, saves: 0, costs: 0, luck: 1 };
}

export function ordered(a: Term, b: Term): readonly [Term, Term] {
  const first = a.node < b.node || (a.node === b.node && a.shift <= b.shift);
  return first ? [a, b] : [b, a];
}

/** Nodes and differences of shifts below these limits fit a key of 30 bits. */
const MOST_NODES = 2 ** 20;
const MOST_SHIFT = 2 ** 8;

/**
 * What a term is beside another one: its node, the difference of their shifts and of their signs. Two pairs of the same first
 * term have the same key when they differ by a common shift and sign only. Undefined for terms so far apart that they are not
 * shared.
 */
export function keyOf(a: Term, b: Term): number | undefined {
  const shift = b.shift - a.shift + MOST_SHIFT;
  if (shift < 0 || shift >= 2 * MOST_SHIFT || b.node >= MOST_NODES) return undefined;
  return (b.node * 2 * MOST_SHIFT + shift) * 2 + (a.negative === b.negative ? 0 : 1);
}

/** The term that a key stands for, beside one without a shift and a sign. */
export function besideOf(key: number): Term {
  const place = Math.floor(key / 2);
  const node = Math.floor(place / (2 * MOST_SHIFT));
  return { node, shift: (place % (2 * MOST_SHIFT)) - MOST_SHIFT, negative: key % 2 === 1 };
}

/** Terms without their common shift and the sign of the first one, which belong to the occurrence. */
export function normalised(terms: readonly Term[]): readonly Term[] {
  const shift = lowestOf(terms);
  const negative = (terms[0] as Term).negative;
  return terms.map((term) => ({
    node: term.node,
    shift: term.shift - shift,
    negative: term.negative !== negative,
  }));
}

export function lowestOf(terms: readonly Term[]): number {
  return terms.reduce((least, { shift }) => Math.min(least, shift), Number.POSITIVE_INFINITY);
}
