/** Whether a count is a power of two. */
export function isPowerOfTwo(count: number): boolean {
  return Number.isInteger(Math.log2(count));
}

/** The bits of a counter that tells `count` things apart; at least one. */
export function countWidth(count: number): number {
  return Math.max(1, Math.ceil(Math.log2(count)));
}

/** What the first of these parameters that is no count violates. */
export function countProblem<T>(parameters: T, ...names: readonly (keyof T & string)[]): string | undefined {
  const wrong = names.find(
    (name) => !Number.isSafeInteger(parameters[name]) || (parameters[name] as number) < 1,
  );
  return wrong === undefined ? undefined : `'${wrong}' is no whole number of at least 1`;
}

/** What the parameter `name` violates, which says how many of a table's items come in a clock. */
export function rowProblem(name: string, lanes: number, items: number): string | undefined {
  return lanes === items || (isPowerOfTwo(lanes) && lanes < items)
    ? undefined
    : `'${name}' is neither the number of items nor a smaller power of two`;
}

/** Indices are compared as numbers of 32 bits. */
const MOST_INDEX_BITS = 31;

/** What a number of bits of an index violates. */
export function indexProblem(indexBits: number): string | undefined {
  return indexBits > MOST_INDEX_BITS ? `'indexBits' is above ${MOST_INDEX_BITS}` : undefined;
}
