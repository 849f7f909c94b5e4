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
 * TCAS-II 43, 1996). The saving of a pair counts the bits of its adder, not the adder. A sum never takes a pair that
 * would make its tree of adders deeper than it is without sharing, so that sharing costs no latency. Counts are kept up
 * to date term by term, and the best pair comes from a heap, so that the work grows with the pairs that change. Returns
 * the shortened sums.
 */
export function sharePairs(
  builder: ModuleBuilder,
  sums: readonly (readonly Term[])[],
): readonly (readonly Term[])[] {
  const current = sums.map((terms) => budgeted(builder, terms));
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
  const replace = (sum: Budgeted, [a, b]: readonly [Term, Term], adder: Term) => {
    for (const old of [a, b]) {
      sum.terms.splice(sum.terms.indexOf(old), 1);
      for (const other of sum.terms) count(old, other, -1);
    }
    const shift = adder.shift + Math.min(a.shift, b.shift);
    const term = { signal: adder.signal, shift, negative: adder.negative !== a.negative };
    for (const other of sum.terms) count(term, other, 1);
    sum.terms.push(term);
  };

  for (const { terms } of current) {
    for (let j = 1; j < terms.length; j++) {
      for (let i = 0; i < j; i++) count(terms[i] as Term, terms[j] as Term, 1);
    }
  }
  for (let key = heap.pop(); key !== undefined; key = heap.pop()) {
    const { a, b } = pairs.get(key) as Pair;
    const growth = growthOf(builder, a, b);
    const found = current.map((sum) => occurrences(sum, key, a.signal, growth));
    // Occurrences that overlap, or would deepen their sum, were counted but cannot be replaced.
    pairs.delete(key);
    if (found.flat().length < 2) continue;
    const adder = builder.addTerms(normalised(a, a, b), normalised(b, a, b));
    current.forEach((sum, i) => {
      for (const pair of found[i] as (typeof found)[number]) {
        replace(sum, pair, adder);
        sum.room -= growth;
      }
    });
    pairs.delete(key);
  }
  return current.map(({ terms }) => terms);
}

/** A sum that is being shortened. */
interface Budgeted {
  readonly terms: Term[];
  /** How much Σ 2^depth over its terms may still grow before its tree of adders gets deeper (Kraft's inequality). */
  room: number;
}

function budgeted(builder: ModuleBuilder, terms: readonly Term[]): Budgeted {
  const weight = terms.reduce((sum, { signal }) => sum + 2 ** builder.depth(signal), 0);
  return { terms: [...terms], room: terms.length === 0 ? 0 : 2 ** Math.ceil(Math.log2(weight)) - weight };
}

/** How much Σ 2^depth grows when one adder takes the place of two terms. */
function growthOf(builder: ModuleBuilder, a: Term, b: Term): number {
  const [first, second] = [builder.depth(a.signal), builder.depth(b.signal)];
  return 2 ** (Math.max(first, second) + 1) - 2 ** first - 2 ** second;
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

/** The occurrences of a pair in a sum that do not overlap, as many as the sum has room for. */
function occurrences(
  { terms, room }: Budgeted,
  key: string,
  first: Signal,
  growth: number,
): readonly (readonly [Term, Term])[] {
  const found: (readonly [Term, Term])[] = [];
  const used = new Set<Term>();
  for (const term of terms) {
    if (term.signal.wire !== first.wire || used.has(term)) continue;
    if ((found.length + 1) * growth > room) break;
    const other = terms.find((candidate) => {
      if (candidate === term || used.has(candidate)) return false;
      const [a, b] = ordered(term, candidate);
      return a === term && keyOf(a, b) === key;
    });
    if (other === undefined) continue;
    used.add(term).add(other);
    found.push([term, other]);
  }
  return found;
}
