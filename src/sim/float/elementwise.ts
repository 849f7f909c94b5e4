import { allSparse, type Cell, type Compiled, cellAround, type SparseCell, touch } from "./cell.js";

/** A function of one value, element by element; `e` is the row-major index. */
export function compileUnary(input: Cell, apply: (x: number, e: number) => number): Compiled {
  const size = input.current.length;
  const cell = cellAround(input.dense ? undefined : input.reference.map(apply), size);
  if (input.dense || cell.dense) {
    const step = () => {
      for (let e = 0; e < size; e++) cell.current[e] = apply(input.current[e], e);
    };
    return { cell, step };
  }
  const step = () => {
    for (let n = 0; n < input.count; n++) {
      const e = input.touched[n];
      set(cell, e, apply(input.current[e], e));
    }
  };
  return { cell, step };
}

/** A function of values of one shape, element by element. */
export function compileElementwise(
  inputs: readonly Cell[],
  apply: (...values: readonly number[]) => number,
): Compiled {
  const size = inputs[0]?.current.length ?? 0;
  const at = (arrays: readonly Float64Array[], e: number) => apply(...arrays.map((array) => array[e]));
  const currents = inputs.map(({ current }) => current);
  const sparse = allSparse(inputs);
  const references = sparse?.map(({ reference }) => reference);
  const cell = cellAround(
    references && Float64Array.from({ length: size }, (_, e) => at(references, e)),
    size,
  );
  if (sparse === undefined || cell.dense) {
    const step = () => {
      for (let e = 0; e < size; e++) cell.current[e] = at(currents, e);
    };
    return { cell, step };
  }
  const step = () => {
    for (const input of sparse) {
      for (let n = 0; n < input.count; n++) {
        const e = input.touched[n];
        if (cell.marked[e] === 0) set(cell, e, at(currents, e));
      }
    }
  };
  return { cell, step };
}

function set(cell: SparseCell, e: number, value: number): void {
  if (value === cell.reference[e]) return;
  cell.current[e] = value;
  touch(cell, e);
}
