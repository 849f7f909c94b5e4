import { UserError } from "../../../ir/errors.js";
import { type FixedType, type Rounding, sameType } from "../../../ir/fixed-point.js";
import { type Granular, perTensor } from "../../../ir/granular.js";
import { sizeOf } from "../../../ir/tensor.js";

/**
 * A type as HGQ2 counts it (hgq/quantizer/internal/fixed_point_quantizer.py): `k` keep_negative, `i` integer bits
 * *without* the sign, `f` fraction bits. The value range is [−k·2^i, 2^i − 2^−f].
 */
export interface Bits {
  readonly k: 0 | 1;
  readonly i: number;
  readonly f: number;
}

/** The rounding modes of HGQ2: those of ap_fixed. */
export const HGQ_ROUNDINGS = [
  "TRN",
  "TRN_ZERO",
  "RND",
  "RND_ZERO",
  "RND_INF",
  "RND_MIN_INF",
  "RND_CONV",
] as const satisfies readonly Rounding[];
export type HgqRounding = (typeof HGQ_ROUNDINGS)[number];

/** Widest type and largest exponent that are read; HGQ2's own constraints stay below 24 + 24 bits. */
const WIDEST = 64;
/** 2^±126 are float32's outermost normal powers of two: beyond them HGQ2 itself computes with infinities. */
const LARGEST_EXPONENT = 126;

/**
 * The type of a quantizer with these bits: `fixed<k+i+f, k+i>`; ap_fixed counts the sign among the integer bits. HGQ2
 * zeroes a value with k + i + f ≤ 0 (FixedPointQuantizerBase.call): width 0. Throws a UserError on absurd bits.
 */
export function fixedType({ k, i, f }: Bits, where: string): FixedType {
  const width = k + i + f;
  if (width <= 0) return { signed: false, width: 0, integer: 0 };
  if (width > WIDEST || Math.abs(i) > LARGEST_EXPONENT || Math.abs(f) > LARGEST_EXPONENT) {
    throw new UserError(`a quantizer has ${i} integer and ${f} fraction bits: too many`, { where });
  }
  return { signed: k === 1, width, integer: k + i };
}

/** keras.ops.round, by which HGQ2 rounds its trained bits: half to even. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/**
 * Spreads items stored with shape `stored` (size 1 along axes that share them, as numpy broadcasts) over a tensor of
 * shape `shape`, at the coarsest granularity that tells them apart.
 */
export function broadcast<T>(
  items: readonly T[],
  stored: readonly number[],
  shape: readonly number[],
  same: (a: T, b: T) => boolean,
): Granular<T> {
  const first = items[0] as T;
  if (items.every((item) => same(item, first))) return perTensor(first);
  if (stored.slice(0, -1).every((n) => n === 1)) return { per: "channel", items };
  const elements = spread(items, stored, shape);
  const channels = shape.at(-1) ?? 1;
  if (elements.every((item, e) => same(item, elements[e % channels] as T))) {
    return { per: "channel", items: elements.slice(0, channels) };
  }
  return { per: "element", items: elements };
}

function spread<T>(items: readonly T[], stored: readonly number[], shape: readonly number[]): readonly T[] {
  // Strides of the stored array; 0 along an axis whose items are shared.
  const strides = stored.map((n, axis) => (n === 1 ? 0 : sizeOf(stored.slice(axis + 1))));
  return Array.from({ length: sizeOf(shape) }, (_, element) => {
    let rest = element;
    let source = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      source += (rest % shape[axis]) * strides[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    return items[source];
  });
}

/** The types of all elements at the coarsest granularity that tells them apart. */
export function collapseTypes(types: readonly FixedType[], channels: number): Granular<FixedType> {
  const first = types[0] as FixedType;
  if (types.every((type) => sameType(type, first))) return perTensor(first);
  if (types.every((type, n) => sameType(type, types[n % channels]))) {
    return { per: "channel", items: types.slice(0, channels) };
  }
  return { per: "element", items: types };
}
