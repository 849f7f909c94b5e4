import { intervalBits } from "../../ir/fixed-point.js";
import type { ModuleBuilder, Signal, Term } from "../module-builder.js";

/**
 * Adds terms up in a tree: always the two that are ready first and, among those, end lowest, so that the tree is flat
 * and its adders are narrow.
 */
export function sumTree(builder: ModuleBuilder, terms: readonly Term[]): Signal {
  const open = [...terms];
  if (open.length === 0) return builder.constant(0n);
  while (open.length > 1) {
    open.sort((a, b) => builder.depth(a.signal) - builder.depth(b.signal) || top(a) - top(b));
    const [a, b] = open.splice(0, 2) as [Term, Term];
    open.push(builder.addTerms(a, b));
  }
  return builder.value(open[0] as Term);
}

/** The position above a term's highest bit. */
function top({ signal, shift }: Term): number {
  return intervalBits(signal.range).width + shift;
}
