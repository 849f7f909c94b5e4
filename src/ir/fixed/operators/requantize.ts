import { UserError } from "../../errors.js";
import {
  type FixedType,
  type Interval,
  OVERFLOWS,
  overflow,
  ROUNDINGS,
  roundRatio,
  sameUnit,
  typeRange,
  unitOf,
} from "../../fixed-point.js";
import { atElement, type Granular, zipGranular } from "../../granular.js";
import { clip, clipped, within } from "../../interval.js";
import { ONE, over, type Ratio } from "../../ratio.js";
import { write } from "../../text/write.js";
import { verifyLength } from "../check.js";
import type { FixedRequantize, FixedValue } from "../fixed.js";
import type { FixedOperator } from "../operator.js";

/** How many units of `to` the unit of `from` is. */
const factor = (from: FixedType, to: FixedType): Ratio =>
  sameUnit(from, to) ? ONE : over(unitOf(from), unitOf(to));

/** What each element of a requantization takes: the factor between the units, its type, the bounds it saturates to. */
interface Step {
  readonly factor: Ratio;
  readonly type: FixedType;
  readonly limits: Interval | undefined;
}

function stepsOf(node: FixedRequantize, { shape, types }: FixedValue): Granular<Step> {
  const { limits } = node;
  const plain = zipGranular(shape, [types, node.types], (from, type): Step => {
    return { factor: factor(from, type), type, limits: undefined };
  });
  return limits === undefined
    ? plain
    : zipGranular(shape, [plain, limits], (step, interval): Step => ({ ...step, limits: interval }));
}

/** Rounding is monotonic, so the bounds round to bounds; where they overflow, the type's range decides. */
function bound(range: Interval, step: Step, node: FixedRequantize): Interval {
  const { n, d } = step.factor;
  const rounded = {
    lo: roundRatio(range.lo * n, d, node.rounding),
    hi: roundRatio(range.hi * n, d, node.rounding),
  };
  const limits = typeRange(step.type);
  const symmetric =
    node.overflow === "SAT_SYM" && step.type.signed ? { lo: -limits.hi, hi: limits.hi } : limits;
  if (step.limits !== undefined) return clipped(rounded, step.limits);
  if (within(rounded, symmetric)) return rounded;
  const { lo, hi } = clipped(rounded, symmetric);
  switch (node.overflow) {
    case "WRAP":
      return limits;
    case "SAT_ZERO":
      return { lo: lo > 0n ? 0n : lo, hi: hi < 0n ? 0n : hi };
    default:
      return { lo, hi };
  }
}

function verifyLimits(node: FixedRequantize, shape: readonly number[]): void {
  if (node.limits === undefined) return;
  const where = `node '${node.name}': limits`;
  verifyLength(node.limits, shape, where);
  verifyLength(node.types, shape, `node '${node.name}': types`);
  if (node.overflow !== "SAT") {
    throw new UserError(`go with overflow SAT only, found ${node.overflow}`, { where });
  }
  zipGranular(shape, [node.limits, node.types], (limits, type) => {
    if (limits.lo > limits.hi || !within(limits, typeRange(type))) {
      throw new UserError(`${limits.lo}..${limits.hi} is no part of the type's range`, { where });
    }
  });
}

export const requantize: FixedOperator<"requantize"> = {
  arity: 1,
  shape: (node, [input]) => {
    const { shape } = input as FixedValue;
    verifyLimits(node, shape);
    return shape;
  },
  ranges: (node, [input]) => {
    const { ranges, shape } = input as FixedValue;
    return zipGranular(shape, [ranges, stepsOf(node, input as FixedValue)], (range, step) =>
      bound(range, step, node),
    );
  },
  types: (node) => node.types,
  evaluate: (node, [input], [values]) => {
    const steps = stepsOf(node, input as FixedValue);
    const channels = node.shape.at(-1) ?? 1;
    return (values as readonly bigint[]).map((k, i) => {
      const { factor, type, limits } = atElement(steps, i, channels);
      const rounded = roundRatio(k * factor.n, factor.d, node.rounding);
      return limits === undefined ? overflow(rounded, type, node.overflow) : clip(rounded, limits);
    });
  },
  write: (node) => ({
    rounding: node.rounding,
    overflow: node.overflow,
    ...(node.limits !== undefined && { limits: write.intervals(node.limits) }),
  }),
  read: (reader) => ({
    rounding: reader.oneOf("rounding", ROUNDINGS),
    overflow: reader.oneOf("overflow", OVERFLOWS),
    ...(reader.has("limits") && { limits: reader.intervals("limits") }),
  }),
};
