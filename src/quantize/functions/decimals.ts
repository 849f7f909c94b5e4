import { Decimal } from "decimal.js";
import type { Ratio } from "../../ir/ratio.js";

/** More digits than asked for, so that a handful of roundings stay below the stated error. */
const GUARD = 12;
/** So that no result of a function at a table's arguments overflows or underflows. */
const LARGEST_EXPONENT = 9e15;

const contexts = new Map<number, Decimal.Constructor>();

/** Decimal arithmetic with `digits` digits and a few more. */
export function decimals(digits: number): Decimal.Constructor {
  const precision = Math.ceil(digits) + GUARD;
  const known = contexts.get(precision);
  if (known !== undefined) return known;
  const context = Decimal.clone({
    precision,
    rounding: Decimal.ROUND_HALF_EVEN,
    minE: -LARGEST_EXPONENT,
    maxE: LARGEST_EXPONENT,
    toExpNeg: -LARGEST_EXPONENT,
    toExpPos: LARGEST_EXPONENT,
    defaults: true,
  });
  contexts.set(precision, context);
  return context;
}

/** A ratio as a decimal number, rounded to the context's precision. */
export function decimalOf(context: Decimal.Constructor, { n, d }: Ratio): Decimal {
  return new context(n.toString()).div(new context(d.toString()));
}

/** A finite decimal number as the ratio that it is. */
export function ratioOf(value: Decimal): { readonly n: bigint; readonly d: bigint } {
  const digits = BigInt(value.toFixed().replace(".", ""));
  const places = value.decimalPlaces();
  return { n: digits, d: 10n ** BigInt(places) };
}
