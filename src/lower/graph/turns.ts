import { invariant } from "../../ir/errors.js";

/**
 * The turns that several take at one hardware in each event: each keeps it for so many clocks, and again an interval later
 * for the next event, so no two may overlap modulo the interval.
 */
export class Turns {
  private readonly interval: number;
  private readonly clocks: number;
  private left: number;
  /** When those that are given begin, modulo the interval. */
  private readonly given: number[] = [];

  /** `count` turns of `clocks` clocks each; the interval has room for all of them. */
  constructor(count: number, clocks: number, interval: number) {
    invariant(count * clocks <= interval, `${count} turns of ${clocks} clocks do not fit ${interval}`);
    this.left = count;
    this.clocks = clocks;
    this.interval = interval;
  }

  /** The first cycle from `earliest` on at which a turn can begin and leaves room for those to come. */
  next(earliest: number): number {
    this.left--;
    for (let start = earliest; start < earliest + this.interval; start++) {
      const taken = [...this.given, start % this.interval];
      if (this.room(taken) < this.left) continue;
      this.given.push(start % this.interval);
      return start;
    }
    invariant(false, "there is room for every turn");
  }

  /** How many more turns fit between these; below 0 where they overlap. */
  private room(taken: readonly number[]): number {
    const sorted = taken.toSorted((a, b) => a - b);
    let count = 0;
    for (const [i, start] of sorted.entries()) {
      const next = sorted[i + 1] ?? (sorted[0] as number) + this.interval;
      if (next - start < this.clocks) return -1;
      count += Math.floor((next - start) / this.clocks) - 1;
    }
    return count;
  }
}
