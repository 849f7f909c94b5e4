import { quantize, unitOf } from "../ir/fixed-point.js";
import { atElement } from "../ir/granular.js";
import { clip } from "../ir/interval.js";
import type { Quantizer } from "../ir/model/model.js";
import { exactQuotient, exactRatio, gcd, ONE, type Ratio, ratio } from "../ir/ratio.js";
import type { Tensor } from "../ir/tensor.js";
import { unitOfAll } from "./units.js";

/** An exact number, and a unit of which it is an integer multiple: that of its type, or the power of two of a double. */
export interface Constant {
  readonly value: Ratio;
  readonly unit: Ratio;
}

/** The numbers for which a constant stands: as its quantizer makes them, or the doubles that it holds. */
export function exactConstants(
  tensor: Tensor<number>,
  quantizer: Quantizer | undefined,
): readonly Constant[] {
  if (quantizer === undefined) return tensor.data.map(exactDouble);
  const channels = tensor.shape.at(-1) ?? 1;
  return tensor.data.map((x, i) => {
    const type = atElement(quantizer.types, i, channels);
    const k = quantize(x, type, quantizer.rounding, quantizer.overflow);
    const limited = quantizer.limits === undefined ? k : clip(k, atElement(quantizer.limits, i, channels));
    const unit = unitOf(type);
    return { value: ratio(limited * unit.n, unit.d), unit };
  });
}

function exactDouble(x: number): Constant {
  const value = exactRatio(x);
  return { value, unit: value.d > 1n ? { n: 1n, d: value.d } : ONE };
}

/**
 * A unit for a sum of terms: the largest that divides the units of all that are not 0, times the powers of two that all
 * of them share. Odd factors that the terms share by chance stay in them, so that only scales of types show in units.
 */
export function unitOfTerms(terms: readonly Constant[]): Ratio {
  const present = terms.filter(({ value }) => value.n !== 0n);
  const unit = unitOfAll(present.map((term) => term.unit));
  const common = present.reduce((all, { value }) => gcd(all, exactQuotient(value, unit)), 0n);
  return ratio(unit.n * (common & -common || 1n), unit.d);
}
