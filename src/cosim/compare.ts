import type { IntegerArray } from "../sim/elements.js";
import { BitVector } from "./bits.js";
import { type CosimPort, PortBits } from "./port.js";

/** What the firmware's outputs were in one clock. */
export interface OutputClock {
  readonly valid: boolean;
  readonly first: boolean;
  /** Of each data port, hexadecimal digits, the highest first; none while nothing is valid. */
  readonly data: readonly string[];
  /** Whether valid or first was neither 0 nor 1. */
  readonly unknown?: boolean;
}

/** One output bit that differs. */
export interface Difference {
  readonly event: number;
  readonly output: string;
  /** The index of the element along each axis. */
  readonly index: readonly number[];
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

/** What has been found out so far. */
interface Found {
  bitsCompared: number;
  bitsDiffering: number;
  readonly differences: Difference[];
  readonly protocol: string[];
}

/**
 * Compares recorded outputs with what the simulator expects (of each event one array for each output): every bit of
 * every event, that each event's beats come at the promised clocks and that nothing else is marked valid.
 */
export function compareOutputs(
  outputs: readonly CosimPort[],
  promised: { readonly latency: number; readonly interval: number },
  starts: readonly number[],
  expected: readonly (readonly IntegerArray[])[],
  recorded: readonly OutputClock[],
): Comparison {
  const { latency, interval } = promised;
  const ports = outputs.map((port) => comparerOf(port, interval));
  const outs = recorded.flatMap(({ valid, first }, clock) => (valid && first ? [clock] : []));
  const found: Found = { bitsCompared: 0, bitsDiffering: 0, differences: [], protocol: [] };
  const { protocol } = found;
  if (outs.length !== starts.length)
    protocol.push(`${starts.length} events went in, ${outs.length} came out`);
  const latencies = new Set<number>();
  const intervals = new Set<number>();
  const busy = new Set<number>();
  starts.forEach((start, event) => {
    const out = outs[event];
    if (out === undefined) return;
    latencies.add(out - start);
    const next = starts[event + 1];
    const nextOut = outs[event + 1];
    if (next === start + interval && nextOut !== undefined) intervals.add(nextOut - out);
    const beats = Array.from({ length: interval }, (_, beat) => recorded[out + beat]);
    for (let beat = 0; beat < interval; beat++) busy.add(out + beat);
    checkBeats(event, beats, found);
    ports.forEach((compare, p) => {
      const data = beats.map((clock) => clock?.data[p] ?? "");
      compare(event, (expected[event] as readonly IntegerArray[])[p] as IntegerArray, data, found);
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
    found.bitsDiffering === 0 &&
    protocol.length === 0 &&
    one(latencies, latency) &&
    one(intervals, interval);
  return {
    events: starts.length,
    bitsCompared: found.bitsCompared,
    bitsDiffering: found.bitsDiffering,
    differences: found.differences,
    latencies: [...latencies],
    intervals: [...intervals],
    protocol: protocol.slice(0, KEPT),
    equal,
  };
}

/** The valid and first signals of an event's beats, and whether all their bits are defined. */
function checkBeats(event: number, beats: readonly (OutputClock | undefined)[], { protocol }: Found): void {
  for (const [beat, clock] of beats.entries()) {
    if (!clock?.valid) {
      protocol.push(`event ${event}: beat ${beat} is not marked valid`);
      continue;
    }
    if (clock.first !== (beat === 0))
      protocol.push(`event ${event}: beat ${beat} has out_first = ${Number(clock.first)}`);
    const bad = clock.data.find((digits) => /[^0-9a-f]/i.test(digits));
    if (bad !== undefined) protocol.push(`event ${event}: beat ${beat} holds undefined bits: ${bad}`);
  }
}

type Compare = (event: number, expected: IntegerArray, data: readonly string[], found: Found) => void;

/** Compares the events of one output. */
function comparerOf(port: CosimPort, interval: number): Compare {
  const bits = new PortBits(port);
  const { beat, low, width, signed } = bits.places;
  const mask = bits.beats(interval);
  const total = width.reduce((sum, n) => sum + n, 0);
  for (let i = 0; i < width.length; i++) {
    for (let bit = 0; bit < width[i]!; bit++) mask[beat[i]!]!.setBit(low[i]! + bit, true);
  }
  const fits = (value: number | bigint, i: number): boolean => {
    const n = BigInt(value);
    return (signed[i] === 1 ? BigInt.asIntN(width[i]!, n) : BigInt.asUintN(width[i]!, n)) === n;
  };
  const least = Float64Array.from(width, (n, i) => (signed[i] === 1 && n > 0 ? -(2 ** (n - 1)) : 0));
  const most = Float64Array.from(width, (n, i) => (n === 0 ? 0 : 2 ** (n - signed[i]!) - 1));

  return (event, expected, data, found) => {
    for (let i = 0; i < width.length; i++) {
      const value = expected[i]!;
      if (typeof value === "number" ? value >= least[i]! && value <= most[i]! : fits(value, i)) continue;
      found.protocol.push(
        `event ${event}: ${value} is expected at [${bits.indexOf(i).join(", ")}] of output '${port.name}', which has ${width[i]} bits`,
      );
    }
    const wanted = bits.beats(interval);
    bits.pack(expected, wanted);
    const got = data.map((digits) => BitVector.fromHex(bits.width, digits));
    found.bitsCompared += total;
    if (got.every((vector, b) => vector.equals(wanted[b]!, mask[b]!))) return;
    for (let i = 0; i < width.length; i++) {
      for (let bit = 0; bit < width[i]!; bit++) {
        const position = low[i]! + bit;
        const one = wanted[beat[i]!]!.bit(position);
        if (one === got[beat[i]!]!.bit(position)) continue;
        found.bitsDiffering++;
        if (found.differences.length >= KEPT) continue;
        found.differences.push({
          event,
          output: port.name,
          index: bits.indexOf(i),
          bit,
          expected: Number(one),
          found: Number(!one),
        });
      }
    }
  };
}
