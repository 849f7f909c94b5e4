import type { VariableStatementStructure } from "ts-morph";
import type { Granular } from "../../ir/granular.js";
import type { Elements } from "../elements.js";
import { literal, literalRows } from "./expressions.js";
import { constant } from "./tables.js";

/** A constant of the current element in a layer's body: a literal, or an entry of a table. */
export interface Constant {
  readonly text: string;
  readonly per: Granular<unknown>["per"];
  readonly tables: readonly VariableStatementStructure[];
}

/**
 * The constant of each element, where `i` is the index of the element and `c` its channel. A literal where all are the
 * same, a table per channel where they repeat from site to site.
 */
export function elementConstant(
  { per, items }: Granular<bigint>,
  channels: number,
  elements: Elements,
  name: () => string,
  comment: string,
): Constant {
  const coarsest = coarsen({ per, items }, channels);
  if (coarsest.per === "tensor") return { text: literal(items[0], elements), per: "tensor", tables: [] };
  const table = name();
  return {
    text: `${table}[${coarsest.per === "element" ? "i" : "c"}]`,
    per: coarsest.per,
    tables: [constant(table, literalRows(coarsest.items, elements), `${comment}, per ${coarsest.per}.`)],
  };
}

/** The same property at the coarsest granularity that says it. */
export function coarsen<T>({ per, items }: Granular<T>, channels: number): Granular<T> {
  if (items.every((item) => item === items[0])) return { per: "tensor", items: items.slice(0, 1) };
  if (per !== "element" || !items.every((item, i) => item === items[i % channels])) return { per, items };
  return { per: "channel", items: items.slice(0, channels) };
}
