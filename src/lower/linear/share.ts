import type { ModuleBuilder, Signal, Term } from "../module-builder.js";
import { LazyHeap } from "./lazy-heap.js";

/** A pair of terms that occurs in sums: a ± b · 2^shift up to a common shift and sign. */
interface Pair {
  readonly a: Term;
  readonly b: Term;
  /** How often it occurs in all sums; overlapping occurrences count each. */
  count: number;
  /** Bits of the wider operand: what one occurrence costs as an adder. */
  readonly bits: number;
}

/**
 * Common-subexpression elimination over sums of terms: as long as a pair of terms occurs twice, the pair that saves
 * most becomes one adder (Hartley, "Subexpression sharing in filters using canonic signed digit multipliers", IEEE
 * TCAS-II 43, 1996). The saving of a pair counts the bits of its adder, not the adder. Counts are kept up to date term
 * by term, and the best pair comes from a heap, so that the work grows with the pairs that change. Returns the
 * shortened sums.
 */
export function sharePairs(
  builder: ModuleBuilder,
  sums: readonly (readonly Term[])[],
): readonly (readonly Term[])[] {
  const current = sums.map((terms) => [...terms]);
  const pairs = new Map<string, Pair>();
  const heap = new LazyHeap<string>((key) => savingOf(pairs.get(key)));

  const count = (first: Term, second: Term, change: 1 | -1) => {
    const [a, b] = ordered(first, second);
    const key = keyOf(a, b);
    const known = pairs.get(key);
    if (known === undefined) {
      const bits = Math.max(builder.wireOf(a.signal).width, builder.wireOf(b.signal).width);
      pairs.set(key, { a, b, count: change, bits });
    } else {
      known.count += change;
      if (change > 0 && known.count >= 2) heap.push(key);
    }
  };
  const remove = (terms: Term[], index: number) => {
    const [term] = terms.splice(index, 1) as [Term];
    for (const other of terms) count(term, other, -1);
  };
  const add = (terms: Term[], term: Term) => {
    for (const other of terms) count(term, other, 1);
    terms.push(term);
  };

  for (const terms of current) {
    for (let j = 1; j < terms.length; j++) {
      for (let i = 0; i < j; i++) count(terms[i] as Term, terms[j] as Term, 1);
    }
  }
  for (let key = heap.pop(); key !== undefined; key = heap.pop()) {
    const { a, b } = pairs.get(key) as Pair;
    const sum = builder.addTerms(normalised(a, a, b), normalised(b, a, b));
    for (const terms of current) replaceAll(terms, key, a.signal, sum, remove, add);
    // What is left of the count are occurrences that overlapped with replaced ones.
    pairs.delete(key);
  }
  return current;
}

function savingOf(pair: Pair | undefined): number {
  return pair === undefined || pair.count < 2 ? 0 : (pair.count - 1) * pair.bits;
}

function ordered(a: Term, b: Term): readonly [Term, Term] {
  const first = a.signal.wire < b.signal.wire || (a.signal.wire === b.signal.wire && a.shift <= b.shift);
  return first ? [a, b] : [b, a];
}

/** Two pairs have the same key when they differ by a common shift and sign only. */
function keyOf(a: Term, b: Term): string {
  const sign = a.negative === b.negative ? "+" : "-";
  return `${a.signal.wire},${b.signal.wire},${b.shift - a.shift}${sign}`;
}

/** The term of a pair without the pair's common shift and sign, which belong to the occurrence. */
function normalised(term: Term, a: Term, b: Term): Term {
  const shift = Math.min(a.shift, b.shift);
  return { signal: term.signal, shift: term.shift - shift, negative: term.negative !== a.negative };
}

/** Replaces the occurrences of a pair in one sum, as far as they do not overlap, by its adder. */
function replaceAll(
  terms: Term[],
  key: string,
  first: Signal,
  sum: Term,
  remove: (terms: Term[], index: number) => void,
  add: (terms: Term[], term: Term) => void,
): void {
  for (;;) {
    const found = findPair(terms, key, first);
    if (found === undefined) return;
    const [a, b] = found;
    const replacement = {
      signal: sum.signal,
      shift: sum.shift + Math.min(a.shift, b.shift),
      negative: sum.negative !== a.negative,
    };
    remove(terms, terms.indexOf(a));
    remove(terms, terms.indexOf(b));
    add(terms, replacement);
  }
}

function findPair(terms: readonly Term[], key: string, first: Signal): readonly [Term, Term] | undefined {
  for (const term of terms) {
    if (term.signal.wire !== first.wire) continue;
    for (const other of terms) {
      if (other === term) continue;
      const [a, b] = ordered(term, other);
      if (a === term && keyOf(a, b) === key) return [a, b];
    }
  }
  return undefined;
}
