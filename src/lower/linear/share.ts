import type { WireId } from "../../ir/circuit/circuit.js";
import type { ModuleBuilder, Term } from "../module-builder.js";
import { LazyHeap } from "./lazy-heap.js";

/** A pair of terms that occurs in sums: a ± b · 2^shift up to a common shift and sign. */
interface Pair {
  readonly key: number;
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
  const pairs = new Map<number, Pair>();
  const heap = new LazyHeap<Pair>(savingOf);

  const blocks = blocksOf(sums);
  const pairOf = (first: Term, second: Term): Pair | undefined => {
    if (blocks.get(first.signal.wire) !== blocks.get(second.signal.wire)) return undefined;
    const [a, b] = ordered(first, second);
    const key = keyOf(a, b);
    if (key === undefined) return undefined;
    let pair = pairs.get(key);
    if (pair === undefined) {
      const bits = Math.max(builder.wireOf(a.signal).width, builder.wireOf(b.signal).width);
      pair = { key, a, b, count: 0, bits };
      pairs.set(key, pair);
    }
    return pair;
  };
  const count = (first: Term, second: Term, change: 1 | -1) => {
    const pair = pairOf(first, second);
    if (pair === undefined) return;
    pair.count += change;
    if (change > 0 && pair.count >= 2) heap.push(pair);
  };
  const replace = (sum: Budgeted, [a, b]: readonly [Term, Term], adder: Term) => {
    for (const old of [a, b]) {
      drop(sum, old);
      for (const other of sum.terms) count(old, other, -1);
    }
    const shift = adder.shift + Math.min(a.shift, b.shift);
    const term = { signal: adder.signal, shift, negative: adder.negative !== a.negative };
    for (const other of sum.terms) count(term, other, 1);
    append(sum, term);
  };

  for (const { terms } of current) {
    for (let j = 1; j < terms.length; j++) {
      for (let i = 0; i < j; i++) {
        const pair = pairOf(terms[i] as Term, terms[j] as Term);
        if (pair !== undefined) pair.count++;
      }
    }
  }
  for (const pair of pairs.values()) heap.push(pair);
  for (let pair = heap.pop(); pair !== undefined; pair = heap.pop()) {
    const { a, b } = pair;
    const growth = growthOf(builder, a, b);
    const found = current.map((sum) => occurrences(sum, pair as Pair, growth));
    // Occurrences that overlap, or would deepen their sum, were counted but cannot be replaced.
    forget(pairs, pair);
    if (found.reduce((total, { length }) => total + length, 0) < 2) continue;
    const adder = builder.addTerms(normalised(a, a, b), normalised(b, a, b));
    blocks.set(adder.signal.wire, blocks.get(a.signal.wire) as number);
    current.forEach((sum, i) => {
      for (const occurrence of found[i] as (typeof found)[number]) {
        replace(sum, occurrence, adder);
        sum.room -= growth;
      }
    });
    const again = pairs.get(pair.key);
    if (again !== undefined) forget(pairs, again);
  }
  return current.map(({ terms }) => terms);
}

/** About as many pairs are looked at; a matrix of 64 x 64 weights of six bits has a quarter of them. */
const MOST_PAIRS = 2_000_000;

/**
 * Blocks of wires whose terms may share adders. In small matrices all wires are one block; in large ones, pairs are looked
 * for within blocks only, so that their number grows with the terms and not with their square.
 */
function blocksOf(sums: readonly (readonly Term[])[]): Map<WireId, number> {
  const wires = new Set(sums.flatMap((terms) => terms.map(({ signal }) => signal.wire)));
  const all = sums.reduce((total, { length }) => total + (length * (length - 1)) / 2, 0);
  const count = Math.ceil(all / MOST_PAIRS);
  const size = Math.ceil(wires.size / count);
  return new Map([...wires].toSorted((a, b) => a - b).map((wire, i) => [wire, Math.floor(i / size)]));
}

/** Takes a pair out of the running. */
function forget(pairs: Map<number, Pair>, pair: Pair): void {
  pair.count = 0;
  pairs.delete(pair.key);
}

/** A sum that is being shortened. */
interface Budgeted {
  readonly terms: Term[];
  /** The terms of each wire. */
  readonly byWire: Map<WireId, Term[]>;
  /** How much Σ 2^depth over its terms may still grow before its tree of adders gets deeper (Kraft's inequality). */
  room: number;
}

function budgeted(builder: ModuleBuilder, terms: readonly Term[]): Budgeted {
  const weight = terms.reduce((sum, { signal }) => sum + 2 ** builder.depth(signal), 0);
  const room = terms.length === 0 ? 0 : 2 ** Math.ceil(Math.log2(weight)) - weight;
  const sum: Budgeted = { terms: [], byWire: new Map(), room };
  for (const term of terms) append(sum, term);
  return sum;
}

function append({ terms, byWire }: Budgeted, term: Term): void {
  terms.push(term);
  const known = byWire.get(term.signal.wire);
  if (known === undefined) byWire.set(term.signal.wire, [term]);
  else known.push(term);
}

function drop({ terms, byWire }: Budgeted, term: Term): void {
  terms.splice(terms.indexOf(term), 1);
  const known = byWire.get(term.signal.wire) as Term[];
  known.splice(known.indexOf(term), 1);
}

/** How much Σ 2^depth grows when one adder takes the place of two terms. */
function growthOf(builder: ModuleBuilder, a: Term, b: Term): number {
  const [first, second] = [builder.depth(a.signal), builder.depth(b.signal)];
  return 2 ** (Math.max(first, second) + 1) - 2 ** first - 2 ** second;
}

function savingOf({ count, bits }: Pair): number {
  return count < 2 ? 0 : (count - 1) * bits;
}

function ordered(a: Term, b: Term): readonly [Term, Term] {
  const first = a.signal.wire < b.signal.wire || (a.signal.wire === b.signal.wire && a.shift <= b.shift);
  return first ? [a, b] : [b, a];
}

/** Wires and differences of shifts below these limits fit a key that a double holds exactly. */
const MOST_WIRES = 2 ** 21;
const MOST_SHIFT = 2 ** 8;

/**
 * Two pairs have the same key when they differ by a common shift and sign only. Undefined for terms so far apart that they
 * are not shared.
 */
function keyOf(a: Term, b: Term): number | undefined {
  const shift = b.shift - a.shift + MOST_SHIFT;
  if (shift < 0 || shift >= 2 * MOST_SHIFT || b.signal.wire >= MOST_WIRES) return undefined;
  const wires = a.signal.wire * MOST_WIRES + b.signal.wire;
  return (wires * 2 * MOST_SHIFT + shift) * 2 + (a.negative === b.negative ? 0 : 1);
}

/** The term of a pair without the pair's common shift and sign, which belong to the occurrence. */
function normalised(term: Term, a: Term, b: Term): Term {
  const shift = Math.min(a.shift, b.shift);
  return { signal: term.signal, shift: term.shift - shift, negative: term.negative !== a.negative };
}

/** The occurrences of a pair in a sum that do not overlap, as many as the sum has room for. */
function occurrences(
  { byWire, room }: Budgeted,
  { key, a: first, b: second }: Pair,
  growth: number,
): readonly (readonly [Term, Term])[] {
  const [terms, others] = [byWire.get(first.signal.wire), byWire.get(second.signal.wire)];
  if (terms === undefined || others === undefined) return [];
  const found: (readonly [Term, Term])[] = [];
  const used = new Set<Term>();
  for (const term of terms) {
    if (used.has(term)) continue;
    if ((found.length + 1) * growth > room) break;
    const other = others.find((candidate) => {
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
