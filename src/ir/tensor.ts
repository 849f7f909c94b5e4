/** A dense constant tensor, row-major. */
export interface Tensor<T> {
  readonly shape: readonly number[];
  readonly data: readonly T[];
}

/** The number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
