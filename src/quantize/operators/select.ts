import { UserError } from "../../ir/errors.js";
import type { FixedNode } from "../../ir/fixed/fixed.js";
import { type Interval, unitOf } from "../../ir/fixed-point.js";
import { zipGranular } from "../../ir/granular.js";
import { ONE } from "../../ir/ratio.js";
import { alignChannels, alignPair, channelUnits } from "../align.js";
import type { Converter, FixedBuilder } from "../builder.js";
import { integerLevel } from "../levels.js";
import { sameRatio } from "../units.js";

export const select: Converter<"select"> = ({ name }, [condition, yes, no], builder) => {
  const bit = asBit(builder, condition, name);
  const [a, b] = alignPair(builder, yes, no, name);
  builder.add({ op: "select", name, inputs: [bit.name, a.name, b.name] });
};

/** A condition as the integers 0 and 1. Throws a UserError when its range holds other numbers. */
function asBit(builder: FixedBuilder, condition: FixedNode, name: string): FixedNode {
  const facts = zipGranular(condition.shape, [condition.types, condition.ranges], (type, range: Interval) => {
    const unit = unitOf(type);
    return { isOne: sameRatio(unit, ONE), inside: range.lo >= 0n && range.hi * unit.n <= unit.d };
  });
  if (facts.items.some(({ inside }) => !inside)) {
    throw new UserError(`its condition '${condition.name}' may be another number than 0 or 1`, {
      where: `node '${name}'`,
      hint: 'Put a comparison or a quantizer to ufixed<1,1> before it, or give an input this type: types: { NAME: "ufixed<1,1>" }.',
    });
  }
  if (facts.items.every(({ isOne }) => isOne)) return condition;
  const aligned = alignChannels(builder, condition, name);
  return builder.add({
    op: "threshold",
    name: builder.fresh(`${name}.condition`),
    inputs: [aligned.name],
    levels: channelUnits(aligned).map((unit) => integerLevel(1, unit)),
  });
}
