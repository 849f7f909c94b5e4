import type { NodeFacts, Row, Term } from "./network.js";

/** A row that is being shortened. */
export interface OpenRow {
  readonly terms: Term[];
  /** The terms of each node. */
  readonly byNode: Map<number, Term[]>;
  /** How much Σ 2^depth over its terms may still grow (see tree.ts). */
  room: number;
  /** How many shared sums there were when it was last shortened. */
  changed: number;
}

export function openRow({ terms, constant, depth }: Row, facts: readonly NodeFacts[]): OpenRow {
  const used = terms.reduce((sum, { node }) => sum + 2 ** (facts[node] as NodeFacts).depth, 0);
  const room = 2 ** depth - used - (constant ? 1 : 0);
  const row: OpenRow = { terms: [], byNode: new Map(), room, changed: 0 };
  for (const term of terms) append(row, term);
  return row;
}

export function append({ terms, byNode }: OpenRow, term: Term): void {
  terms.push(term);
  const known = byNode.get(term.node);
  if (known === undefined) byNode.set(term.node, [term]);
  else known.push(term);
}

export function drop({ terms, byNode }: OpenRow, term: Term): void {
  terms.splice(terms.indexOf(term), 1);
  const known = byNode.get(term.node) as Term[];
  known.splice(known.indexOf(term), 1);
}
