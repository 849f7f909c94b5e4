import type { Interval } from "../../ir/fixed-point.js";
import type { ModuleBuilder, Signal } from "../module-builder.js";
import { csdDigits } from "./csd.js";
import { emitPlan, offsetWidth } from "./emit.js";
import type { NodeFacts, Row, Term } from "./network.js";
import { proveSums } from "./proof.js";
import { optimize } from "./search.js";
import type { LinearSum } from "./sum.js";
import { tablesOf, type WeightedBit } from "./tables.js";

/**
 * A constant matrix as an adder graph. Single bits are added through tables, other inputs by signed digits with shared
 * sums. The graph is proven against the matrix before it is returned.
 */
export function lowerLinear(
  builder: ModuleBuilder,
  inputs: readonly Signal[],
  sums: readonly LinearSum[],
): readonly Signal[] {
  const nodes: Signal[] = [];
  const known = new Map<number, number>();
  const nodeOf = (signal: Signal): number => {
    const node = known.get(signal.wire) ?? nodes.push(signal) - 1;
    known.set(signal.wire, node);
    return node;
  };
  const rows = sums.map((sum) => rowOf(builder, inputs, sum, nodeOf));
  const facts = nodes.map((signal): NodeFacts => {
    const width = offsetWidth(signal.range);
    const max = Number(builder.offset(signal, false).range.hi);
    return { max, width, depth: builder.depth(signal) };
  });
  const signed = nodes.map((signal) => builder.wireOf(signal).signed);
  const network = { inputs: facts, shared: [], rows: rows.map(({ row }) => limited(row, facts, signed)) };
  const { plan, facts: found } = optimize(network, builder.effort);
  if (plan.lut > 0) builder.adderGraphs.push(found);
  const values = rows.map(({ constant }, i) => ({
    constant,
    range: rangeOfSum(inputs, sums[i] as LinearSum),
  }));
  const outputs = emitPlan(builder, nodes, plan, values);
  proveSums(builder, inputs, sums, outputs);
  return outputs;
}

/** Levels that a row may take longer than adders of two, so that adders of three fit; as much for each level above four. */
const SLACK = 1.2;

interface OpenRow {
  readonly terms: readonly Term[];
  readonly biased: boolean;
}

/** One sum as terms: signed digits times inputs, tables of single bits; and what is constant. */
function rowOf(
  builder: ModuleBuilder,
  inputs: readonly Signal[],
  { weights, bias }: LinearSum,
  nodeOf: (signal: Signal) => number,
): { readonly row: OpenRow; readonly constant: bigint } {
  const bits: WeightedBit[] = [];
  const wide = new Map<number, bigint>();
  let constant = bias;
  weights.forEach((weight, i) => {
    const signal = inputs[i] as Signal;
    const { lo, hi } = signal.range;
    if (weight === 0n) return;
    if (lo === hi) constant += weight * lo;
    else if (lo === 0n && hi === 1n) bits.push({ signal, weight });
    else if (lo === -1n && hi === 0n) bits.push({ signal: builder.offset(signal, true), weight: -weight });
    else {
      const node = nodeOf(signal);
      wide.set(node, (wide.get(node) ?? 0n) + weight);
    }
  });
  const terms = [...wide].flatMap(([node, weight]) => csdDigits(weight).map((digit) => ({ node, ...digit })));
  if (bits.length > 0) {
    const tables = tablesOf(builder, bits, constant, terms.length === 0);
    constant = tables.constant;
    for (const { signal, shift, negative } of tables.terms) {
      // A sum of which one table is all may be constant.
      if (signal.range.lo === signal.range.hi)
        constant += (negative ? -signal.range.lo : signal.range.lo) << BigInt(shift);
      else terms.push({ node: nodeOf(signal), shift, negative });
    }
  }
  return { row: { terms, biased: constant !== 0n }, constant };
}

/**
 * The row with its bound: no deeper than a tree of adders of two operands over its digits and its constant. What offset
 * binary adds comes in as third operand of the last adder; only a single negated input takes an adder for it.
 */
function limited({ terms, biased }: OpenRow, facts: readonly NodeFacts[], signed: readonly boolean[]): Row {
  const weight = terms.reduce((sum, { node }) => sum + 2 ** (facts[node] as NodeFacts).depth, biased ? 1 : 0);
  const [first] = terms;
  const offset = terms.some(({ node, negative }) => negative || signed[node]);
  const constant = biased || (terms.length > 1 && offset) || first?.negative === true;
  const levels = terms.length === 0 ? 0 : Math.ceil(Math.log2(weight));
  const least = terms.length === 1 && constant ? (facts[(first as Term).node] as NodeFacts).depth + 1 : 0;
  return { terms, constant, depth: Math.max(levels, least) + SLACK * Math.max(1, levels - 3) };
}

/** Bounds of a sum: every input at its worst. */
function rangeOfSum(inputs: readonly Signal[], { weights, bias }: LinearSum): Interval {
  let [lo, hi] = [bias, bias];
  const total = new Map<number, bigint>();
  weights.forEach((weight, i) => {
    const { wire } = inputs[i] as Signal;
    total.set(wire, (total.get(wire) ?? 0n) + weight);
  });
  const seen = new Set<number>();
  for (const { wire, range } of inputs) {
    if (seen.has(wire)) continue;
    seen.add(wire);
    const weight = total.get(wire) as bigint;
    lo += weight > 0n ? weight * range.lo : weight * range.hi;
    hi += weight > 0n ? weight * range.hi : weight * range.lo;
  }
  return { lo, hi };
}
