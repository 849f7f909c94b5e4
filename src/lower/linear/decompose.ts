import { bitsOf, type Network, type Row, type Term, UNBOUNDED } from "./network.js";
import { type Sharing, shareSums } from "./share.js";
import {
  type Branch,
  type Column,
  columnsOf,
  differenceOf,
  roomBelow,
  spanningTree,
  termsOf,
} from "./spanning-tree.js";

/**
 * Column decomposition: rows that are alike are computed one from the other, by a spanning tree whose depth their own depths bound
 * (`spanningTree`). What other rows are computed from becomes a shared sum, and pairs and triples are looked for in the
 * differences (`shareSums`). After the idea of Muhammad and Roy, "A graph theoretic approach for synthesizing very
 * low-complexity high-speed digital filters", IEEE TCAD 21, 2002. Undefined where no row is computed from another one, where all
 * differences together take more than `most` of what the rows take by themselves, or where there is too much to compare.
 */
export function shareDecomposed(network: Network, sharing: Sharing, most: number): Network | undefined {
  const columns = columnsOf(network);
  const tree = columns === undefined ? undefined : spanningTree(network, columns);
  if (columns === undefined || tree === undefined || tree.taken > most * tree.alone) return undefined;
  const open = openTree(network, columns, tree.branches);
  return closed(network, open, shareSums(open.differences, sharing));
}

/** Rows as differences, over the inputs and the parents behind them. */
interface OpenTree {
  /** A row for each row: that of a parent is its sum without shift and constant, within the depth that its children allow. */
  readonly differences: Network;
  /** The rows that are parents: the node after the inputs, then the one after that, and so on. */
  readonly parents: readonly number[];
  readonly shifts: readonly number[];
  /** Whether what a row adds up brings a constant with it. */
  readonly constants: readonly boolean[];
}

function openTree(
  { inputs, rows }: Network,
  columns: readonly Column[],
  branches: ReadonlyMap<number, Branch>,
): OpenTree {
  const parents = [...branches.keys()].filter((row) =>
    [...branches.values()].some(({ parent }) => parent === row),
  );
  const nodes = new Map(parents.map((row, i) => [row, inputs.length + i]));
  const terms = rows.map((_, row) => {
    const branch = branches.get(row) as Branch;
    const difference = termsOf(differenceOf(columns[row] as Column, branch, columns));
    if (branch.parent === undefined) return difference;
    const { shift, negative } = branch;
    return [...difference, { node: nodes.get(branch.parent) as number, shift, negative }];
  });
  // A subtracted number adds a constant to all that are computed from it.
  const constants: boolean[] = [];
  for (const [row, { parent }] of branches) {
    const own = (terms[row] as readonly Term[]).some(({ negative }) => negative);
    constants[row] = own || (parent !== undefined && (constants[parent] as boolean));
  }
  // From the last row that came to the tree back, so that children are before their parents.
  const bounds = rows.map(({ constant, depth }, row) =>
    nodes.has(row) ? depth - (constant || constants[row] === true ? 1 : 0) : depth,
  );
  for (const [row, { parent }] of [...branches].toReversed()) {
    if (parent === undefined) continue;
    const constant = !nodes.has(row) && ((rows[row] as Row).constant || constants[row] === true);
    const difference = (terms[row] as readonly Term[]).slice(0, -1);
    const room = roomBelow({ depth: bounds[row] as number, constant }, difference, inputs);
    bounds[parent] = Math.min(bounds[parent] as number, room);
  }
  const facts = parents.map((row) => {
    const { max } = columns[row] as Column;
    return { max, width: bitsOf(max), depth: bounds[row] as number };
  });
  const differences = rows.map(({ constant }, row): Row => {
    const own = terms[row] as readonly Term[];
    const depth = bounds[row] as number;
    if (nodes.has(row)) return { terms: own, constant: false, depth };
    const { shift: by } = columns[row] as Column;
    const moved = own.map((term) => ({ ...term, shift: term.shift + by }));
    return { terms: moved, constant: constant || constants[row] === true, depth };
  });
  return {
    differences: { inputs: [...inputs, ...facts], shared: [], rows: differences },
    parents,
    shifts: columns.map(({ shift }) => shift),
    constants,
  };
}

/** The parents among the shared sums, each sum behind those that it uses. */
function closed(
  { inputs, rows }: Network,
  { differences, parents, shifts, constants }: OpenTree,
  found: Network,
): Network {
  const first = inputs.length;
  const places = new Map<number, number>();
  const shared: (readonly Term[])[] = [];
  const depths: number[] = [];
  const moved = (terms: readonly Term[]): readonly Term[] =>
    terms.map((term) => ({ ...term, node: placeOf(term.node) }));
  const placeOf = (node: number): number => {
    if (node < first) return node;
    const known = places.get(node);
    if (known !== undefined) return known;
    const row = parents[node - first];
    const terms =
      row === undefined
        ? (found.shared[node - first - parents.length] as readonly Term[])
        : (found.rows[row] as Row).terms;
    const own = moved(terms);
    const place = first + shared.length;
    shared.push(own);
    depths.push(row === undefined ? UNBOUNDED : (differences.rows[row] as Row).depth);
    places.set(node, place);
    return place;
  };
  const closedRows = found.rows.map((row, i): Row => {
    const parent = parents.indexOf(i);
    if (parent < 0) return { ...row, terms: moved(row.terms) };
    const { constant, depth } = rows[i] as Row;
    const term = { node: placeOf(first + parent), shift: shifts[i] as number, negative: false };
    return { terms: [term], constant: constant || constants[i] === true, depth };
  });
  return { inputs, shared, rows: closedRows, depths };
}
