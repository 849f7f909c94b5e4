import { costOfTwo } from "./cost.js";
import { LazyHeap } from "./lazy-heap.js";
import {
  bitsOf,
  type Network,
  type NodeFacts,
  type Operand,
  operandOf,
  type Row,
  type Term,
} from "./network.js";

/** How pairs are chosen. */
export interface Sharing {
  /** LUTs that a bit is worth that no longer has to be added: 1/2 in adders of three operands, 1 in those of two. */
  readonly worth: number;
  /** Savings are multiplied by 1 ± noise, differently for each seed. */
  readonly noise: number;
  readonly seed: number;
}

/** A pair of terms that occurs in rows: a ± b · 2^shift up to a common shift and sign. */
interface Pair {
  readonly key: number;
  readonly a: Term;
  readonly b: Term;
  /** How often it occurs in all rows; overlapping occurrences count each. */
  count: number;
  /** LUTs that each occurrence saves, and those of the pair's own adder; known once it occurs twice. */
  saves: number;
  costs: number;
}

/**
 * Common-subexpression elimination: as long as a pair of terms saves more LUTs where it occurs than its adder takes, the
 * pair that saves most becomes one shared sum (after Hartley, "Subexpression sharing in filters using canonic signed
 * digit multipliers", IEEE TCAS-II 43, 1996, weighted by bits). A row never takes a pair that would make it deeper than
 * it may be. Counts are kept up to date term by term, and the best pair comes from a heap, so that the work grows with
 * the pairs that change.
 */
export function sharePairs(network: Network, sharing: Sharing): Network {
  const facts = [...network.inputs];
  const shared = network.shared.map((terms) => terms);
  for (const terms of shared) facts.push(factsOf(terms, facts));
  const rows = network.rows.map((row) => openRow(row, facts));
  // By the first node and the rest of the key: small integers are the fastest keys.
  const pairs: Map<number, Pair>[] = [];
  const heap = new LazyHeap<Pair>(savingOf);
  const blocks = blocksOf(network);

  const pairOf = (first: Term, second: Term): Pair | undefined => {
    if (blocks[first.node] !== blocks[second.node]) return undefined;
    const [a, b] = ordered(first, second);
    const key = keyOf(a, b);
    if (key === undefined) return undefined;
    pairs[a.node] ??= new Map();
    const known = pairs[a.node] as Map<number, Pair>;
    let pair = known.get(key);
    if (pair === undefined) {
      pair = { key, a, b, count: 0, saves: 0, costs: 0 };
      known.set(key, pair);
    }
    return pair;
  };
  const count = (first: Term, second: Term, change: 1 | -1) => {
    const pair = pairOf(first, second);
    if (pair === undefined) return;
    pair.count += change;
    if (change > 0 && pair.count >= 2) offer(pair);
  };
  const offer = (pair: Pair) => {
    if (pair.saves === 0) setWorth(pair, facts, sharing);
    heap.push(pair);
  };
  const replace = (row: OpenRow, [a, b]: readonly [Term, Term], node: number) => {
    for (const old of [a, b]) {
      drop(row, old);
      for (const other of row.terms) count(old, other, -1);
    }
    const term = { node, shift: Math.min(a.shift, b.shift), negative: a.negative };
    for (const other of row.terms) count(term, other, 1);
    append(row, term);
  };

  for (const { terms } of rows) {
    for (let j = 1; j < terms.length; j++) {
      for (let i = 0; i < j; i++) {
        const pair = pairOf(terms[i] as Term, terms[j] as Term);
        if (pair !== undefined) pair.count++;
      }
    }
  }
  for (const known of pairs) {
    for (const pair of known?.values() ?? []) if (pair.count >= 2) offer(pair);
  }
  for (let pair = heap.pop(); pair !== undefined; pair = heap.pop()) {
    const { a, b } = pair;
    const terms = [normalised(a, a, b), normalised(b, a, b)];
    const own = factsOf(terms, facts);
    const growth =
      2 ** own.depth - 2 ** (facts[a.node] as NodeFacts).depth - 2 ** (facts[b.node] as NodeFacts).depth;
    const found = rows.map((row) => occurrences(row, pair as Pair, growth));
    const total = found.reduce((sum, { length }) => sum + length, 0);
    // Occurrences that overlap, or would deepen their row, were counted but cannot be replaced.
    forget(pairs, pair);
    if (total * pair.saves <= pair.costs || total < 2) continue;
    const node = facts.length;
    facts.push(own);
    shared.push(terms);
    blocks.push(blocks[a.node] as number);
    rows.forEach((row, i) => {
      for (const occurrence of found[i] as (typeof found)[number]) {
        replace(row, occurrence, node);
        row.room -= growth;
      }
    });
    const again = pairs[a.node]?.get(pair.key);
    if (again !== undefined) forget(pairs, again);
  }
  return {
    inputs: network.inputs,
    shared,
    rows: rows.map(({ terms }, i) => ({ ...(network.rows[i] as Row), terms })),
  };
}

/** The facts of a sum of two or more terms, added as they come. */
export function factsOf(terms: readonly Term[], facts: readonly NodeFacts[]): NodeFacts {
  const operands = terms.map((term) => operandOf(term, facts[term.node] as NodeFacts));
  const max = operands.reduce((sum, operand) => sum + operand.max, 0);
  const [a, b] = operands as [Operand, Operand];
  return { max, width: bitsOf(max), depth: costOfTwo(a, b).depth };
}

/** Finds what a pair saves where it occurs and what it costs. */
function setWorth(pair: Pair, facts: readonly NodeFacts[], { worth, noise, seed }: Sharing): void {
  const [a, b] = [normalised(pair.a, pair.a, pair.b), normalised(pair.b, pair.a, pair.b)].map((term) =>
    operandOf(term, facts[term.node] as NodeFacts),
  ) as [Operand, Operand];
  const { lut, top } = costOfTwo(a, b);
  const taken = a.top - a.low + b.top - b.low - top;
  const luck = noise === 0 ? 1 : 1 + noise * (2 * randomOf(pair.key, pair.a.node, seed) - 1);
  // Operands side by side save no bits but an operand.
  pair.saves = Math.max(0.5, worth * taken) * luck;
  pair.costs = lut;
}

/** A number in 0 … 1 that depends on a pair and a seed. */
function randomOf(key: number, node: number, seed: number): number {
  let hash = Math.imul(seed + 1, 0x9e3779b1);
  for (const part of [key, node]) {
    hash = Math.imul(hash ^ part, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return (hash >>> 0) / 0x100000000;
}

/** About as many pairs are looked at; a matrix of 64 x 64 weights of six bits has a quarter of them. */
const MOST_PAIRS = 2_000_000;

/**
 * The block of each node: terms of one block may share adders. In small matrices all nodes are one block; in large ones,
 * pairs are looked for within blocks only, so that their number grows with the terms and not with their square.
 */
function blocksOf({ inputs, shared, rows }: Network): number[] {
  const all = rows.reduce((total, { terms: { length } }) => total + (length * (length - 1)) / 2, 0);
  const nodes = inputs.length + shared.length;
  const size = Math.ceil(nodes / Math.max(1, Math.ceil(all / MOST_PAIRS)));
  return Array.from({ length: nodes }, (_, node) => Math.floor(node / size));
}

/** Takes a pair out of the running. */
function forget(pairs: readonly Map<number, Pair>[], pair: Pair): void {
  pair.count = 0;
  pairs[pair.a.node]?.delete(pair.key);
}

/** A row that is being shortened. */
interface OpenRow {
  readonly terms: Term[];
  /** The terms of each node. */
  readonly byNode: Map<number, Term[]>;
  /** How much Σ 2^depth over its terms may still grow (see tree.ts). */
  room: number;
}

function openRow({ terms, constant, depth }: Row, facts: readonly NodeFacts[]): OpenRow {
  const used = terms.reduce((sum, { node }) => sum + 2 ** (facts[node] as NodeFacts).depth, 0);
  const row: OpenRow = { terms: [], byNode: new Map(), room: 2 ** depth - used - (constant ? 1 : 0) };
  for (const term of terms) append(row, term);
  return row;
}

function append({ terms, byNode }: OpenRow, term: Term): void {
  terms.push(term);
  const known = byNode.get(term.node);
  if (known === undefined) byNode.set(term.node, [term]);
  else known.push(term);
}

function drop({ terms, byNode }: OpenRow, term: Term): void {
  terms.splice(terms.indexOf(term), 1);
  const known = byNode.get(term.node) as Term[];
  known.splice(known.indexOf(term), 1);
}

function savingOf({ count, saves, costs }: Pair): number {
  return count < 2 ? 0 : count * saves - costs;
}

function ordered(a: Term, b: Term): readonly [Term, Term] {
  const first = a.node < b.node || (a.node === b.node && a.shift <= b.shift);
  return first ? [a, b] : [b, a];
}

/** Nodes and differences of shifts below these limits fit a key of 30 bits. */
const MOST_NODES = 2 ** 20;
const MOST_SHIFT = 2 ** 8;

/**
 * Two pairs of the same first node have the same key when they differ by a common shift and sign only. Undefined for terms so far apart that they
 * are not shared.
 */
function keyOf(a: Term, b: Term): number | undefined {
  const shift = b.shift - a.shift + MOST_SHIFT;
  if (shift < 0 || shift >= 2 * MOST_SHIFT || b.node >= MOST_NODES) return undefined;
  return (b.node * 2 * MOST_SHIFT + shift) * 2 + (a.negative === b.negative ? 0 : 1);
}

/** The term of a pair without the pair's common shift and sign, which belong to the occurrence. */
function normalised(term: Term, a: Term, b: Term): Term {
  const shift = Math.min(a.shift, b.shift);
  return { node: term.node, shift: term.shift - shift, negative: term.negative !== a.negative };
}

/** The occurrences of a pair in a row that do not overlap, as many as the row has room for. */
function occurrences(
  { byNode, room }: OpenRow,
  { key, a: first, b: second }: Pair,
  growth: number,
): readonly (readonly [Term, Term])[] {
  const [terms, others] = [byNode.get(first.node), byNode.get(second.node)];
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
