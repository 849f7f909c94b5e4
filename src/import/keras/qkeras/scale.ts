import type { FixedType, Interval } from "../../../ir/fixed-point.js";
import { typeOfUnit } from "../../../ir/fixed-point.js";
import { exactRatio } from "../../../ir/ratio.js";
import type { Tensor } from "../../../ir/tensor.js";
import { collapseTypes, roundHalfEven } from "../hgq2/bits.js";
import type { Parameter } from "../layers/parameter.js";

const { fround } = Math;

/** keras.backend.epsilon() as the float32 that it is added as. */
export const EPSILON = fround(1e-7);
const LN2 = fround(Math.LN2);

/** log2 of a float32 as QKeras computes it: `K.log(x) / np.log(2.0)`. */
export function log2(x: number): number {
  return fround(fround(Math.log(x)) / LN2);
}

/** The power of two beside a scale: `K.pow(2.0, tf.math.round(K.log(scale + K.epsilon()) / np.log(2.0)))`. */
export function powerOfTwo(scale: number): number {
  return 2 ** roundHalfEven(log2(fround(scale + EPSILON)));
}

/** Elements that have a scale together. */
export interface Groups {
  readonly count: number;
  readonly of: (element: number) => number;
}

/** One group a channel, the last axis; a vector is one group. */
export function channelGroups(shape: readonly number[]): Groups {
  const channels = shape.at(-1) ?? 1;
  return shape.length > 1 ? { count: channels, of: (e) => e % channels } : { count: 1, of: () => 0 };
}

/** The groups of `_get_scale`: one a channel; each element of a vector by itself. */
function fitGroups(shape: readonly number[]): Groups {
  const channels = shape.at(-1) ?? 1;
  return { count: channels, of: (e) => e % channels };
}

/** One scale for each group. */
export interface Scales {
  readonly groups: Groups;
  readonly values: readonly number[];
}

export function scaleAt({ groups, values }: Scales, element: number): number {
  return values[groups.of(element)] as number;
}

/** The largest absolute value of each group. */
export function largest({ shape, data }: Tensor<number>): Scales {
  const groups = channelGroups(shape);
  const values = new Array<number>(groups.count).fill(0);
  for (const [e, x] of data.entries()) {
    const g = groups.of(e);
    values[g] = Math.max(values[g] as number, Math.abs(x));
  }
  return { groups, values };
}

/** The scale that brings `q` closest to `x` (qkeras/quantizers.py, `_get_scale`): mean of x · q over mean of q². */
export function fitScale(
  { shape, data }: Tensor<number>,
  q: readonly number[],
  alpha: "auto" | "auto_po2",
): Scales {
  const groups = fitGroups(shape);
  const products = new Array<number>(groups.count).fill(0);
  const squares = new Array<number>(groups.count).fill(0);
  for (const [e, x] of data.entries()) {
    const g = groups.of(e);
    const k = q[e] as number;
    products[g] = (products[g] as number) + fround(x * k);
    squares[g] = (squares[g] as number) + k * k;
  }
  const size = data.length / groups.count;
  const values = products.map((product, g) => {
    const mean = fround((squares[g] as number) / size);
    const scale = fround(fround(product / size) / fround(mean + EPSILON));
    return alpha === "auto_po2" ? powerOfTwo(scale) : scale;
  });
  return { groups, values };
}

/**
 * The weights unit · k for integers k within `interval`, each unit a float: exact products, where QKeras rounds each of
 * them to float32.
 */
export function integersTimes(
  shape: readonly number[],
  integers: readonly number[],
  interval: Interval,
  unit: (element: number) => number,
): Parameter {
  const known = new Map<number, FixedType>();
  const typeOf = (size: number): FixedType => {
    const type =
      known.get(size) ??
      (size === 0 ? { signed: false, width: 0, integer: 0 } : typeOfUnit(interval, exactRatio(size)));
    known.set(size, type);
    return type;
  };
  const types = integers.map((_, e) => typeOf(unit(e)));
  return {
    tensor: { shape, data: integers.map((k, e) => k * unit(e) + 0) },
    quantizer: { types: collapseTypes(types, shape.at(-1) ?? 1), rounding: "RND_CONV", overflow: "SAT" },
  };
}
