/**
 * The value of one node of the float executor. Most of a detector image is empty, so a value is kept as its difference
 * from what the node gives for the all-zero event: only the elements that differ are visited.
 */
export interface Cell {
  /** The node's value for the all-zero event. */
  readonly reference: Float64Array;
  /** The node's value for the event at hand; equal to the reference wherever no element is touched. */
  readonly current: Float64Array;
  /** The first `count` entries are the indices of the elements that may differ from the reference, each once. */
  readonly touched: Int32Array;
  readonly marked: Uint8Array;
  count: number;
}

export function createCell(reference: Float64Array): Cell {
  const { length } = reference;
  return {
    reference,
    current: reference.slice(),
    touched: new Int32Array(length),
    marked: new Uint8Array(length),
    count: 0,
  };
}

export function touch(cell: Cell, element: number): void {
  if (cell.marked[element] === 0) {
    cell.marked[element] = 1;
    cell.touched[cell.count++] = element;
  }
}

/** Back to the all-zero event. */
export function resetCell(cell: Cell): void {
  for (let n = 0; n < cell.count; n++) {
    const element = cell.touched[n];
    cell.current[element] = cell.reference[element];
    cell.marked[element] = 0;
  }
  cell.count = 0;
}
