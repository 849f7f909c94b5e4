import { floorDivide } from "../ir/fixed-point.js";
import { exactRatio, type Ratio } from "../ir/ratio.js";

/** The integer level with k · unit ≥ level (strictly above it) exactly when k ≥ the integer. */
export function integerLevel(level: number, unit: Ratio, strict = false): bigint {
  const { n, d } = exactRatio(level);
  const [numerator, denominator] = [n * unit.d, d * unit.n];
  return strict ? floorDivide(numerator, denominator) + 1n : -floorDivide(-numerator, denominator);
}
