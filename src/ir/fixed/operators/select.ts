import { UserError } from "../../errors.js";
import { typeLike } from "../../fixed-point.js";
import { zipGranular } from "../../granular.js";
import { hull, hullOf } from "../../interval.js";
import { equalShapes, typedItems, unitType } from "../check.js";
import type { FixedValue } from "../fixed.js";
import type { FixedOperator } from "../operator.js";

type Inputs = readonly [condition: FixedValue, yes: FixedValue, no: FixedValue];

export const select: FixedOperator<"select"> = {
  arity: 3,
  shape: (node, inputs) => {
    const { lo, hi } = hullOf((inputs[0] as FixedValue).ranges);
    if (lo < 0n || hi > 1n) {
      throw new UserError(`its condition takes ${lo}..${hi}, not 0 and 1 only`, {
        where: `node '${node.name}'`,
      });
    }
    return equalShapes(node, inputs);
  },
  ranges: (_, inputs) => {
    const [condition, yes, no] = inputs as Inputs;
    return zipGranular(condition.shape, [condition.ranges, yes.ranges, no.ranges], (bit, a, b) =>
      bit.lo === 1n ? a : bit.hi === 0n ? b : hull(a, b),
    );
  },
  types: (node, inputs, ranges) => {
    const [, yes, no] = inputs as Inputs;
    return zipGranular(yes.shape, [ranges, typedItems(yes), typedItems(no)], (range, a, b) =>
      typeLike(range, unitType([a, b], node.name)),
    );
  },
  evaluate: (_node, _inputs, values) => {
    const [condition, yes, no] = values as readonly (readonly bigint[])[];
    return condition.map((bit, i) => (bit === 1n ? (yes[i] as bigint) : (no[i] as bigint)));
  },
  write: () => ({}),
  read: () => ({}),
};
