import { type Candidate, candidateOf, factsOf, occurrencesOf, worthOfPair } from "./candidate.js";
import { LazyHeap } from "./lazy-heap.js";
import type { Network, NodeFacts, Row, Term } from "./network.js";
import { append, drop, type OpenRow, openRow } from "./open-row.js";
import { keyOf, lowestOf, newPair, ordered, type Pair } from "./pair.js";

/** How shared sums are chosen. */
export interface Sharing {
  /** LUTs that a bit is worth that no longer has to be added: 1/2 in adders of three operands, 1 in those of two. */
  readonly worth: number;
  /** Savings are multiplied by 1 ± noise, differently for each seed. */
  readonly noise: number;
  readonly seed: number;
  /** As many of the best pairs are looked at each time for a third term; 0 for pairs only. */
  readonly thirds: number;
}

/**
 * Common-subexpression elimination: as long as two or three terms save more LUTs where they occur than their adder takes,
 * those that save most become one shared sum (after Hartley, "Subexpression sharing in filters using canonic signed
 * digit multipliers", IEEE TCAS-II 43, 1996, weighted by bits, and for adders of three). A row never takes a sum that would
 * make it deeper than it may be. Counts of pairs are kept up to date term by term, and the best pairs come from a heap, so
 * that the work grows with the pairs that change.
 */
export function shareSums(network: Network, sharing: Sharing): Network {
  const facts = [...network.inputs];
  const shared = network.shared.map((terms) => terms);
  for (const terms of shared) facts.push(factsOf(terms, facts));
  const rows = network.rows.map((row) => openRow(row, facts));
  // By the first node and the rest of the key: small integers are the fastest keys.
  const pairs: Map<number, Pair>[] = [];
  const heap = new LazyHeap<Pair>((pair) => promiseOf(pair, sharing));
  const looked = new Map<Pair, Looked>();
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
      pair = newPair(key, a, b);
      known.set(key, pair);
    }
    return pair;
  };
  const offer = (pair: Pair) => {
    if (pair.saves === 0) setWorth(pair, facts, sharing);
    if (!looked.has(pair)) heap.push(pair);
  };
  const count = (first: Term, second: Term, change: 1 | -1) => {
    const pair = pairOf(first, second);
    if (pair === undefined) return;
    pair.count += change;
    if (change > 0 && pair.count >= 2) offer(pair);
  };
  const replace = (row: OpenRow, terms: readonly Term[], node: number) => {
    for (const old of terms) {
      drop(row, old);
      for (const other of row.terms) count(old, other, -1);
    }
    const term = { node, shift: lowestOf(terms), negative: (terms[0] as Term).negative };
    for (const other of row.terms) count(term, other, 1);
    append(row, term);
  };
  const share = ({ terms, growth, found }: Candidate) => {
    const node = facts.length;
    facts.push(factsOf(terms, facts));
    shared.push(terms);
    blocks.push(blocks[(terms[0] as Term).node] as number);
    rows.forEach((row, i) => {
      for (const occurrence of found[i] as Candidate["found"][number]) {
        replace(row, occurrence, node);
        row.room -= growth;
        row.changed = shared.length;
      }
    });
  };
  /** Looks at a pair; false where nothing is gained by it. */
  const look = (pair: Pair): boolean => {
    const occurrences = occurrencesOf(rows, pair);
    const candidate = candidateOf(rows, occurrences, pair, facts, sharing.worth, sharing.thirds > 0);
    if (candidate === undefined) {
      // Occurrences that overlap, or would deepen their row, were counted but cannot be replaced.
      looked.delete(pair);
      pair.count = 0;
      pairs[pair.a.node]?.delete(pair.key);
      return false;
    }
    looked.set(pair, { candidate, count: pair.count, shared: shared.length, rows: [...occurrences.keys()] });
    return true;
  };
  const isUpToDate = (pair: Pair, known: Looked) =>
    pair.count === known.count && known.rows.every((row) => (rows[row] as OpenRow).changed <= known.shared);

  /** The candidate that gains most. What was found before rows changed is looked at again where it is that one. */
  const bestLooked = (): Candidate | undefined => {
    for (;;) {
      let best: readonly [Pair, Looked] | undefined;
      for (const entry of looked) {
        if (best === undefined || entry[1].candidate.gain > best[1].candidate.gain) best = entry;
      }
      if (best === undefined || isUpToDate(...best)) return best?.[1].candidate;
      look(best[0]);
    }
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
  for (;;) {
    let left = sharing.thirds === 0 ? 1 - looked.size : sharing.thirds;
    while (left > 0) {
      const pair = heap.pop();
      if (pair === undefined) break;
      if (look(pair)) left--;
    }
    const best = bestLooked();
    if (best !== undefined) share(best);
    else if (left > 0) break;
  }
  return {
    inputs: network.inputs,
    shared,
    rows: rows.map(({ terms }, i) => ({ ...(network.rows[i] as Row), terms })),
  };
}

/** What is shared best of a pair, and when that was found: then, there were so many shared sums, and the pair was in these rows. */
interface Looked {
  readonly candidate: Candidate;
  readonly count: number;
  readonly shared: number;
  readonly rows: readonly number[];
}

/** What a pair may save: with a third term twice as much as by itself. */
function promiseOf({ count, saves, costs }: Pair, { thirds }: Sharing): number {
  return count < 2 ? 0 : (thirds > 0 ? 2 : 1) * count * saves - costs;
}

function setWorth(pair: Pair, facts: readonly NodeFacts[], { worth, noise, seed }: Sharing): void {
  const { saves, costs } = worthOfPair(pair, facts, worth);
  pair.luck = noise === 0 ? 1 : 1 + noise * (2 * randomOf(pair.key, pair.a.node, seed) - 1);
  pair.saves = saves * pair.luck;
  pair.costs = costs;
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
