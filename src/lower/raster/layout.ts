import type { FixedNode } from "../../ir/fixed/fixed.js";
import { operandAxis, resultAxis } from "../axes.js";

type Shape = readonly number[];

/** Which axes of a value are the rows and the columns of its image; the others, in their order, are those of a pixel. */
export type Layout = readonly [rows: number, columns: number];

/** Rows and columns first, as raster firmware has them. */
export const CANONICAL: Layout = [0, 1];

/** The axes of a value in the order of its image: rows, columns, then those of a pixel. */
export function axisOrder([rows, columns]: Layout, rank: number): readonly number[] {
  const pixel = Array.from({ length: rank }, (_, axis) => axis).filter((a) => a !== rows && a !== columns);
  return [rows, columns, ...pixel];
}

export function sameLayout(a: Layout, b: Layout): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

/** Whether two layouts of a value of this shape show the same image: they differ in axes of size 1 only. */
export function sameImage(a: Layout, b: Layout, shape: Shape): boolean {
  return a.every((axis, i) => axis === b[i] || (shape[axis] === 1 && shape[b[i] as number] === 1));
}

/** The layout of a node's result if an operand of this shape has this one; undefined where rows or columns are lost. */
export function resultLayout(node: FixedNode, operand: Shape, layout: Layout): Layout | undefined {
  if (node.op === "reshape") return reshaped(operand, node.shape, layout);
  return within(layout, (axis) => resultAxis(node, operand, axis));
}

/** The layout that an operand of this shape has if the node's result has this one; undefined where there is none. */
export function operandLayout(node: FixedNode, operand: Shape, layout: Layout): Layout | undefined {
  if (node.op === "reshape") return reshaped(node.shape, operand, layout);
  return within(layout, (axis) => operandAxis(node, operand, axis));
}

function within([rows, columns]: Layout, to: (axis: number) => number | undefined): Layout | undefined {
  return pair(to(rows), to(columns));
}

/**
 * The layout of a reshaped value: its rows and columns are axes of the same length with as many elements before them. Of
 * those of length 1 any will do, next to the other one where there is a choice.
 */
function reshaped(from: Shape, to: Shape, [rows, columns]: Layout): Layout | undefined {
  const units = to.flatMap((length, axis) => (length === 1 ? [axis] : []));
  const found = [rows, columns].map((axis) => {
    if (from[axis] === 1) return undefined;
    const before = product(from.slice(0, axis));
    return to.findIndex((length, i) => length === from[axis] && product(to.slice(0, i)) === before);
  });
  if (found.includes(-1)) return undefined;
  const [row, column] = found;
  const beside = (axis: number, first: boolean) => {
    const ahead = units.filter((unit) => unit < axis).at(-1);
    const behind = units.find((unit) => unit > axis);
    return first ? (ahead ?? behind) : (behind ?? ahead);
  };
  if (row !== undefined && column !== undefined) return [row, column];
  if (row !== undefined) return pair(row, beside(row, false));
  return column !== undefined ? pair(beside(column, true), column) : pair(units[0], units[1]);
}

function pair(rows: number | undefined, columns: number | undefined): Layout | undefined {
  return rows === undefined || columns === undefined ? undefined : [rows, columns];
}

function product(lengths: Shape): number {
  return lengths.reduce((a, b) => a * b, 1);
}
