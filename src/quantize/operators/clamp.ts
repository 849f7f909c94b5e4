import type { Interval } from "../../ir/fixed-point.js";
import { zipGranular } from "../../ir/granular.js";
import { commonUnit, exactQuotient, exactRatio, type Ratio, ratio } from "../../ir/ratio.js";
import { alignTo } from "../align.js";
import type { Converter } from "../builder.js";
import { unitsOf } from "../units.js";

/**
 * The bounds become integers. One that acts within the proven range and lies off the input's grid asks for a finer unit,
 * so that the result is exact.
 */
export const clamp: Converter<"clamp"> = (node, [input], builder) => {
  const low = node.low === undefined ? undefined : exactRatio(node.low);
  const high = node.high === undefined ? undefined : exactRatio(node.high);
  /** The bounds that change some value of the range. */
  const acting = (unit: Ratio, range: Interval) => ({
    low: low !== undefined && above(low, times(unit, range.lo)) ? low : undefined,
    high: high !== undefined && above(times(unit, range.hi), high) ? high : undefined,
  });
  const units = zipGranular(input.shape, [unitsOf(input), input.ranges], (unit: Ratio, range: Interval) => {
    const bounds = acting(unit, range);
    return [bounds.low, bounds.high].filter((bound) => bound !== undefined).reduce(commonUnit, unit);
  });
  const aligned = alignTo(builder, input, units, node.name);
  const limits = zipGranular(
    aligned.shape,
    [unitsOf(aligned), aligned.ranges],
    (unit: Ratio, range: Interval) => {
      const bounds = acting(unit, range);
      const lo = bounds.low === undefined ? range.lo : exactQuotient(bounds.low, unit);
      const hi = bounds.high === undefined ? range.hi : exactQuotient(bounds.high, unit);
      if (lo <= hi) return { lo, hi };
      // All values end at one bound: the upper one, which is applied last, where it acts.
      return bounds.high === undefined ? { lo, hi: lo } : { lo: hi, hi };
    },
  );
  builder.add({ op: "clamp", name: node.name, inputs: [aligned.name], limits });
};

function times(unit: Ratio, k: bigint): Ratio {
  return ratio(unit.n * k, unit.d);
}

function above(a: Ratio, b: Ratio): boolean {
  return a.n * b.d > b.n * a.d;
}
