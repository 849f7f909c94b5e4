import type { ModuleBuilder, Signal, Term } from "../module-builder.js";

/** A pair of terms that occurs in several sums: a ± b · 2^shift up to a common shift and sign. */
interface Pattern {
  readonly a: Term;
  readonly b: Term;
}

/**
 * Common-subexpression elimination over sums of terms: as long as a pair of terms occurs twice, the pair that saves
 * most becomes one adder (Hartley, "Subexpression sharing in filters using canonic signed digit multipliers", IEEE
 * TCAS-II 43, 1996). The saving of a pair counts the bits of the adder, not the adder. Returns the shortened sums.
 */
export function sharePairs(
  builder: ModuleBuilder,
  sums: readonly (readonly Term[])[],
): readonly (readonly Term[])[] {
  const current = sums.map((terms) => [...terms]);
  const counts = new Map<string, number>();
  const examples = new Map<string, Pattern>();
  const census = (terms: readonly Term[], sign: 1 | -1) => {
    for (const [key, pattern] of pairsOf(terms)) {
      counts.set(key, (counts.get(key) ?? 0) + sign);
      if (!examples.has(key)) examples.set(key, pattern);
    }
  };
  for (const terms of current) census(terms, 1);

  for (;;) {
    const best = choose(builder, counts, examples);
    if (best === undefined) return current;
    const pattern = examples.get(best) as Pattern;
    const sum = builder.addTerms(normalised(pattern.a, pattern), normalised(pattern.b, pattern));
    counts.delete(best);
    current.forEach((terms, i) => {
      const replaced = replace(terms, best, sum);
      if (replaced === undefined) return;
      census(terms, -1);
      census(replaced, 1);
      current[i] = replaced;
    });
    counts.delete(best);
  }
}

/** The key of a pair and its first occurrence, each key once per sum. */
function pairsOf(terms: readonly Term[]): ReadonlyMap<string, Pattern> {
  const pairs = new Map<string, Pattern>();
  for (let i = 0; i < terms.length; i++) {
    for (let j = i + 1; j < terms.length; j++) {
      const pattern = order(terms[i] as Term, terms[j] as Term);
      const key = keyOf(pattern);
      if (!pairs.has(key)) pairs.set(key, pattern);
    }
  }
  return pairs;
}

function order(a: Term, b: Term): Pattern {
  const first = a.signal.wire < b.signal.wire || (a.signal.wire === b.signal.wire && a.shift <= b.shift);
  return first ? { a, b } : { a: b, b: a };
}

function keyOf({ a, b }: Pattern): string {
  const shift = Math.min(a.shift, b.shift);
  return `${a.signal.wire},${b.signal.wire},${a.shift - shift},${b.shift - shift},${a.negative === b.negative ? "+" : "-"}`;
}

/** The term of a pattern without the pattern's common shift and sign, which belong to the occurrence. */
function normalised(term: Term, { a, b }: Pattern): Term {
  return {
    signal: term.signal,
    shift: term.shift - Math.min(a.shift, b.shift),
    negative: term.negative !== a.negative,
  };
}

/** The pair with the largest saving, the first one among equals; undefined when no pair occurs twice. */
function choose(
  builder: ModuleBuilder,
  counts: ReadonlyMap<string, number>,
  examples: ReadonlyMap<string, Pattern>,
): string | undefined {
  let best: string | undefined;
  let most = 0;
  for (const [key, count] of counts) {
    if (count < 2) continue;
    const { a, b } = examples.get(key) as Pattern;
    const saving = (count - 1) * Math.max(width(builder, a.signal), width(builder, b.signal));
    if (saving > most) {
      most = saving;
      best = key;
    }
  }
  return best;
}

function width(builder: ModuleBuilder, signal: Signal): number {
  return builder.wireOf(signal).width;
}

/** The sum with every occurrence of the pair replaced; undefined when there is none. */
function replace(terms: readonly Term[], key: string, sum: Term): Term[] | undefined {
  const rest = [...terms];
  const found: Term[] = [];
  for (let i = 0; i < rest.length; i++) {
    for (let j = i + 1; j < rest.length; j++) {
      const pattern = order(rest[i] as Term, rest[j] as Term);
      if (keyOf(pattern) !== key) continue;
      const { a, b } = pattern;
      found.push({
        signal: sum.signal,
        shift: sum.shift + Math.min(a.shift, b.shift),
        negative: sum.negative !== a.negative,
      });
      rest.splice(j, 1);
      rest.splice(i, 1);
      i--;
      break;
    }
  }
  return found.length === 0 ? undefined : [...rest, ...found];
}
