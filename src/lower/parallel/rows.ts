import type { FixedNode, FixedNodeOf } from "../../ir/fixed/fixed.js";
import { sizeOf } from "../../ir/tensor.js";
import { type Chain, lowerChain, lowerSums } from "../chain.js";
import { balanced, lowerExtreme } from "../compare.js";
import type { ModuleBuilder, Signal } from "../module-builder.js";
import { lowerPick } from "../pick.js";
import { type Root, type Slot, siteBySite } from "./site.js";

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
    compute: siteBySite((builder, slots, { results }, chain) => {
      const index = slots.at(-1) as Signal;
      return results.map((element, i) => {
        const own = span(rows, 0).map((row) => slots[row * length + i] as Signal);
        return lowerChain(builder, chain, element, lowerPick(builder, index, own));
      });
    }),
  };
}

/**
 * Rows brought together: a site for each row of the result, which reads all rows, of each a bit that says whether it comes
 * here, and neighbouring rows joined (see prepare.ts). So one module serves all rows of the result.
 */
export function scatterRoot(node: FixedNodeOf<"scatter">, values: FixedNode): Root {
  const count = values.shape[0] as number;
  const length = inner(values);
  const elements = (operand: number, rows: number) =>
    span(rows * length, 0).map((element): Slot => ({ operand, element }));
  const half = Math.floor(count / 2);
  const [all, pairs] = [elements(0, count), elements(2, half)];
  const hitsOf = (row: number) =>
    span(count, 0).map((from): Slot => ({ operand: 1, element: from * node.rows + row }));
  const join = node.kind === "sum" ? sumOf : largestOf;
  return {
    sites: span(node.rows, 0).map((row) => ({
      slots: [...all, ...pairs, ...hitsOf(row)],
      results: span(length, row * length),
    })),
    weighted: false,
    terms: () => all.length,
    key: () => "",
    compute: siteBySite((builder, slots, { results }, chain) => {
      const hits = slots.slice(all.length + pairs.length);
      const at = (i: number) => slots[i] as Signal;
      return results.map((element, i) => {
        const arrivals = hits.map((hit, row): Arrival => ({ hit, value: at(row * length + i) }));
        const joined = span(half, 0).map((pair) => at(all.length + pair * length + i));
        return join(builder, arrivals, joined, chain, element);
      });
    }),
  };
}

/** A value that comes where its bit is 1. */
interface Arrival {
  readonly hit: Signal;
  readonly value: Signal;
}

/** The sum of what comes, with the chain behind it. Single bits and constants go into tables. */
function sumOf(
  builder: ModuleBuilder,
  arrivals: readonly Arrival[],
  pairs: readonly Signal[],
  chain: Chain,
  element: number,
): Signal {
  const zero = builder.constant(0n);
  const narrow = arrivals.filter(({ value }) => !isWide(value));
  const wide = arrivals.map((arrival) => (isWide(arrival.value) ? arrival : undefined));
  const inputs = [
    ...narrow.map(({ hit, value }) => (isConstant(value) ? hit : builder.mux(hit, value, zero))),
    ...chosen(builder, wide, pairs, zero),
  ];
  const weights = inputs.map((_, i) => {
    const value = narrow[i]?.value;
    return value !== undefined && isConstant(value) ? value.range.lo : 1n;
  });
  return lowerSums(builder, inputs, [{ weights, bias: 0n }], chain, [element])[0] as Signal;
}

/** The largest value of what comes, 0 where nothing does, with the chain behind it. */
function largestOf(
  builder: ModuleBuilder,
  arrivals: readonly Arrival[],
  pairs: readonly Signal[],
  chain: Chain,
  element: number,
): Signal {
  const zero = builder.constant(0n);
  // What does not come must not win; where no value is negative, 0 does not.
  const lowest = arrivals.reduce((least, { value }) => (value.range.lo < least ? value.range.lo : least), 0n);
  const largest = balanced(chosen(builder, arrivals, pairs, builder.constant(lowest)), (a, b) =>
    lowerExtreme(builder, "max", a, b),
  );
  const some = lowest < 0n ? builder.mux(anyOf(builder, arrivals), largest, zero) : largest;
  return lowerChain(builder, chain, element, some);
}

/**
 * What comes of each two neighbours: `none`, one of them, or their pair. That is a LUT for each bit, and for all rows of
 * the result the same pair.
 */
function chosen(
  builder: ModuleBuilder,
  arrivals: readonly (Arrival | undefined)[],
  pairs: readonly Signal[],
  none: Signal,
): readonly Signal[] {
  return span(Math.ceil(arrivals.length / 2), 0).flatMap((i) => {
    const [a, b] = arrivals.slice(2 * i, 2 * i + 2);
    if (a === undefined || b === undefined || isConstant(a.hit) || isConstant(b.hit)) {
      const alone = [a, b].filter((arrival) => arrival !== undefined);
      return alone.map(({ hit, value }) => builder.mux(hit, value, none));
    }
    return [builder.choose(builder.concat([a.hit, b.hit]), [none, a.value, b.value, pairs[i] as Signal])];
  });
}

/** 1 where something comes. */
function anyOf(builder: ModuleBuilder, arrivals: readonly Arrival[]): Signal {
  const hits = arrivals.map(({ hit }) => hit).filter((hit) => hit.range.hi === 1n);
  if (hits.some(isConstant)) return builder.constant(1n);
  const [only] = hits;
  if (hits.length < 2) return only ?? builder.constant(0n);
  return builder.atLeast(builder.concat(hits), 1n);
}

const isConstant = ({ range }: Signal) => range.lo === range.hi;
/** Whether a value takes more than a bit. */
const isWide = ({ range }: Signal) => range.hi - range.lo > 1n;
