import { DEPTH_OF_THREE } from "./cost.js";
import { csdDigits } from "./csd.js";
import { bitsOf, type Network, type NodeFacts, type Row, type Term } from "./network.js";
import { lowestOf } from "./pair.js";

/** A row as 2^shift · Σ weights[node] · node, the weights without a common power of two. */
export interface Column {
  readonly weights: Int32Array;
  readonly shift: number;
  /** Bits of its largest weight. */
  readonly bits: number;
  /** The largest value of Σ |weight| · node. */
  readonly max: number;
}

/**
 * A row is computed from another one where that takes at most as much of what it takes by itself: rows less alike have more in
 * common with many rows, pair by pair.
 */
const ALIKE = 0.6;
/** Weights below this limit are compared: a row less twice another one, three times, still fits an int32. */
const MOST_WEIGHT = 2 ** 26;
/** Weights times shifts that are compared at most, over all pairs of rows: about half a second. */
const MOST_COMPARED = 5e7;

/** The rows of a network without shared sums; undefined where they are too many, or have weights too wide, to be compared. */
export function columnsOf({ inputs, rows }: Network): readonly Column[] | undefined {
  const columns = rows.map(({ terms }): Column | undefined => {
    const shift = terms.length === 0 ? 0 : lowestOf(terms);
    const total = new Float64Array(inputs.length);
    for (const { node, shift: by, negative } of terms)
      total[node] = (total[node] as number) + (negative ? -1 : 1) * 2 ** (by - shift);
    const largest = total.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
    if (largest >= MOST_WEIGHT) return undefined;
    const max = total.reduce((sum, weight, i) => sum + Math.abs(weight) * (inputs[i] as NodeFacts).max, 0);
    return { weights: Int32Array.from(total), shift, bits: bitsOf(largest), max };
  });
  const known = columns.filter((column) => column !== undefined);
  const shifts = Math.max(2, ...known.map(({ bits }) => bits)) / 2;
  if (rows.length ** 2 * inputs.length * shifts > MOST_COMPARED) return undefined;
  return known.length < rows.length ? undefined : known;
}

/** A row as ±2^shift · parent + difference, both rows without their own shifts; from the root without a parent. */
export interface Branch {
  readonly parent: number | undefined;
  readonly shift: number;
  readonly negative: boolean;
  readonly cost: number;
}

export interface SpanningTree {
  /** Branches by row, and the rows in the order in which they came to the tree: parents first. */
  readonly branches: ReadonlyMap<number, Branch>;
  /** What all branches cost, and what all rows cost by themselves. */
  readonly taken: number;
  readonly alone: number;
}

/**
 * Prim's algorithm: the row that is nearest to the tree comes next. A row is no one's parent that would become too deep by the
 * level that each branch adds, and none's that is no sum. Undefined where all rows come from the root.
 */
export function spanningTree(
  { inputs, rows }: Network,
  columns: readonly Column[],
): SpanningTree | undefined {
  const widths = Int32Array.from(inputs, ({ width }) => width);
  const nearest = new Map(columns.map((column, row): [number, Branch] => [row, rootOf(column, widths)]));
  const alone = [...nearest.values()].reduce((sum, { cost }) => sum + cost, 0);
  const branches = new Map<number, Branch>();
  /** How deep each row of the tree is at least, without its constant. */
  const depths: number[] = [];
  while (nearest.size > 0) {
    let next: readonly [number, Branch] | undefined;
    for (const entry of nearest) if (next === undefined || entry[1].cost < next[1].cost) next = entry;
    const [row, branch] = next as readonly [number, Branch];
    nearest.delete(row);
    branches.set(row, branch);
    const own = columns[row] as Column;
    const terms = termsOf(differenceOf(own, branch, columns));
    const below = branch.parent === undefined ? undefined : (depths[branch.parent] as number);
    const depth = leastDepth(terms, inputs, below);
    depths[row] = depth;
    const { constant, depth: bound } = rows[row] as Row;
    if (terms.length + (below === undefined ? 0 : 1) < 2 || depth + (constant ? 1 : 0) > bound) continue;
    for (const [other, known] of nearest) {
      const column = columns[other] as Column;
      const limit = known.parent === undefined ? ALIKE * known.cost : known.cost;
      const closer = branchOf(column, own, row, widths, limit);
      if (closer === undefined) continue;
      const difference = termsOf(differenceOf(column, closer, columns));
      if (roomBelow(rows[other] as Row, difference, inputs) >= depth) nearest.set(other, closer);
    }
  }
  const taken = [...branches.values()].reduce((sum, { cost }) => sum + cost, 0);
  const some = [...branches.values()].some(({ parent }) => parent !== undefined);
  return some ? { branches, taken, alone } : undefined;
}

/** Half the bits that adding its digits takes away, as adders of three do: a row by itself. */
function rootOf({ weights, max }: Column, widths: Int32Array): Branch {
  let bits = 0;
  weights.forEach((weight, node) => {
    bits += digitsOf(weight) * (widths[node] as number);
  });
  return { parent: undefined, shift: 0, negative: false, cost: Math.max(0, bits - bitsOf(max)) / 2 };
}

/** The best sign and shift with which a row is computed from another one; undefined where it does not cost less than `limit`. */
function branchOf(
  { weights, bits, max }: Column,
  parent: Column,
  index: number,
  widths: Int32Array,
  limit: number,
): Branch | undefined {
  let best: Branch | undefined;
  for (let shift = 0; shift <= Math.max(0, bits - parent.bits + 1); shift++) {
    const most = 2 * (best?.cost ?? limit);
    const spared = bitsOf(max) - shift - bitsOf(parent.max);
    let [plus, minus] = [-spared, -spared];
    for (let node = 0; node < weights.length && (plus < most || minus < most); node++) {
      const [own, other] = [weights[node] as number, (parent.weights[node] as number) << shift];
      const width = widths[node] as number;
      plus += digitsOf(own - other) * width;
      minus += digitsOf(own + other) * width;
    }
    const cost = Math.max(0, Math.min(plus, minus)) / 2;
    if (cost < (best?.cost ?? limit)) best = { parent: index, shift, negative: minus < plus, cost };
  }
  return best;
}

/** How many signed digits a number has in canonical form: those of 3n that differ from those of n. */
function digitsOf(weight: number): number {
  let bits = weight ^ (3 * weight);
  bits -= (bits >>> 1) & 0x55555555;
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** What comes to a row's parent, without the row's own shift. */
export function differenceOf({ weights }: Column, branch: Branch, columns: readonly Column[]): Int32Array {
  if (branch.parent === undefined) return weights;
  const scale = (branch.negative ? -1 : 1) * 2 ** branch.shift;
  const parent = (columns[branch.parent] as Column).weights;
  return weights.map((weight, node) => weight - scale * (parent[node] as number));
}

export function termsOf(weights: Int32Array): readonly Term[] {
  const terms: Term[] = [];
  weights.forEach((weight, node) => {
    if (weight !== 0) terms.push(...csdDigits(BigInt(weight)).map((digit) => ({ node, ...digit })));
  });
  return terms;
}

/** How deep adders of two make a sum of terms and, where there is one, a parent of this depth. */
function leastDepth(terms: readonly Term[], inputs: readonly NodeFacts[], below: number | undefined): number {
  if (below === undefined) return Math.ceil(Math.log2(Math.max(1, leavesOf(terms, inputs))));
  if (terms.length === 0) return below;
  return Math.max(below + 1, Math.ceil(Math.log2(leavesOf(terms, inputs) + 2 ** below)));
}

/** How deep the parent of a row may be, above which the row adds a difference and a constant. */
export function roomBelow(
  { depth, constant }: Pick<Row, "depth" | "constant">,
  difference: readonly Term[],
  inputs: readonly NodeFacts[],
): number {
  if (difference.length === 0) return depth - (constant ? 1 : 0);
  const room = 2 ** depth - leavesOf(difference, inputs) - (constant ? 1 : 0);
  return Math.min(depth - (constant ? DEPTH_OF_THREE : 1), room < 1 ? -1 : Math.log2(room));
}

/** Σ 2^depth over terms (see tree.ts). */
function leavesOf(terms: readonly Term[], inputs: readonly NodeFacts[]): number {
  return terms.reduce((sum, { node }) => sum + 2 ** (inputs[node] as NodeFacts).depth, 0);
}
