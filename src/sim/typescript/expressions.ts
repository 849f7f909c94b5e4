import type { WriterFunction } from "ts-morph";
import { type FixedType, type Interval, printType } from "../../ir/fixed-point.js";
import type { Granular } from "../../ir/granular.js";
import { hullOf } from "../../ir/interval.js";
import type { Elements } from "../elements.js";

/** The TypeScript type of an array that holds integers as `elements`. */
export const ARRAY_TYPE: Readonly<Record<Elements, string>> = {
  int32: "Int32Array",
  float64: "Float64Array",
  bigint: "bigint[]",
};

/** An expression that makes an array of zeros. */
export function newArray(elements: Elements, length: number): string {
  return elements === "bigint"
    ? `new Array<bigint>(${length}).fill(0n)`
    : `new ${ARRAY_TYPE[elements]}(${length})`;
}

/** An integer as a literal of the arithmetic that `elements` computes in. */
export function literal(k: bigint, elements: Elements): string {
  return elements === "bigint" ? `${k}n` : `${k}`;
}

/** An array of integers; `typed` for a typed array instead of a list. */
export function literalList(items: readonly bigint[], elements: Elements, typed = true): string {
  const list = items.map((k) => literal(k, elements)).join(", ");
  return typed && elements !== "bigint" ? `${ARRAY_TYPE[elements]}.of(${list})` : `[${list}]`;
}

/** Numbers in a row of a table. */
const ROW = 24;

/** An array of integers as an initializer, in rows where there are many. */
export function literalRows(items: readonly bigint[], elements: Elements): string | WriterFunction {
  if (items.length <= ROW) return literalList(items, elements);
  return (writer) => {
    writer.write(elements === "bigint" ? "[" : `${ARRAY_TYPE[elements]}.from([`).newLine();
    for (let start = 0; start < items.length; start += ROW) {
      const row = items.slice(start, start + ROW);
      writer.write("  ");
      for (const k of row) writer.write(elements === "bigint" ? `${k}n,` : `${k},`);
      writer.newLine();
    }
    writer.write(elements === "bigint" ? "]" : "])");
  };
}

/** `expression`, an integer in `from`, as an integer in `to` (int32 and float64 are both numbers). */
export function convert(expression: string, from: Elements, to: Elements): string {
  if ((from === "bigint") === (to === "bigint")) return expression;
  return to === "bigint" ? `BigInt(${expression})` : `Number(${expression})`;
}

/** A statement that copies all elements of an array to another of the same length. */
export function copyAll(to: string, from: string, elements: Elements): string {
  if (elements !== "bigint") return `${to}.set(${from});`;
  return `for (let i = 0; i < ${to}.length; i++) ${to}[i] = ${from}[i];`;
}

/** Types for a comment. */
export function describeTypes(types: Granular<FixedType>): string {
  return describeItems(types, types.items.map(printType), () => {
    const widths = types.items.map(({ width }) => width);
    return `of ${Math.min(...widths)} to ${Math.max(...widths)} bits`;
  });
}

/** Proven ranges for a comment. */
export function describeRanges(ranges: Granular<Interval>): string {
  const show = ({ lo, hi }: Interval) => `${lo}..${hi}`;
  return describeItems(ranges, ranges.items.map(show), () => `within ${show(hullOf(ranges))}`);
}

function describeItems(granular: Granular<unknown>, items: readonly string[], summary: () => string): string {
  if (new Set(items).size === 1) return items[0];
  return `per ${granular.per} ${items.length <= 16 ? items.join(", ") : summary()}`;
}
