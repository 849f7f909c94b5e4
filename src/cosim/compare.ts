import { type Packing, positionOf } from "../lower/stream/packing.js";
import type { IntegerArray } from "../sim/elements.js";
import { BitVector } from "./bits.js";

/** What the firmware's outputs were in one clock. */
export interface OutputClock {
  readonly valid: boolean;
  readonly first: boolean;
  /** Hexadecimal digits, the highest first. */
  readonly data: string;
  /** Whether valid or first was neither 0 nor 1. */
  readonly unknown?: boolean;
}

/** One output bit that differs. */
export interface Difference {
  readonly event: number;
  readonly output: string;
  /** Row, column and channel of the output image. */
  readonly index: readonly [number, number, number];
  /** The bit of the element, 0 lowest. */
  readonly bit: number;
  readonly expected: number;
  readonly found: number;
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

/** How many differences and faults are shown. */
export const KEPT = 20;

/**
 * Compares recorded outputs with what the simulator expects: every bit of every event, that each event's beats come at
 * the promised clocks and that nothing else is marked valid.
 */
export function compareOutputs(
  packing: Packing,
  output: string,
  promised: { readonly latency: number; readonly interval: number },
  starts: readonly number[],
  expected: readonly IntegerArray[],
  recorded: readonly OutputClock[],
): Comparison {
  const width = packing.beat.columns * packing.layout.columnBits;
  const { latency, interval } = promised;
  const found = recorded.flatMap(({ valid, first }, clock) => (valid && first ? [clock] : []));
  const protocol: string[] = [];
  if (found.length !== starts.length)
    protocol.push(`${starts.length} events went in, ${found.length} came out`);
  const latencies = new Set<number>();
  const intervals = new Set<number>();
  const busy = new Set<number>();
  const differences: Difference[] = [];
  let bitsCompared = 0;
  let bitsDiffering = 0;
  starts.forEach((start, event) => {
    const out = found[event];
    if (out === undefined) return;
    latencies.add(out - start);
    const next = starts[event + 1];
    const nextOut = found[event + 1];
    if (next === start + interval && nextOut !== undefined) intervals.add(nextOut - out);
    const beats: BitVector[] = [];
    for (let beat = 0; beat < interval; beat++) {
      const clock = recorded[out + beat];
      busy.add(out + beat);
      if (!clock?.valid) protocol.push(`event ${event}: beat ${beat} is not marked valid`);
      else if (clock.first !== (beat === 0))
        protocol.push(`event ${event}: beat ${beat} has out_first = ${Number(clock.first)}`);
      if (clock?.valid && /[^0-9a-f]/i.test(clock.data))
        protocol.push(`event ${event}: beat ${beat} holds undefined bits: ${clock.data}`);
      beats.push(BitVector.fromHex(width, clock?.data ?? ""));
    }
    forEachElement(packing, (index, row, column, channel) => {
      const { beat, low } = positionOf(packing, row, column, channel);
      const { width: bits, signed } = packing.layout.fields[channel] ?? { width: 0, signed: false };
      const value = BigInt(expected[event]?.[index] ?? 0);
      if ((signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)) !== value) {
        protocol.push(
          `event ${event}: ${value} is expected at [${row}, ${column}, ${channel}], which has ${bits} bits`,
        );
      }
      for (let bit = 0; bit < bits; bit++) {
        bitsCompared++;
        const wanted = Number((value >> BigInt(bit)) & 1n);
        const got = beats[beat]?.bit(low + bit) ? 1 : 0;
        if (wanted === got) continue;
        bitsDiffering++;
        if (differences.length < KEPT) {
          differences.push({
            event,
            output,
            index: [row, column, channel],
            bit,
            expected: wanted,
            found: got,
          });
        }
      }
    });
  });
  recorded.forEach(({ valid, unknown }, clock) => {
    if (unknown) protocol.push(`clock ${clock}: out_valid or out_first is undefined`);
    if (valid && !busy.has(clock)) protocol.push(`clock ${clock} is marked valid but belongs to no event`);
  });
  const one = (values: ReadonlySet<number>, promise: number) =>
    [...values].every((value) => value === promise);
  const equal =
    starts.length > 0 &&
    bitsDiffering === 0 &&
    protocol.length === 0 &&
    one(latencies, latency) &&
    one(intervals, interval);
  return {
    events: starts.length,
    bitsCompared,
    bitsDiffering,
    differences,
    latencies: [...latencies],
    intervals: [...intervals],
    protocol: protocol.slice(0, KEPT),
    equal,
  };
}

function forEachElement(
  { shape }: Packing,
  visit: (index: number, row: number, column: number, channel: number) => void,
): void {
  const [rows, columns, channels] = shape;
  let index = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (let channel = 0; channel < channels; channel++) visit(index++, row, column, channel);
    }
  }
}
