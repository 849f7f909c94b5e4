import { InternalError } from "../ir/errors.js";
import type { Interval } from "../ir/fixed-point.js";
import { within } from "../ir/interval.js";

/** How the integers of a value are held, chosen from its proven range: 32 bits, a double's 53, or any number. */
export type Elements = "int32" | "float64" | "bigint";

/** The row-major integers of one tensor; a Float64Array holds integers only. */
export type IntegerArray = Int32Array | Float64Array | bigint[];

const INT32: Interval = { lo: -(2n ** 31n), hi: 2n ** 31n - 1n };
const SAFE: Interval = { lo: -(2n ** 53n - 1n), hi: 2n ** 53n - 1n };

/** The cheapest elements that hold every integer of `interval` exactly. */
export function elementsFor(interval: Interval): Elements {
  if (within(interval, INT32)) return "int32";
  return within(interval, SAFE) ? "float64" : "bigint";
}

/** How an array holds its integers. */
export function elementsOf(array: IntegerArray): Elements {
  if (array instanceof Int32Array) return "int32";
  return array instanceof Float64Array ? "float64" : "bigint";
}

/** An array of zeros. */
export function allocate(elements: Elements, length: number): IntegerArray {
  switch (elements) {
    case "int32":
      return new Int32Array(length);
    case "float64":
      return new Float64Array(length);
    case "bigint":
      return new Array<bigint>(length).fill(0n);
  }
}

/** Holds integers as `elements`. Throws an InternalError when one does not fit. */
export function fromBigInts(elements: Elements, values: readonly bigint[]): IntegerArray {
  if (elements === "bigint") return [...values];
  const limits = elements === "int32" ? INT32 : SAFE;
  const bad = values.find((k) => k < limits.lo || k > limits.hi);
  if (bad !== undefined) throw new InternalError(`${bad} is held as ${elements}`);
  return elements === "int32" ? Int32Array.from(values, Number) : Float64Array.from(values, Number);
}

/** The integers of an array, whichever way it holds them. */
export function toBigInts(array: IntegerArray): readonly bigint[] {
  return Array.isArray(array) ? array : Array.from(array as ArrayLike<number>, BigInt);
}

/** The index of the first element that differs, -1 when the arrays are equal, whichever way they hold their integers. */
export function firstDifference(a: IntegerArray, b: IntegerArray): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    // biome-ignore lint/suspicious/noDoubleEquals: 1n == 1 compares exactly the integers that the two arrays hold
    if (a[i] != b[i]) return i;
  }
  return a.length === b.length ? -1 : length;
}
