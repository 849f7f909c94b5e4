import type { FixedNode } from "../../ir/fixed/fixed.js";
import { collapse, type Granular } from "../../ir/granular.js";

/**
 * Says once what a node states for each channel or element although it is the same for all: what is left by element, or
 * by the last axis of an image without channels (its columns), differs between pixels.
 */
export function coarsen(node: FixedNode): FixedNode {
  const entries = Object.entries(node).map(([key, stated]) => [
    key,
    isGranular(stated) ? collapse(stated, node.shape, same) : stated,
  ]);
  return Object.fromEntries(entries) as unknown as FixedNode;
}

/** Equal plain values: types, intervals, integers, tables. */
function same(a: unknown, b: unknown): boolean {
  return text(a) === text(b);
}

function text(value: unknown): string {
  return JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `${part}n` : part));
}

export function isGranular(stated: unknown): stated is Granular<unknown> {
  return typeof stated === "object" && stated !== null && "per" in stated;
}
