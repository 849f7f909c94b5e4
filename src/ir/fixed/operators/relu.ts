import { type Interval, typeLike } from "../../fixed-point.js";
import { mapGranular, zipGranular } from "../../granular.js";
import type { FixedValue } from "../fixed.js";
import type { FixedOperator } from "../operator.js";

const clamp = (k: bigint) => (k < 0n ? 0n : k);

export const relu: FixedOperator<"relu"> = {
  arity: 1,
  shape: (_, [input]) => (input as FixedValue).shape,
  ranges: (_, [input]) =>
    mapGranular((input as FixedValue).ranges, ({ lo, hi }): Interval => ({ lo: clamp(lo), hi: clamp(hi) })),
  types: (_, [input], ranges) => {
    const { types, shape } = input as FixedValue;
    return zipGranular(shape, [ranges, types], typeLike);
  },
  evaluate: (_node, _inputs, [values]) => (values as readonly bigint[]).map(clamp),
  write: () => ({}),
  read: () => ({}),
};
