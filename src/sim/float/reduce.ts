import type { ModelArgmax, ModelReduce } from "../../ir/model/model.js";
import { sizeOf } from "../../ir/tensor.js";
import type { Cell, Compiled } from "./cell.js";
import { type Lists, listsOf } from "./lists.js";
import { compileReads, largest, mean, positionOfLargest, smallest, sum } from "./reads.js";

const FOLDS = { sum, mean, max: largest, min: smallest } as const;

export function compileReduce(node: ModelReduce, input: Cell, shape: readonly number[]): Compiled {
  return compileReads(input, readsOf(shape, node.axes), FOLDS[node.kind]);
}

export function compileArgmax(node: ModelArgmax, input: Cell, shape: readonly number[]): Compiled {
  return compileReads(input, readsOf(shape, [shape.length - 1]), positionOfLargest(node.last));
}

/** For each element of the shape without `axes`, the elements that fall together on it, in row-major order. */
function readsOf(shape: readonly number[], axes: readonly number[]): Lists {
  const kept = shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
  const lists = Array.from({ length: sizeOf(kept) }, (): number[] => []);
  for (let e = 0; e < sizeOf(shape); e++) {
    let rest = e;
    let target = 0;
    let stride = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const index = rest % shape[axis];
      rest = (rest - index) / shape[axis];
      if (kept[axis] === 1) continue;
      target += index * stride;
      stride *= kept[axis];
    }
    lists[target].push(e);
  }
  return listsOf(lists);
}
