import { costOfThree, costOfTwo } from "./cost.js";
import { bitsOf, type NodeFacts, type Operand, operandOf, type Term } from "./network.js";
import type { OpenRow } from "./open-row.js";
import { besideOf, keyOf, normalised, ordered, type Pair } from "./pair.js";

/** Two or three terms that may become a shared sum, and where they occur. */
export interface Candidate {
  readonly terms: readonly Term[];
  /** LUTs that it saves in all. */
  readonly gain: number;
  /** What an occurrence adds to Σ 2^depth of its row. */
  readonly growth: number;
  /** The occurrences in each row. */
  readonly found: readonly (readonly (readonly Term[])[])[];
}

/** As many third terms, those that come most often, are tried with a pair. */
const MOST_THIRDS = 6;

/** What is best shared of a pair where it occurs: the pair, or (with `thirds`) with a term more; undefined where nothing is gained. */
export function candidateOf(
  rows: readonly OpenRow[],
  occurrences: Occurrences,
  pair: Pair,
  facts: readonly NodeFacts[],
  worth: number,
  thirds: boolean,
): Candidate | undefined {
  const two = sharedPair(rows, occurrences, pair, facts);
  if (!thirds) return two;
  return thirdsOf(rows, occurrences).reduce((best: Candidate | undefined, third) => {
    const three = sharedTriple(rows, occurrences, pair, third, facts, worth);
    return three !== undefined && three.gain > (best?.gain ?? 0) ? three : best;
  }, two);
}

/** Occurrences of a pair that do not overlap, by their rows. */
export type Occurrences = ReadonlyMap<number, readonly (readonly [Term, Term])[]>;

export function occurrencesOf(rows: readonly OpenRow[], pair: Pair): Occurrences {
  const found = new Map<number, readonly (readonly [Term, Term])[]>();
  rows.forEach((row, i) => {
    const own = occurrencesIn(row, pair);
    if (own.length > 0) found.set(i, own);
  });
  return found;
}

function occurrencesIn(
  { byNode }: OpenRow,
  { key, a: first, b: second }: Pair,
): readonly (readonly [Term, Term])[] {
  const [terms, others] = [byNode.get(first.node), byNode.get(second.node)];
  if (terms === undefined || others === undefined) return [];
  const found: (readonly [Term, Term])[] = [];
  const used = new Set<Term>();
  for (const term of terms) {
    if (used.has(term)) continue;
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

function sharedPair(
  rows: readonly OpenRow[],
  occurrences: Occurrences,
  { a, b, saves, costs }: Pair,
  facts: readonly NodeFacts[],
): Candidate | undefined {
  const terms = normalised([a, b]);
  const growth = growthOf(terms, facts);
  const found = rows.map(({ room }, i) => (occurrences.get(i) ?? []).slice(0, fitting(room, growth)));
  const total = found.reduce((sum, { length }) => sum + length, 0);
  const gain = total * saves - costs;
  return gain > 0 && total > 1 ? { terms, gain, growth, found } : undefined;
}

/** As many occurrences fit the room of a row. */
function fitting(room: number, growth: number): number {
  return growth <= 0 ? Number.POSITIVE_INFINITY : Math.max(0, Math.floor(room / growth));
}

/** The terms that come most often with a pair, relative to its first one. */
function thirdsOf(rows: readonly OpenRow[], occurrences: Occurrences): readonly Term[] {
  const counts = new Map<number, number>();
  for (const [row, pairs] of occurrences) {
    for (const [first, second] of pairs) {
      for (const other of (rows[row] as OpenRow).terms) {
        if (other === first || other === second) continue;
        const key = keyOf(first, other);
        if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
  }
  const often: (readonly [number, number])[] = [];
  for (const entry of counts) if (entry[1] > 1) often.push(entry);
  return often
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, MOST_THIRDS)
    .map(([key]) => besideOf(key));
}

function sharedTriple(
  rows: readonly OpenRow[],
  occurrences: Occurrences,
  { a, b, luck }: Pair,
  third: Term,
  facts: readonly NodeFacts[],
  worth: number,
): Candidate | undefined {
  const c = { node: third.node, shift: a.shift + third.shift, negative: a.negative !== third.negative };
  const terms = normalised([a, b, c]);
  const growth = growthOf(terms, facts);
  let total = 0;
  const found = rows.map(({ room, byNode }, i) => {
    const pairs = occurrences.get(i);
    const others = byNode.get(third.node);
    if (pairs === undefined || others === undefined) return [];
    const most = fitting(room, growth);
    const used = new Set<Term>();
    const own: (readonly Term[])[] = [];
    for (const [first, second] of pairs) {
      if (own.length >= most) break;
      if (used.has(first) || used.has(second)) continue;
      const other = others.find(
        (term) =>
          ![first, second].includes(term) &&
          !used.has(term) &&
          term.shift - first.shift === third.shift &&
          (term.negative !== first.negative) === third.negative,
      );
      if (other === undefined) continue;
      used.add(first).add(second).add(other);
      own.push([first, second, other]);
    }
    total += own.length;
    return own;
  });
  if (total < 2) return undefined;
  const operands = operandsOf(terms, facts);
  const sum = costOfSum(operands);
  const taken = operands.reduce((bits, { low, top }) => bits + top - low, 0) - bitsOf(sum.max);
  const gain = total * worth * taken * luck - sum.lut;
  return gain > 0 ? { terms, gain, growth, found } : undefined;
}

/** What a sum of a pair saves where it occurs, a bit worth `worth` LUTs, and what it costs. */
export function worthOfPair(
  { a, b }: Pair,
  facts: readonly NodeFacts[],
  worth: number,
): { readonly saves: number; readonly costs: number } {
  const [x, y] = operandsOf(normalised([a, b]), facts) as [Operand, Operand];
  const { lut, top } = costOfTwo(x, y);
  // Operands side by side save no bits but an operand.
  return { saves: Math.max(0.5, worth * (x.top - x.low + y.top - y.low - top)), costs: lut };
}

/** The facts of a sum of two or three terms. */
export function factsOf(terms: readonly Term[], facts: readonly NodeFacts[]): NodeFacts {
  const { max, depth } = costOfSum(operandsOf(terms, facts));
  return { max, width: bitsOf(max), depth };
}

/** The cheapest adders of two or three operands. */
function costOfSum([a, b, c]: readonly Operand[]) {
  const [x, y] = [a, b] as [Operand, Operand];
  if (c === undefined) return costOfTwo(x, y);
  let best = costOfThree(x, y, c);
  for (const [p, q, r] of [
    [x, y, c],
    [x, c, y],
    [y, c, x],
  ] as const) {
    const first = costOfTwo(p, q);
    const both = costOfTwo(first, r);
    const lut = first.lut + both.lut;
    if (lut < best.lut - 1e-9) best = { ...both, lut };
  }
  return best;
}

function operandsOf(terms: readonly Term[], facts: readonly NodeFacts[]): readonly Operand[] {
  return terms.map((term) => operandOf(term, facts[term.node] as NodeFacts));
}

function growthOf(terms: readonly Term[], facts: readonly NodeFacts[]): number {
  const own = 2 ** factsOf(terms, facts).depth;
  return terms.reduce((growth, { node }) => growth - 2 ** (facts[node] as NodeFacts).depth, own);
}
