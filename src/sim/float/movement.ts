import { type MovementNode, movementSources } from "../../ir/movement.js";
import { sizeOf } from "../../ir/tensor.js";
import {
  allSparse,
  type Cell,
  type Compiled,
  denseCell,
  type SparseCell,
  sparseCell,
  touch,
} from "./cell.js";
import { inverseOf, type Lists } from "./lists.js";

/** A movement of elements: those that differ from the all-zero event are copied to where they go. */
export function compileMovement(
  node: MovementNode,
  inputs: readonly Cell[],
  shapes: readonly (readonly number[])[],
): Compiled {
  const [first] = inputs as readonly [Cell];
  if (node.op === "reshape") return { cell: first };
  const sources = movementSources(node, shapes);
  const size = sizeOf(node.shape);
  const read = (arrays: readonly Float64Array[], e: number) =>
    sources.input[e] < 0 ? 0 : arrays[sources.input[e]][sources.element[e]];

  const sparse = allSparse(inputs);
  if (sparse === undefined) {
    const currents = inputs.map(({ current }) => current);
    const cell = denseCell(size);
    const step = () => {
      for (let e = 0; e < size; e++) cell.current[e] = read(currents, e);
    };
    return { cell, step };
  }
  const references = sparse.map(({ reference }) => reference);
  const cell = sparseCell(Float64Array.from({ length: size }, (_, e) => read(references, e)));
  const targets = sparse.map(({ reference }, n) => targetsOf(sources, n, reference.length));
  const step = () => {
    for (const [n, input] of sparse.entries()) copy(input, cell, targets[n] as Lists);
  };
  return { cell, step };
}

function copy(input: SparseCell, cell: SparseCell, { start, items }: Lists): void {
  for (let n = 0; n < input.count; n++) {
    const e = input.touched[n];
    for (let t = start[e]; t < start[e + 1]; t++) {
      cell.current[items[t]] = input.current[e];
      touch(cell, items[t]);
    }
  }
}

/** For each element of input number `n` where it goes. */
function targetsOf(sources: ReturnType<typeof movementSources>, n: number, size: number): Lists {
  const { input, element } = sources;
  const start = new Int32Array(input.length + 1);
  for (let e = 0; e < input.length; e++) start[e + 1] = start[e] + (input[e] === n ? 1 : 0);
  return inverseOf({ start, items: element.filter((_, e) => input[e] === n) }, size);
}
