import type { IntegerArray } from "../sim/elements.js";
import type { CosimPort } from "./port.js";
import { type Difference, type Found, KEPT, PortComparer } from "./port-comparer.js";

/** What the firmware's outputs were in one clock. */
export interface OutputClock {
  readonly valid: boolean;
  readonly first: boolean;
  /** Of each data port, hexadecimal digits, the highest first; none while nothing is valid. */
  readonly data: readonly string[];
  /** Whether valid or first was neither 0 nor 1. */
  readonly unknown?: boolean;
}

export interface Comparison {
  readonly events: number;
  readonly bitsCompared: number;
  /** Number of differing bits; `differences` holds the first ones. */
  readonly bitsDiffering: number;
  readonly differences: readonly Difference[];
  /** Latency and interval as measured on every event; more than one value means that they vary. */
  readonly latencies: readonly number[];
  readonly intervals: readonly number[];
  /** Faults of the valid and first signals, in words. */
  readonly protocol: readonly string[];
  readonly equal: boolean;
}

/** Compares a whole record, see {@link RecordComparison}. */
export function compareOutputs(
  outputs: readonly CosimPort[],
  promised: { readonly latency: number; readonly interval: number },
  starts: readonly number[],
  expected: readonly (readonly IntegerArray[])[],
  recorded: Iterable<OutputClock>,
): Comparison {
  const comparison = new RecordComparison(outputs, promised, starts, expected);
  for (const clock of recorded) comparison.add(clock);
  return comparison.result();
}

/** An event that comes out, and the beat that its next clock holds. */
interface Open {
  readonly event: number;
  beat: number;
}

/**
 * Compares recorded outputs, clock by clock, with what the simulator expects (of each event one array for each output):
 * every bit of every event, that each event's beats come at the promised clocks and that nothing else is marked valid.
 * `starts` are the clocks at which the events went in.
 */
export class RecordComparison {
  private readonly ports: readonly PortComparer[];
  private readonly found: Found = { bitsCompared: 0, bitsDiffering: 0, differences: [], protocol: [] };
  private readonly latencies = new Set<number>();
  private readonly intervals = new Set<number>();
  private readonly promised: { readonly latency: number; readonly interval: number };
  private readonly starts: readonly number[];
  private readonly expected: readonly (readonly IntegerArray[])[];
  private clock = 0;
  /** Events that came out, the clock of the last one, and those whose beats still come. */
  private out = 0;
  private lastOut = 0;
  private open: readonly Open[] = [];

  constructor(
    outputs: readonly CosimPort[],
    promised: { readonly latency: number; readonly interval: number },
    starts: readonly number[],
    expected: readonly (readonly IntegerArray[])[],
  ) {
    this.ports = outputs.map((port) => new PortComparer(port));
    this.promised = promised;
    this.starts = starts;
    this.expected = expected;
  }

  /** Takes the record's next clock. */
  add(clock: OutputClock): void {
    if (clock.unknown) this.fault(`clock ${this.clock}: out_valid or out_first is undefined`);
    if (clock.valid && clock.first) this.begin();
    if (clock.valid && this.open.length === 0)
      this.fault(`clock ${this.clock} is marked valid but belongs to no event`);
    this.compareBeats(clock);
    this.clock++;
  }

  /** What the clocks so far show, where the record ends with them. */
  result(): Comparison {
    while (this.open.length > 0) this.compareBeats(undefined);
    const { starts, out, latencies, intervals, found, promised } = this;
    const lost = starts.length === out ? [] : [`${starts.length} events went in, ${out} came out`];
    const protocol = [...lost, ...found.protocol].slice(0, KEPT);
    const one = (values: ReadonlySet<number>, promise: number) =>
      [...values].every((value) => value === promise);
    return {
      events: starts.length,
      bitsCompared: found.bitsCompared,
      bitsDiffering: found.bitsDiffering,
      differences: found.differences,
      latencies: [...latencies],
      intervals: [...intervals],
      protocol,
      equal:
        starts.length > 0 &&
        found.bitsDiffering === 0 &&
        protocol.length === 0 &&
        one(latencies, promised.latency) &&
        one(intervals, promised.interval),
    };
  }

  /** An event's first beat is here. */
  private begin(): void {
    const event = this.out++;
    const start = this.starts[event];
    if (start === undefined) return;
    this.latencies.add(this.clock - start);
    // Only events that went in back to back measure the interval.
    if (start - this.promised.interval === this.starts[event - 1])
      this.intervals.add(this.clock - this.lastOut);
    this.lastOut = this.clock;
    const values = this.expected[event] as readonly IntegerArray[];
    this.ports.forEach((port, p) => void port.begin(event, values[p] as IntegerArray, this.found));
    this.open = [...this.open, { event, beat: 0 }];
  }

  /** Compares a clock with the beats that the events in flight have now; undefined beyond the record's end. */
  private compareBeats(clock: OutputClock | undefined): void {
    if (this.open.length === 0) return;
    for (const at of this.open) {
      this.checkFlags(at, clock);
      const values = this.expected[at.event] as readonly IntegerArray[];
      this.ports.forEach((port, p) => {
        port.compare(at, values[p] as IntegerArray, clock?.data[p] ?? "", this.found);
      });
      at.beat++;
    }
    this.open = this.open.filter(({ beat }) => beat < this.promised.interval);
  }

  /** The valid and first signals of a beat. */
  private checkFlags({ event, beat }: Open, clock: OutputClock | undefined): void {
    if (!clock?.valid) this.fault(`event ${event}: beat ${beat} is not marked valid`);
    else if (clock.first !== (beat === 0))
      this.fault(`event ${event}: beat ${beat} has out_first = ${Number(clock.first)}`);
  }

  private fault(text: string): void {
    if (this.found.protocol.length < KEPT) this.found.protocol.push(text);
  }
}
