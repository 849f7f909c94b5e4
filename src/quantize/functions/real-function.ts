import type { Decimal } from "decimal.js";
import type { Ratio } from "../../ir/ratio.js";

/** A number that is known exactly, or that lies just above or below one: by less than {@link NEARLY}. */
export type KnownValue =
  | { readonly exact: Ratio; readonly near?: undefined }
  | { readonly near: Ratio; readonly side: 1n | -1n };

/** How close a value is to what {@link KnownValue} calls near: less than 10^−60. */
export const NEARLY: Ratio = { n: 1n, d: 10n ** 60n };

/** Where a function is defined, in words for the user, and as a test. */
export interface Domain {
  readonly text: string;
  readonly holds: (x: Ratio) => boolean;
}

/** A real function of one variable, as what its tables need to know of it. */
export interface RealFunction {
  readonly domain?: Domain;
  /** The value where it is rational, or closer to a rational than any grid of values can tell. */
  readonly known: (x: Ratio) => KnownValue | undefined;
  /** The value to a relative error below 10^−digits; only where {@link known} gives none. */
  readonly decimal: (x: Ratio, digits: number) => Decimal;
  /** The value to a relative error below 10^−12, for |x| up to 200. */
  readonly double: (x: number) => number;
  /** Strictly increasing on its whole domain. */
  readonly increasing: boolean;
  /** Strictly decreasing wherever it is defined without a gap. */
  readonly decreasing?: boolean;
  /** Where it turns from convex to concave or back, or has a kink; between them it is one of the two. */
  readonly bends?: readonly number[];
  /** Up to this argument the function is decreasing, after its only minimum increasing. */
  readonly minimum?: number;
}
