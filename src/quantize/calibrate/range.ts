import { type FixedType, toNumber, typeRange } from "../../ir/fixed-point.js";
import { binsOf, type Histogram } from "./histogram.js";
import type { RangeRule } from "./options.js";

/** How many binary points below that of the largest value are tried for the least squared error. */
const TRIED = 12;
/** Binary points beyond those of doubles are never needed. */
const LEAST_EXPONENT = -1022;

/** What a chosen type must be besides wide enough. */
export interface TypeRequest {
  readonly bits: number;
  readonly range: RangeRule;
  /** Signed and used from −(2^(bits−1)−1) on only, whatever the values are: for weights. */
  readonly symmetric: boolean;
}

/**
 * The type of `bits` bits with the binary point that the rule chooses; unsigned where no value is negative. Fractional bits
 * that no value has are left out of types of activations. Undefined where all values are 0, which asks for no range.
 */
export function chooseType(
  histogram: Histogram,
  { bits, range, symmetric }: TypeRequest,
): FixedType | undefined {
  if (histogram.reach === 0) return undefined;
  const signed = symmetric || histogram.min < 0;
  const at = (fraction: number): FixedType => ({ signed, width: bits, integer: bits - fraction });
  const bounds = boundsOf(histogram, range);
  const fraction = finestFraction(bounds, at, symmetric);
  if (range === "least_squared_error") {
    const tried = Array.from({ length: TRIED }, (_, i) => at(fraction + i));
    const errors = tried.map((type) => squaredError(histogram, type, symmetric));
    return tried[errors.indexOf(Math.min(...errors))];
  }
  return symmetric ? at(fraction) : withoutIdleBits(at(fraction), histogram);
}

interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** The values that the type should cover. */
function boundsOf(histogram: Histogram, range: RangeRule): Bounds {
  const { min, max, count, zeros } = histogram;
  if (typeof range !== "object") return { min, max };
  const magnitudes = [...binsOf(histogram)]
    .map(({ value, width, count }) => ({ edge: Math.abs(value) + width / 2, count }))
    .sort((a, b) => a.edge - b.edge);
  const wanted = (count * range.percentile) / 100;
  let covered = zeros;
  let limit = magnitudes[0].edge;
  for (const { edge, count } of magnitudes) {
    if (covered >= wanted) break;
    covered += count;
    limit = edge;
  }
  return { min: Math.max(min, -limit), max: Math.min(max, limit) };
}

/** The most fractional bits with which both bounds, rounded to nearest, lie within the type. */
function finestFraction(
  { min, max }: Bounds,
  at: (fraction: number) => FixedType,
  symmetric: boolean,
): number {
  const fits = (fraction: number) => {
    const { lo, hi } = limitsOf(at(fraction), symmetric);
    const half = 0.5 * 2 ** -fraction;
    return max < hi + half && min >= lo - half;
  };
  const largest = Math.max(Math.abs(min), Math.abs(max));
  const exponent = Math.max(Math.ceil(Math.log2(largest)) + 1, LEAST_EXPONENT);
  let fraction = at(0).width - exponent - 2;
  while (fits(fraction + 1)) fraction++;
  return fraction;
}

function limitsOf(type: FixedType, symmetric: boolean): { readonly lo: number; readonly hi: number } {
  const { lo, hi } = typeRange(type);
  return { lo: toNumber(symmetric ? -hi : lo, type), hi: toNumber(hi, type) };
}

/** The sum of squared errors of rounding and clipping, with values spread evenly over their bins. */
function squaredError(histogram: Histogram, type: FixedType, symmetric: boolean): number {
  const { lo, hi } = limitsOf(type, symmetric);
  const step = 2 ** (type.integer - type.width);
  let sum = 0;
  for (const { value, width, count } of binsOf(histogram)) {
    const clipped = Math.min(Math.max(value, lo), hi);
    const rounded = clipped !== value ? clipped : Math.round(value / step) * step;
    // A step below a bin's width cannot be resolved: the error is spread evenly over it.
    const within = clipped === value && step <= width;
    sum += count * (within ? step ** 2 / 12 : (value - rounded) ** 2);
  }
  return sum;
}

/** The same range without the fractional bits that are 0 in all values that were seen. */
function withoutIdleBits(type: FixedType, { grid }: Histogram): FixedType {
  if (grid === undefined) return type;
  const idle = type.width - type.integer + Math.log2(grid);
  if (idle <= 0) return type;
  return { ...type, width: Math.max(type.width - idle, 1) };
}
