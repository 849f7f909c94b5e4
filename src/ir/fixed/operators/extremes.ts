/** The largest of some integers, at least one. */
export function largest(integers: readonly bigint[]): bigint {
  return integers.reduce((a, b) => (a > b ? a : b));
}

/** The smallest of some integers, at least one. */
export function smallest(integers: readonly bigint[]): bigint {
  return integers.reduce((a, b) => (a < b ? a : b));
}
