import { UserError } from "../../ir/errors.js";
import { gcd, over, type Ratio, times } from "../../ir/ratio.js";
import { clocksOf, type Wave } from "../waves/wave.js";

/** An image, and how far apart its rows and columns are: as multiples of the distances in the input image. */
export interface Space {
  readonly rows: number;
  readonly columns: number;
  readonly rowScale: Ratio;
  readonly columnScale: Ratio;
}

export function sameSpace(a: Space, b: Space): boolean {
  const same = (p: Ratio, q: Ratio) => p.n === q.n && p.d === q.d;
  const shape = a.rows === b.rows && a.columns === b.columns;
  return shape && same(a.rowScale, b.rowScale) && same(a.columnScale, b.columnScale);
}

/** The pace of a raster: distances of the input's rows and columns in clocks, and of one event's start to the next's. */
export interface Pace {
  readonly rowPeriod: number;
  readonly columnPeriod: number;
  readonly interval: number;
}

/** More beats than this in an event are neither generated nor simulated: an image of 4096 × 4096. */
const MOST_BEATS = 2 ** 24;

/**
 * The fastest pace at which every image has time for all of its pixels: in whole clocks, a row ends before the next one
 * begins, and an event before the next event. Throws a UserError when an event is longer than any firmware takes.
 */
export function paceOf(spaces: readonly Space[], where: string): Pace {
  const columnPeriod = leastCommon(spaces.map(({ columnScale }) => columnScale.d));
  const step = leastCommon(spaces.map(({ rowScale }) => rowScale.d));
  const rowPeriods = spaces.map((space) => {
    const clocks = BigInt(space.columns - 1) * scaled(space.columnScale, columnPeriod) + 1n;
    const { n, d } = over({ n: clocks, d: 1n }, space.rowScale);
    return ceilDivide(n, d);
  });
  const rowPeriod = ceilDivide(largest(rowPeriods), step) * step;
  const pace = { rowPeriod: Number(rowPeriod), columnPeriod: Number(columnPeriod) };
  const interval = Math.max(...spaces.map((space) => clocksOf(waveOf(space, pace))));
  if (interval > MOST_BEATS) {
    throw new UserError(`an event takes ${interval} clocks; the limit is ${MOST_BEATS}`, {
      where,
      hint: "Give the model a smaller image.",
    });
  }
  return { ...pace, interval };
}

/** The wave of an image at a pace. */
export function waveOf(
  { rows, columns, rowScale, columnScale }: Space,
  { rowPeriod, columnPeriod }: Omit<Pace, "interval">,
): Wave {
  return {
    rows,
    columns,
    rowPeriod: Number(scaled(rowScale, BigInt(rowPeriod))),
    columnPeriod: Number(scaled(columnScale, BigInt(columnPeriod))),
  };
}

function scaled(scale: Ratio, clocks: bigint): bigint {
  const { n, d } = times(scale, { n: clocks, d: 1n });
  return n / d;
}

function ceilDivide(n: bigint, d: bigint): bigint {
  return (n + d - 1n) / d;
}

function largest(numbers: readonly bigint[]): bigint {
  return numbers.reduce((a, b) => (a > b ? a : b));
}

function leastCommon(numbers: readonly bigint[]): bigint {
  return numbers.reduce((a, b) => (a * b) / gcd(a, b), 1n);
}
