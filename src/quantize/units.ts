import type { FixedValue } from "../ir/fixed/fixed.js";
import { type FixedType, typeOfUnit, unitOf } from "../ir/fixed-point.js";
import { type Granular, mapGranular } from "../ir/granular.js";
import { commonUnit, ONE, type Ratio } from "../ir/ratio.js";

export const ZERO: Ratio = { n: 0n, d: 1n };

export function sameRatio(a: Ratio, b: Ratio): boolean {
  return a.n * b.d === b.n * a.d;
}

/** What the integer 1 of each element stands for. */
export function unitsOf(value: FixedValue): Granular<Ratio> {
  return mapGranular(value.types, unitOf);
}

/** Types of which only the unit counts: the operator derives the width from its range. */
export function typesOfUnits(units: Granular<Ratio>): Granular<FixedType> {
  return mapGranular(units, (unit) => typeOfUnit({ lo: 0n, hi: 0n }, unit));
}

/** The largest unit of which all ratios are integer multiples; 1 when all are 0. */
export function unitOfAll(ratios: Iterable<Ratio>): Ratio {
  let unit = ZERO;
  for (const next of ratios) if (next.n !== 0n) unit = unit.n === 0n ? size(next) : commonUnit(unit, next);
  return unit.n === 0n ? ONE : unit;
}

const size = ({ n, d }: Ratio): Ratio => ({ n: n < 0n ? -n : n, d });
