import type { FixedNode, FixedNodeOf } from "../../ir/fixed/fixed.js";
import { sizeOf } from "../../ir/tensor.js";
import { type Chain, lowerChain, lowerSums } from "../chain.js";
import { balanced, lowerExtreme } from "../compare.js";
import type { ModuleBuilder, Signal } from "../module-builder.js";
import { lowerPick } from "../pick.js";
import type { Root, Slot } from "./site.js";

/** Elements of a row of a value [rows, …F]. */
const inner = ({ shape }: FixedNode) => sizeOf(shape.slice(1));
const span = (length: number, first: number) => Array.from({ length }, (_, i) => first + i);

/** Rows at indices: a site for each row of the result, which reads all rows and one index. */
export function selectRoot(node: FixedNodeOf<"index_select">, values: FixedNode): Root {
  const rows = values.shape[0] as number;
  const length = inner(values);
  const all = span(rows * length, 0).map((element): Slot => ({ operand: 0, element }));
  return {
    sites: span(node.shape[0] as number, 0).map((row) => ({
      slots: [...all, { operand: 1, element: row }],
      results: span(length, row * length),
    })),
    weighted: false,
    terms: () => all.length,
    key: () => "",
    compute: (builder, slots, { results }, chain) => {
      const index = slots.at(-1) as Signal;
      return results.map((element, i) => {
        const own = span(rows, 0).map((row) => slots[row * length + i] as Signal);
        return lowerChain(builder, chain, element, lowerPick(builder, index, own));
      });
    },
  };
}

/**
 * Rows brought together: a site for each row of the result, which reads all rows and, of each, one bit that says whether
 * it comes here (see decode.ts). So one module serves all rows of the result.
 */
export function scatterRoot(node: FixedNodeOf<"scatter">, values: FixedNode): Root {
  const count = values.shape[0] as number;
  const length = inner(values);
  const all = span(count * length, 0).map((element): Slot => ({ operand: 0, element }));
  const join = node.kind === "sum" ? sumOf : largestOf;
  return {
    sites: span(node.rows, 0).map((row) => ({
      slots: [...all, ...span(count, 0).map((from) => ({ operand: 1, element: from * node.rows + row }))],
      results: span(length, row * length),
    })),
    weighted: false,
    terms: () => all.length,
    key: () => "",
    compute: (builder, slots, { results }, chain) => {
      const hits = slots.slice(all.length);
      return results.map((element, i) => {
        const arrivals = hits.flatMap((hit, row): readonly Arrival[] =>
          hit.range.hi === 0n ? [] : [{ hit, value: slots[row * length + i] as Signal }],
        );
        return join(builder, arrivals, chain, element);
      });
    },
  };
}

/** A value that comes where its bit is 1. */
interface Arrival {
  readonly hit: Signal;
  readonly value: Signal;
}

/**
 * The sum of what comes, with the chain behind it. Two values meet in a plain adder, whose LUTs (a bit of each value and
 * the two hits) have room for the choice; single bits and constants go into tables.
 */
function sumOf(builder: ModuleBuilder, arrivals: readonly Arrival[], chain: Chain, element: number): Signal {
  const zero = builder.constant(0n);
  const inputs: Signal[] = [];
  const weights: bigint[] = [];
  const wide: Signal[] = [];
  for (const { hit, value } of arrivals) {
    const { lo, hi } = value.range;
    const chosen = lo === hi ? hit : builder.mux(hit, value, zero);
    if (lo !== hi && hi - lo > 1n) wide.push(chosen);
    else {
      inputs.push(chosen);
      weights.push(lo === hi ? lo : 1n);
    }
  }
  for (let i = 0; i < wide.length; i += 2) {
    const [first, second] = wide.slice(i, i + 2) as [Signal, Signal?];
    inputs.push(second === undefined ? first : builder.add(first, second));
    weights.push(1n);
  }
  return lowerSums(builder, inputs, [{ weights, bias: 0n }], chain, [element])[0] as Signal;
}

/** The largest value of what comes, 0 where nothing does, with the chain behind it. */
function largestOf(
  builder: ModuleBuilder,
  arrivals: readonly Arrival[],
  chain: Chain,
  element: number,
): Signal {
  const zero = builder.constant(0n);
  // What does not come must not win; where no value is negative, 0 does not.
  const lowest = arrivals.reduce((least, { value }) => (value.range.lo < least ? value.range.lo : least), 0n);
  const chosen = arrivals.map(({ hit, value }) => builder.mux(hit, value, builder.constant(lowest)));
  const largest = chosen.length === 0 ? zero : balanced(chosen, (a, b) => lowerExtreme(builder, "max", a, b));
  const value = lowest < 0n ? builder.mux(anyOf(builder, arrivals), largest, zero) : largest;
  return lowerChain(builder, chain, element, value);
}

/** 1 where something comes. */
function anyOf(builder: ModuleBuilder, arrivals: readonly Arrival[]): Signal {
  if (arrivals.some(({ hit }) => hit.range.lo === 1n)) return builder.constant(1n);
  const [first] = arrivals as [Arrival];
  if (arrivals.length === 1) return first.hit;
  return builder.atLeast(builder.concat(arrivals.map(({ hit }) => hit)), 1n);
}
