import type { CellOf } from "../ir/circuit/circuit.js";
import { LUT_INPUTS } from "../lower/delay.js";
import { allBits, indexBitsThatMatter } from "../lower/demanded-bits.js";
import type { Lut } from "./cover.js";
import { type Bit, isConstant } from "./network.js";

/** Whether a table depends on more bits of its index than a LUT has inputs, those that are constant left out. */
export function isWide(cell: CellOf<"table">, width: number, index: readonly Bit[]): boolean {
  const matter = indexBitsThatMatter(cell, allBits(width));
  return index.filter((bit, i) => !isConstant(bit) && (matter >> BigInt(i)) & 1n).length > LUT_INPUTS;
}

/** Nodes of a network that one table with more inputs than a LUT made, from `from` to before `to`. */
export interface WideTable {
  readonly from: number;
  readonly to: number;
  /** ANDs of its decision diagram, {@link diagramAnds}. */
  readonly ands: number;
}

/**
 * Before it maps, ABC rewrites a network for the fewest ANDs (`dc2`, `dch`), and what was laid out for LUTs of six inputs is
 * lost: a cover of its network alone has the LUTs of ours. How much that costs depends on the names of signals too, for one and
 * the same table up to half. The constants are fitted to what Yosys 0.23 made of 24 tables (7 to 10 inputs, 4 to 10 bits:
 * sigmoid, tanh, exponential, reciprocal, rescaling, noise), of four layers with tables behind their sums (the least factor: 475,
 * 722, 115 and 232 LUTs in all) and of selections of 17 to 64 rows; a test holds them to it.
 */
const ANDS_PER_LUT = 8;
const LEAST_PER_TABLE_LUT = 1.33;
const MOST_PER_TABLE_LUT = 1.5;
const PER_UPPER_LUT = 1.65;

/** Levels of LUTs from which on a tree of multiplexers is rewritten: more than 16 rows. */
const DEEP = 3;

/** LUTs that rewriting adds to a cover; `choices` are the nodes of multiplexers that choose rows. */
export function addedByRewriting(
  luts: readonly Lut[],
  tables: readonly WideTable[],
  choices: ReadonlySet<number>,
): number {
  return Math.round(addedToTables(luts, tables) + addedToChoices(luts, choices));
}

function addedToTables(luts: readonly Lut[], tables: readonly WideTable[]): number {
  let [added, at] = [0, 0];
  // Both are in the order of nodes.
  for (const { from, to, ands } of tables) {
    while (at < luts.length && (luts[at] as Lut).node < from) at++;
    const first = at;
    while (at < luts.length && (luts[at] as Lut).node < to) at++;
    const count = at - first;
    const rewritten = Math.max(ands / ANDS_PER_LUT, LEAST_PER_TABLE_LUT * count);
    added += Math.min(rewritten, MOST_PER_TABLE_LUT * count) - count;
  }
  return added;
}

/** The LUTs of trees of multiplexers above those that read the rows. */
function addedToChoices(luts: readonly Lut[], choices: ReadonlySet<number>): number {
  const own = luts.filter(({ node }) => choices.has(node));
  const levels = new Map<number, number>();
  for (const { node, leaves } of own)
    levels.set(node, 1 + Math.max(0, ...leaves.map((leaf) => levels.get(leaf) ?? 0)));
  const deep = new Set<number>();
  for (const { node, leaves } of own.toReversed()) {
    if ((levels.get(node) as number) < DEEP && !deep.has(node)) continue;
    deep.add(node);
    for (const leaf of leaves) if (levels.has(leaf)) deep.add(leaf);
  }
  const upper = [...deep].filter((node) => (levels.get(node) as number) > 1).length;
  return (PER_UPPER_LUT - 1) * upper;
}

/** By the entries: copies of a layer have the same table. */
const known = new WeakMap<readonly bigint[], { readonly width: number; readonly ands: number }>();

/**
 * ANDs of two inputs of the decision diagram that all output bits of a table share, with its inputs in their order and inverses
 * for nothing: three for a multiplexer, one where a side is constant, none for an input itself.
 */
export function diagramAnds(entries: readonly bigint[], width: number): number {
  const before = known.get(entries);
  if (before?.width === width) return before.ands;
  const seen = new Set<string>();
  let ands = 0;
  const isConstant = (table: string) => !table.includes(table.startsWith("1") ? "0" : "1");
  const visit = (table: string): void => {
    const half = table.length / 2;
    if (half < 1 || isConstant(table)) return;
    // Of a function and its inverse the one that starts with 0.
    const key = table.startsWith("1") ? table.replace(/[01]/g, (bit) => (bit === "1" ? "0" : "1")) : table;
    if (seen.has(key)) return;
    seen.add(key);
    const [low, high] = [key.slice(0, half), key.slice(half)];
    if (low === high) {
      visit(low);
      return;
    }
    const constant = [low, high].filter(isConstant).length;
    ands += [3, 1, 0][constant] as number;
    visit(low);
    visit(high);
  };
  for (let bit = 0; bit < width; bit++)
    visit(entries.map((entry) => ((entry >> BigInt(bit)) & 1n).toString()).join(""));
  known.set(entries, { width, ands });
  return ands;
}
