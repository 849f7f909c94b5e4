import { InternalError } from "../../ir/errors.js";
import {
  bitsOf,
  type Network,
  type NodeFacts,
  type Operand,
  operandOf,
  type Row,
  type Term,
  UNBOUNDED,
} from "./network.js";
import { planTree, type Tree } from "./tree.js";

/** A network with a tree of adders for each of its sums. */
export interface Plan {
  readonly network: Network;
  readonly shared: readonly Tree[];
  /** None for a row without terms. */
  readonly rows: readonly (Tree | undefined)[];
  /** LUTs of all adders. */
  readonly lut: number;
}

/** Sums of more terms than this together are not planned anew to see whether they need a shared sum. */
const MOST_TERMS = 60;

/**
 * Plans the adders of a network. A sum that would be deeper than it may be has its deepest shared sums written out until it
 * fits; undefined where it does not fit without any.
 */
export function planNetwork(network: Network): Plan | undefined {
  const first = network.inputs.length;
  const facts: NodeFacts[] = [...network.inputs];
  const sums: (readonly Term[])[] = [];
  const shared: Tree[] = [];
  for (const terms of network.shared) {
    const depth = network.depths?.[shared.length] ?? UNBOUNDED;
    const fitting = planWithin({ terms, constant: false, depth }, facts, first, sums);
    if (fitting === undefined) return undefined;
    const { tree } = fitting;
    if (tree === undefined) throw new InternalError("a shared sum has no terms");
    facts.push(factsOfPlan(tree));
    shared.push(tree);
    sums.push(fitting.terms);
  }
  const rows: Row[] = [];
  const trees: (Tree | undefined)[] = [];
  for (const row of network.rows) {
    const fitting = planWithin(row, facts, first, sums);
    if (fitting === undefined) return undefined;
    const { terms, tree } = fitting;
    rows.push(terms === row.terms ? row : { ...row, terms });
    trees.push(tree);
  }
  const lut = [...shared, ...trees].reduce((sum, tree) => sum + (tree?.lut ?? 0), 0);
  return { network: { ...network, shared: sums, rows }, shared, rows: trees, lut };
}

/** The tree of a row within its depth, and the terms that it adds; undefined where none fits, a tree only where there are terms. */
function planWithin(
  row: Row,
  facts: readonly NodeFacts[],
  first: number,
  shared: readonly (readonly Term[])[],
): { readonly terms: readonly Term[]; readonly tree: Tree | undefined } | undefined {
  let { terms } = row;
  let tree = planRow(row, facts);
  while (tree === undefined && terms.length > 0) {
    const deepest = terms.reduce(
      (node, term) => (depthOf(term.node, facts) > depthOf(node, facts) ? term.node : node),
      -1,
    );
    if (deepest < first) return undefined;
    terms = writtenOut(terms, deepest, shared[deepest - first] as readonly Term[]);
    tree = planRow({ ...row, terms }, facts);
  }
  return { terms, tree };
}

function depthOf(node: number, facts: readonly NodeFacts[]): number {
  return facts[node]?.depth ?? -1;
}

/**
 * Takes shared sums back that cost more than they save: each one, the last first, is written out in the sums that use it
 * if these take fewer LUTs then.
 */
export function unshare(plan: Plan): Plan {
  const first = plan.network.inputs.length;
  const facts: NodeFacts[] = [...plan.network.inputs, ...plan.shared.map(factsOfPlan)];
  const sums: (readonly Term[])[] = [...plan.network.shared, ...plan.network.rows.map(({ terms }) => terms)];
  const luts = [...plan.shared, ...plan.rows].map((tree) => tree?.lut ?? 0);
  const count = plan.network.shared.length;
  const users = usersOf(sums, first);
  const termsOf = (of: Iterable<number>) =>
    [...of].reduce((total, sum) => total + (sums[sum] as readonly Term[]).length, 0);
  const planOf = (sum: number, terms: readonly Term[]) =>
    sum < count
      ? planTree(operandsOf(terms, facts), false, plan.network.depths?.[sum] ?? UNBOUNDED)
      : planRow({ ...(plan.network.rows[sum - count] as Row), terms }, facts);
  const removed = new Set<number>();
  for (let changed = true; changed; ) {
    changed = false;
    for (let index = count - 1; index >= 0; index--) {
      if (removed.has(index)) continue;
      const own = [...(users[index] as Set<number>)];
      if (own.length > 1 && termsOf(own) > MOST_TERMS) continue;
      let gain = luts[index] as number;
      const replaced: (readonly [number, readonly Term[], Tree])[] = [];
      for (const user of own) {
        const terms = writtenOut(
          sums[user] as readonly Term[],
          first + index,
          sums[index] as readonly Term[],
        );
        const tree = planOf(user, terms);
        gain += (luts[user] as number) - (tree?.lut ?? Number.POSITIVE_INFINITY);
        // Sums that use this one rely on how deep it is.
        if (tree === undefined || gain < -1e9) break;
        if (user < count && tree.depth > (facts[first + user] as NodeFacts).depth) break;
        replaced.push([user, terms, tree]);
      }
      if (replaced.length < own.length || (gain <= 1e-9 && own.length > 1)) continue;
      changed = true;
      removed.add(index);
      for (const [user, terms, tree] of replaced) {
        sums[user] = terms;
        luts[user] = tree.lut;
        if (user < count) facts[first + user] = factsOfPlan(tree);
      }
      for (const { node } of sums[index] as readonly Term[]) {
        if (node < first) continue;
        const of = users[node - first] as Set<number>;
        of.delete(index);
        for (const user of own) of.add(user);
      }
    }
  }
  return planNetwork(without(plan.network, sums, removed)) ?? plan;
}

/** The sums that use each shared sum. */
function usersOf(sums: readonly (readonly Term[])[], first: number): Set<number>[] {
  const users = sums.map(() => new Set<number>());
  sums.forEach((terms, sum) => {
    for (const { node } of terms) if (node >= first) users[node - first]?.add(sum);
  });
  return users;
}

/** Terms with a sum's own terms in place of the sum. */
function writtenOut(terms: readonly Term[], node: number, own: readonly Term[]): readonly Term[] {
  return terms.flatMap((term) =>
    term.node === node
      ? own.map((inner) => ({
          node: inner.node,
          shift: inner.shift + term.shift,
          negative: inner.negative !== term.negative,
        }))
      : [term],
  );
}

/** A network without some of its shared sums, which no other sum uses. */
function without(
  { inputs, shared, rows, depths }: Network,
  sums: readonly (readonly Term[])[],
  removed: ReadonlySet<number>,
): Network {
  const kept = shared.flatMap((_, index) => (removed.has(index) ? [] : [index]));
  const places = new Map(kept.map((index, place) => [inputs.length + index, inputs.length + place]));
  const moved = (terms: readonly Term[]) =>
    terms.map((term) => ({ ...term, node: places.get(term.node) ?? term.node }));
  return {
    inputs,
    shared: kept.map((index) => moved(sums[index] as readonly Term[])),
    rows: rows.map((row, i) => ({ ...row, terms: moved(sums[shared.length + i] as readonly Term[]) })),
    ...(depths !== undefined && { depths: kept.map((index) => depths[index] as number) }),
  };
}

function planRow({ terms, constant, depth }: Row, facts: readonly NodeFacts[]): Tree | undefined {
  return planTree(operandsOf(terms, facts), constant, depth);
}

function operandsOf(terms: readonly Term[], facts: readonly NodeFacts[]): readonly Operand[] {
  return terms.map((term) => operandOf(term, facts[term.node] as NodeFacts));
}

function factsOfPlan({ max, depth }: Tree): NodeFacts {
  return { max, width: bitsOf(max), depth };
}
