import type { ModelScatter } from "../../ir/model/model.js";
import { sizeOf } from "../../ir/tensor.js";
import { type Cell, type Compiled, denseCell } from "./cell.js";

type Inputs = readonly [values: Cell, index: Cell];

/** Rows at the indices of the event, computed anew for each: any row may come to any place. */
export function compileIndexSelect([values, index]: Inputs, shape: readonly number[]): Compiled {
  const rows = shape[0];
  const inner = sizeOf(shape.slice(1));
  const cell = denseCell(index.current.length * inner);
  const step = () => {
    for (const [e, k] of index.current.entries()) {
      if (isRow(k, rows)) cell.current.set(values.current.subarray(k * inner, (k + 1) * inner), e * inner);
      else cell.current.fill(0, e * inner, (e + 1) * inner);
    }
  };
  return { cell, step };
}

/** Rows brought together at the indices of the event, in the order in which they come. */
export function compileScatter({ kind, rows, shape }: ModelScatter, [values, index]: Inputs): Compiled {
  const inner = sizeOf(shape.slice(1));
  const cell = denseCell(rows * inner);
  const counts = new Float64Array(rows);
  const { current } = cell;
  const step = () => {
    current.fill(0);
    counts.fill(0);
    for (const [e, k] of index.current.entries()) {
      if (!isRow(k, rows)) continue;
      const first = counts[k]++ === 0;
      for (let i = 0; i < inner; i++) {
        const x = values.current[e * inner + i];
        const at = k * inner + i;
        current[at] = kind !== "max" ? current[at] + x : first ? x : Math.max(current[at], x);
      }
    }
    if (kind !== "mean") return;
    for (let at = 0; at < current.length; at++) current[at] /= Math.max(1, counts[Math.floor(at / inner)]);
  };
  return { cell, step };
}

function isRow(k: number, rows: number): boolean {
  return Number.isInteger(k) && k >= 0 && k < rows;
}
