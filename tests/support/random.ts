/** A seeded source of random choices (mulberry32): the same seed gives the same choices on every machine. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** A double in [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer from `lo` to `hi`, both included. */
  integer(lo: number, hi: number): number {
    return lo + Math.floor(this.next() * (hi - lo + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.integer(0, items.length - 1)];
  }

  array<T>(length: number, make: (index: number) => T): T[] {
    return Array.from({ length }, (_, i) => make(i));
  }

  /** A natural number of up to `bits` bits, all of them random. */
  bits(bits: number): bigint {
    let value = 0n;
    for (let done = 0; done < bits; done += 32)
      value = (value << 32n) | BigInt(Math.floor(this.next() * 2 ** 32));
    return BigInt.asUintN(bits, value);
  }

  /** An integer of an interval; the ends and the numbers next to zero and to the ends come often. */
  within({ lo, hi }: { readonly lo: bigint; readonly hi: bigint }): bigint {
    const span = hi - lo + 1n;
    const corners = [lo, hi, lo + 1n, hi - 1n, 0n, 1n, -1n].filter((k) => k >= lo && k <= hi);
    if (this.chance(0.3)) return this.pick(corners);
    return lo + (this.bits(span.toString(2).length + 8) % span);
  }
}
