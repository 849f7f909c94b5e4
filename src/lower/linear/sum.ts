/** One row of a constant matrix with its bias: Σ weights[i] · input[i] + bias. */
export interface LinearSum {
  readonly weights: readonly bigint[];
  readonly bias: bigint;
}
