import { UserError } from "../../ir/errors.js";
import { type FixedType, type Interval, unitOf } from "../../ir/fixed-point.js";
import { zipGranular } from "../../ir/granular.js";
import { ONE } from "../../ir/ratio.js";
import { alignPair } from "../align.js";
import type { Converter } from "../builder.js";
import { sameRatio } from "../units.js";

/** Throws a UserError where the condition's type and range hold other numbers than 0 and 1. */
export const select: Converter<"select"> = ({ name }, [condition, yes, no], builder) => {
  const isBit = (type: FixedType, { lo, hi }: Interval) =>
    (lo === 0n && hi === 0n) || (sameRatio(unitOf(type), ONE) && lo >= 0n && hi <= 1n);
  const bits = zipGranular(condition.shape, [condition.types, condition.ranges], isBit);
  if (!bits.items.every(Boolean)) {
    throw new UserError(`its condition '${condition.name}' may be another number than 0 or 1`, {
      where: `node '${name}'`,
      hint: `Put a comparison or a quantizer to ufixed<1,1> before it; an input gets this type by types: { NAME: "ufixed<1,1>" }.`,
    });
  }
  const [a, b] = alignPair(builder, yes, no, name);
  builder.add({ op: "select", name, inputs: [condition.name, a.name, b.name] });
};
