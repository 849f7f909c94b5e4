import { type Cell, type Compiled, cellAround, touch } from "./cell.js";
import { inverseOf, type Lists } from "./lists.js";

/** Computes one element of a result from the elements items[from] … items[to − 1] of its input. */
export type Fold = (values: Float64Array, items: Int32Array, from: number, to: number) => number;

/**
 * An operator of which every element reads a few elements of the input (windows, rows): computed anew where one of them
 * differs from the all-zero event.
 */
export function compileReads(input: Cell, reads: Lists, fold: Fold): Compiled {
  const { start, items } = reads;
  const size = start.length - 1;
  const at = (values: Float64Array, e: number) => fold(values, items, start[e], start[e + 1]);
  const reference = input.dense
    ? undefined
    : Float64Array.from({ length: size }, (_, e) => at(input.reference, e));
  const cell = cellAround(reference, size);
  if (input.dense || cell.dense) {
    const step = () => {
      for (let e = 0; e < size; e++) cell.current[e] = at(input.current, e);
    };
    return { cell, step };
  }
  const readers = inverseOf(reads, input.reference.length);
  const step = () => {
    for (let n = 0; n < input.count; n++) {
      const element = input.touched[n];
      for (let r = readers.start[element]; r < readers.start[element + 1]; r++) touch(cell, readers.items[r]);
    }
    for (let n = 0; n < cell.count; n++) {
      const e = cell.touched[n];
      cell.current[e] = at(input.current, e);
    }
  };
  return { cell, step };
}

export const sum: Fold = (values, items, from, to) => {
  let total = 0;
  for (let n = from; n < to; n++) total += values[items[n]];
  return total;
};

export const mean: Fold = (values, items, from, to) => sum(values, items, from, to) / (to - from);

export const largest: Fold = (values, items, from, to) => {
  let best = values[items[from]];
  for (let n = from + 1; n < to; n++) best = Math.max(best, values[items[n]]);
  return best;
};

export const smallest: Fold = (values, items, from, to) => {
  let best = values[items[from]];
  for (let n = from + 1; n < to; n++) best = Math.min(best, values[items[n]]);
  return best;
};

/** The position of the largest value in the list; of equal ones the first or the last. */
export function positionOfLargest(last: boolean): Fold {
  return (values, items, from, to) => {
    let best = from;
    for (let n = from + 1; n < to; n++) {
      const [x, most] = [values[items[n]], values[items[best]]];
      if (x > most || (last && x === most)) best = n;
    }
    return best - from;
  };
}
