import { UserError } from "../ir/errors.js";
import type { FixedValue } from "../ir/fixed/fixed.js";
import { exactRatio, floorDivide, fractionBits } from "../ir/fixed-point.js";
import { atChannel } from "../ir/granular.js";
import type { ModelThreshold } from "../ir/model/model.js";

/**
 * The integer levels, one per channel, with k · 2^−F ≥ level exactly when k ≥ the integer: ⌈level · 2^F⌉. The level is
 * taken as the exact value of its double.
 */
export function thresholdLevels(node: ModelThreshold, input: FixedValue): readonly bigint[] {
  if (input.types.per === "element") {
    throw new UserError("a threshold on types that differ between positions is not supported", {
      where: `node '${node.name}'`,
    });
  }
  const { n, d } = exactRatio(node.level);
  return Array.from({ length: input.shape.at(-1) ?? 1 }, (_, channel) => {
    const fraction = fractionBits(atChannel(input.types, channel));
    const scaled = fraction >= 0 ? { n: n << BigInt(fraction), d } : { n, d: d << BigInt(-fraction) };
    return -floorDivide(-scaled.n, scaled.d);
  });
}
