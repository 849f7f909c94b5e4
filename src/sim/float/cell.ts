/**
 * The value of one node of the float executor. Most of a detector image is empty, so most values are kept as their
 * difference from what the node gives for the all-zero event: only the elements that differ are visited.
 */
export type Cell = SparseCell | DenseCell;

export interface SparseCell {
  readonly dense: false;
  /** The node's value for the all-zero event; finite, so that differences from it are numbers. */
  readonly reference: Float64Array;
  /** The node's value for the event at hand; equal to the reference wherever no element is touched. */
  readonly current: Float64Array;
  /** The first `count` entries are the indices of the elements that may differ from the reference, each once. */
  readonly touched: Int32Array;
  readonly marked: Uint8Array;
  count: number;
}

/** A value that is computed anew for each event: any element may have changed. */
export interface DenseCell {
  readonly dense: true;
  readonly current: Float64Array;
}

/** A node's value, and what brings it up to date for an event, after its inputs; none where nothing is to be done. */
export interface Compiled {
  readonly cell: Cell;
  readonly step?: () => void;
}

export function sparseCell(reference: Float64Array): SparseCell {
  const { length } = reference;
  return {
    dense: false,
    reference,
    current: reference.slice(),
    touched: new Int32Array(length),
    marked: new Uint8Array(length),
    count: 0,
  };
}

export function denseCell(length: number): DenseCell {
  return { dense: true, current: new Float64Array(length) };
}

export function touch(cell: SparseCell, element: number): void {
  if (cell.marked[element] === 0) {
    cell.marked[element] = 1;
    cell.touched[cell.count++] = element;
  }
}

/**
 * A sparse cell around the value for the all-zero event; a dense one where that is not known (a dense input) or not
 * finite (the logarithm of 0), which says nothing about other events.
 */
export function cellAround(reference: Float64Array | undefined, length: number): Cell {
  return reference?.every(Number.isFinite) ? sparseCell(reference) : denseCell(length);
}

/** Back to the all-zero event. */
export function resetCell(cell: SparseCell): void {
  for (let n = 0; n < cell.count; n++) {
    const element = cell.touched[n];
    cell.current[element] = cell.reference[element];
    cell.marked[element] = 0;
  }
  cell.count = 0;
}

/** All of these cells when each of them is sparse. */
export function allSparse(cells: readonly Cell[]): readonly SparseCell[] | undefined {
  const sparse = cells.filter((cell) => !cell.dense);
  return sparse.length === cells.length ? sparse : undefined;
}
