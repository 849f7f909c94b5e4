import type { FixedType, Interval } from "../fixed-point.js";
import { type Granular, mapGranular } from "../granular.js";
import type { Tensor } from "../tensor.js";
import type { Attributes, Value } from "./document.js";

/** Values of the compiler as values of the text; the inverse of the accessors in `read.ts`. */
export const write = {
  shape: (shape: readonly number[]): Value => shape.map(BigInt),
  count: (n: number): Value => BigInt(n),
  types: (types: Granular<FixedType>): Value => ({
    granular: mapGranular(types, (type): Value => ({ type })),
  }),
  intervals: (ranges: Granular<Interval>): Value => ({
    granular: mapGranular(ranges, (interval): Value => ({ interval })),
  }),
  integers: (integers: Granular<bigint>): Value => ({ granular: integers }),
  records: (records: Granular<Attributes>): Value => ({
    granular: mapGranular(records, (record): Value => ({ record })),
  }),
  flag: (flag: boolean): Value => String(flag),
  tensor: (tensor: Tensor<bigint> | Tensor<number>): Value => ({ tensor: tensor as Tensor<bigint | number> }),
} as const;
