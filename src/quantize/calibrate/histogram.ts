/** How many bins cover the values; half of them are for each sign. */
const BINS = 512;
/** Values finer than this fraction of the largest are on no grid worth knowing. */
const FINEST = 2 ** -24;

/** The distribution of a stream of numbers, in memory that does not depend on how many there are. */
export interface Histogram {
  readonly min: number;
  readonly max: number;
  readonly count: number;
  /** How many are exactly 0; they are in no bin. */
  readonly zeros: number;
  /** Bins of equal width from −reach to reach, a power of two; empty when all are 0. */
  readonly reach: number;
  readonly bins: Float64Array;
  /** The largest power of two of which all are integer multiples; undefined when that is too fine to matter. */
  readonly grid: number | undefined;
}

/** A histogram that grows: a value beyond its reach doubles the bins' width. */
export class GrowingHistogram implements Histogram {
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;
  count = 0;
  zeros = 0;
  reach = 0;
  bins = new Float64Array(0);
  grid: number | undefined = Number.POSITIVE_INFINITY;

  add(x: number): void {
    this.count++;
    if (x < this.min) this.min = x;
    if (x > this.max) this.max = x;
    if (x === 0) {
      this.zeros++;
      return;
    }
    this.cover(Math.abs(x));
    this.bins[binOf(x, this.reach)]++;
    if (this.grid !== undefined) this.refine(x);
  }

  /** Adds all values of another histogram, each somewhere in its bin. */
  merge(other: Histogram): void {
    this.count += other.count;
    this.zeros += other.zeros;
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
    if (other.grid === undefined) this.grid = undefined;
    else if (this.grid !== undefined) this.grid = Math.min(this.grid, other.grid);
    if (other.reach === 0) return;
    this.cover(other.reach / 2);
    for (const { value, count } of binsOf(other)) this.bins[binOf(value, this.reach)] += count;
  }

  private cover(magnitude: number): void {
    if (this.reach === 0) {
      this.reach = reachOf(magnitude);
      this.bins = new Float64Array(BINS);
    }
    while (magnitude >= this.reach) {
      const half = BINS / 2;
      const wider = new Float64Array(BINS);
      for (let b = 0; b < BINS; b++) wider[half / 2 + (b >> 1)] += this.bins[b];
      this.bins = wider;
      this.reach *= 2;
    }
  }

  private refine(x: number): void {
    let grid = Math.min(this.grid ?? 0, this.reach);
    while (!Number.isInteger(x / grid)) grid /= 2;
    this.grid = grid < this.reach * FINEST ? undefined : grid;
  }
}

/** The middle, the width and the number of values of each bin that has some. */
export function* binsOf({ reach, bins }: Histogram): Generator<{
  readonly value: number;
  readonly width: number;
  readonly count: number;
}> {
  const width = (2 * reach) / BINS;
  for (let b = 0; b < bins.length; b++) {
    if (bins[b] > 0) yield { value: (b + 0.5) * width - reach, width, count: bins[b] };
  }
}

/** The distribution of a list of numbers. */
export function histogramOf(values: Iterable<number>): Histogram {
  const histogram = new GrowingHistogram();
  for (const x of values) histogram.add(x);
  return histogram;
}

function binOf(x: number, reach: number): number {
  return Math.floor((x / reach + 1) * (BINS / 2));
}

/** The smallest power of two above a magnitude. */
function reachOf(magnitude: number): number {
  let reach = 2 ** Math.floor(Math.log2(magnitude));
  while (reach <= magnitude) reach *= 2;
  return reach;
}
