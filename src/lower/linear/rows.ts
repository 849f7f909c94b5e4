import type { ModuleBuilder, Signal, Term as SignalTerm } from "../module-builder.js";
import { csdDigits } from "./csd.js";
import { offsetWidth } from "./emit.js";
import { type NodeFacts, operandOf } from "./network.js";
import type { LinearSum } from "./sum.js";
import { groupBits, lutsOfTable, offsetOfGroup, tableOf, type WeightedBit } from "./tables.js";
import { planTree } from "./tree.js";

/** A sum before it is said how its single bits are added up. */
interface OpenSum {
  /** The digits of wider inputs. */
  readonly digits: readonly SignalTerm[];
  /** Single bits, up to six together. */
  readonly groups: readonly (readonly WeightedBit[])[];
  readonly constant: bigint;
}

/** A sum as terms over signals, and what is constant. */
export interface SignalRow {
  readonly terms: readonly SignalTerm[];
  readonly constant: bigint;
}

/** Two ways of adding rows up: single bits in tables, or by their digits where that takes fewer LUTs and no more levels. */
export interface RowChoice {
  readonly tables: SignalRow;
  readonly cheapest: SignalRow;
  /** How deep a row may be, see `Row`. */
  readonly depth: number;
}

/** Finds the terms of sums. */
export function openRows(
  builder: ModuleBuilder,
  inputs: readonly Signal[],
  sums: readonly LinearSum[],
): readonly RowChoice[] {
  const open = sums.map((sum) => openSum(builder, inputs, sum));
  const work = open.reduce((total, { digits, groups }) => total + digits.length + groups.flat().length, 0);
  const decisions = Math.floor(MOST_WORK / Math.max(1, work) / 2);
  return open.map((sum) => {
    const tables = termsOf(
      builder,
      sum,
      sum.groups.map(() => true),
    );
    const depth = depthOf(builder, tables);
    return { tables, cheapest: cheapest(builder, sum, tables, depth, decisions), depth };
  });
}

function openSum(builder: ModuleBuilder, inputs: readonly Signal[], { weights, bias }: LinearSum): OpenSum {
  const total = new Map<number, { readonly signal: Signal; readonly weight: bigint }>();
  weights.forEach((weight, i) => {
    const signal = inputs[i] as Signal;
    total.set(signal.wire, { signal, weight: (total.get(signal.wire)?.weight ?? 0n) + weight });
  });
  const bits: WeightedBit[] = [];
  const digits: SignalTerm[] = [];
  let constant = bias;
  for (const { signal, weight } of total.values()) {
    const { lo, hi } = signal.range;
    if (weight === 0n) continue;
    if (lo === hi) constant += weight * lo;
    else if (lo === 0n && hi === 1n) bits.push({ signal, weight });
    else if (lo === -1n && hi === 0n) bits.push({ signal: builder.offset(signal, true), weight: -weight });
    else digits.push(...digitsOf({ signal, weight }));
  }
  return { digits, groups: groupBits(bits), constant };
}

function digitsOf({ signal, weight }: WeightedBit): readonly SignalTerm[] {
  return csdDigits(weight).map((digit) => ({ signal, ...digit }));
}

/** The terms of a sum with a table for some of its groups and the digits of the others. */
function termsOf(
  builder: ModuleBuilder,
  { digits, groups, constant }: OpenSum,
  isTable: readonly boolean[],
): SignalRow {
  const terms = [...digits];
  let rest = constant;
  // What six bits decide takes the constant in.
  const all = groups.length === 1 && digits.length === 0;
  groups.forEach((group, i) => {
    if (isTable[i] !== true) {
      terms.push(...group.flatMap(digitsOf));
      return;
    }
    const own = all ? constant : offsetOfGroup(group);
    rest -= own;
    const term = tableOf(builder, group, own);
    const { lo, hi } = term.signal.range;
    if (lo === hi) rest += (term.negative ? -lo : lo) << BigInt(term.shift);
    else terms.push(term);
  });
  return { terms, constant: rest };
}

/** About as many terms are added up to see whether bits should be in tables, over all rows: a second or two. */
const MOST_WORK = 10_000;

/**
 * Of tables and digits, what takes the fewest LUTs within the depth: beginning with tables only and with digits only, one
 * group after the other is exchanged where that saves LUTs; as many together as make `decisions`.
 */
function cheapest(
  builder: ModuleBuilder,
  open: OpenSum,
  tables: SignalRow,
  depth: number,
  decisions: number,
): SignalRow {
  const { groups, digits } = open;
  const fixed = groups.length === 0 || (groups.length === 1 && digits.length === 0);
  if (fixed || decisions < 1) return tables;
  const together = Math.ceil(groups.length / decisions);
  let best = { row: tables, lut: lutsOf(builder, tables, depth) };
  for (const first of [true, false]) {
    const isTable = groups.map(() => first);
    let found = Number.POSITIVE_INFINITY;
    const attempt = () => {
      const row = termsOf(builder, open, isTable);
      const lut = lutsOf(builder, row, depth);
      if (lut < best.lut - 1e-9) best = { row, lut };
      const better = lut < found - 1e-9;
      if (better) found = lut;
      return better;
    };
    attempt();
    for (let start = 0; start < groups.length; start += together) {
      isTable.fill(!first, start, start + together);
      if (!attempt()) isTable.fill(first, start, start + together);
    }
  }
  return best.row;
}

/** LUTs of a row without shared sums; infinite where it would be too deep. */
function lutsOf(builder: ModuleBuilder, { terms, constant }: SignalRow, depth: number): number {
  const operands = terms.map((term, node) => operandOf({ ...term, node }, factsOf(builder, term.signal)));
  const tree = planTree(operands, hasConstant(builder, { terms, constant }), depth);
  return tree === undefined
    ? Number.POSITIVE_INFINITY
    : tree.lut + lutsOfTables(builder, [{ terms, constant }]);
}

/** LUTs of a sum by itself, in tables or digits. */
export function lutsAlone(builder: ModuleBuilder, inputs: readonly Signal[], sum: LinearSum): number {
  const [row] = openRows(builder, inputs, [sum]) as [RowChoice];
  return lutsOf(builder, row.cheapest, row.depth);
}

/** LUTs of all tables in rows. */
export function lutsOfTables(builder: ModuleBuilder, rows: readonly SignalRow[]): number {
  const signals = new Map(rows.flatMap(({ terms }) => terms.map(({ signal }) => [signal.wire, signal])));
  return [...signals.values()].reduce((sum, signal) => sum + lutsOfTable(builder, signal), 0);
}

/** What the optimizer knows of a signal. */
export function factsOf(builder: ModuleBuilder, signal: Signal): NodeFacts {
  const max = Number(builder.offset(signal, false).range.hi);
  return { max, width: offsetWidth(signal.range), depth: builder.depth(signal) };
}

/**
 * How deep a row may be: no deeper than a tree of adders of two operands over its terms and its constant. What offset binary
 * adds comes in as third operand of the last adder; only a single negated input takes an adder for it. Besides, a row may
 * take the slack longer, so that adders of three fit, and as much for each level above four.
 */
function depthOf(builder: ModuleBuilder, row: SignalRow): number {
  const { terms } = row;
  const weight = terms.reduce(
    (sum, { signal }) => sum + 2 ** builder.depth(signal),
    row.constant === 0n ? 0 : 1,
  );
  const levels = terms.length === 0 ? 0 : Math.ceil(Math.log2(weight));
  const [first] = terms;
  const alone = terms.length === 1 && first !== undefined && hasConstant(builder, row);
  const least = alone ? builder.depth(first.signal) + 1 : 0;
  return Math.max(levels, least) + builder.search.slack * Math.max(1, levels - 3);
}

/** Whether a constant comes to the terms of a row, its own or that of offset binary. */
export function hasConstant(builder: ModuleBuilder, { terms, constant }: SignalRow): boolean {
  const offset = terms.some(({ signal, negative }) => negative || builder.wireOf(signal).signed);
  return constant !== 0n || (terms.length > 1 && offset) || terms[0]?.negative === true;
}
