import type { Interval } from "../../ir/fixed-point.js";
import type { Found, SearchStore } from "../effort.js";
import type { ModuleBuilder, Signal } from "../module-builder.js";
import { emitPlan } from "./emit.js";
import { proveSums } from "./proof.js";
import { factsOf, hasConstant, lutsOfTables, openRows, type SignalRow } from "./rows.js";
import { optimize } from "./search.js";
import type { LinearSum } from "./sum.js";

/**
 * A constant matrix as an adder graph: signed digits with shared sums, single bits through tables where that is cheaper.
 * The graph is proven against the matrix before it is returned. One that a store kept and that is wrong is looked for anew.
 */
export function lowerLinear(
  builder: ModuleBuilder,
  inputs: readonly Signal[],
  sums: readonly LinearSum[],
): readonly Signal[] {
  const { store } = builder.search;
  if (store === undefined) return build(builder, inputs, sums, undefined);
  const read: string[] = [];
  const noting: SearchStore = {
    get: (key) => {
      const found = store.get(key);
      if (found !== undefined) read.push(key);
      return found;
    },
    put: (key, found) => store.put(key, found),
    refuse: (key) => store.refuse(key),
  };
  try {
    return builder.orUndo(() => build(builder, inputs, sums, noting));
  } catch (error) {
    if (read.length === 0) throw error;
    for (const key of read) store.refuse(key);
    return build(builder, inputs, sums, store);
  }
}

function build(
  builder: ModuleBuilder,
  inputs: readonly Signal[],
  sums: readonly LinearSum[],
  store: SearchStore | undefined,
): readonly Signal[] {
  const choices = openRows(builder, inputs, sums);
  const depths = choices.map(({ depth }) => depth);
  let best = planned(
    builder,
    choices.map(({ tables }) => tables),
    depths,
    store,
  );
  if (choices.some(({ tables, cheapest }) => tables !== cheapest)) {
    const other = planned(
      builder,
      choices.map(({ cheapest }) => cheapest),
      depths,
      store,
    );
    if (other.facts.lut < best.facts.lut) {
      const strategy = `${other.facts.strategy}, bits as digits`;
      const saved = best.facts.lut + best.facts.saved - other.facts.lut;
      best = { ...other, facts: { ...other.facts, strategy, saved } };
    }
  }
  if (best.facts.lut > 0) builder.adderGraphs.push(best.facts);
  const values = best.rows.map(({ constant }, i) => ({
    constant,
    range: rangeOfSum(inputs, sums[i] as LinearSum),
  }));
  const outputs = emitPlan(builder, best.nodes, best.plan, values);
  proveSums(builder, inputs, sums, outputs);
  return outputs;
}

/** Rows with the cheapest adders that were found for them. */
interface Planned extends Found {
  readonly nodes: readonly Signal[];
  readonly rows: readonly SignalRow[];
}

function planned(
  builder: ModuleBuilder,
  rows: readonly SignalRow[],
  depths: readonly number[],
  store: SearchStore | undefined,
): Planned {
  const nodes: Signal[] = [];
  const known = new Map<number, number>();
  const nodeOf = (signal: Signal): number => {
    const node = known.get(signal.wire) ?? nodes.push(signal) - 1;
    known.set(signal.wire, node);
    return node;
  };
  const network = {
    shared: [],
    rows: rows.map((row, i) => ({
      terms: row.terms.map(({ signal, shift, negative }) => ({ node: nodeOf(signal), shift, negative })),
      constant: hasConstant(builder, row),
      depth: depths[i] as number,
    })),
    inputs: nodes.map((signal) => factsOf(builder, signal)),
  };
  const { effort, runner } = builder.search;
  const { plan, facts } = optimize(network, effort, { store, runner });
  return { nodes, rows, plan, facts: { ...facts, lut: facts.lut + lutsOfTables(builder, rows) } };
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
