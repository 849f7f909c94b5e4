import type { IntegerArray } from "../sim/elements.js";
import { BitVector } from "./bits.js";
import { type CosimPort, PortBits } from "./port.js";
import { randomWords } from "./random-bits.js";

/** What the firmware's inputs are in one clock. */
export interface InputClock {
  readonly valid: boolean;
  readonly first: boolean;
  /** Of each data port, hexadecimal digits, the highest first. */
  readonly data: readonly string[];
}

/** The clocks to play, made as they are read, and the clock at which each event's first beat is in. */
export interface Stimulus {
  readonly clocks: Iterable<InputClock>;
  readonly starts: readonly number[];
}

/** Idle clocks before the first event. */
const LEAD = 3;

/**
 * Lays events out in time: the first half back to back, so that the interval shows; the second half with idle clocks in
 * between at random. Of an event, all inputs (one array for each port) come in the same beats. In idle clocks, and in
 * bits that belong to no element, the inputs are junk. `flush` idle clocks follow, so that everything leaves the pipeline.
 * From one event to the next it is a multiple of `grid` clocks.
 */
export function buildStimulus(
  inputs: readonly CosimPort[],
  interval: number,
  events: readonly (readonly IntegerArray[])[],
  flush: number,
  seed: number,
  grid = 1,
): Stimulus {
  const ports = inputs.map((port) => new PortBits(port));
  const starts = startsOf(events.length, interval, grid, seed);
  const end = LEAD + flush + (events.length === 0 ? 0 : (starts.at(-1) as number) - LEAD + interval);
  const clocks = () => clocksOf(ports, interval, events, starts, end, seed);
  return { clocks: { [Symbol.iterator]: clocks }, starts };
}

/** When each of `count` events begins. Half of the pauses are short, the others up to two events long. */
function startsOf(count: number, interval: number, grid: number, seed: number): readonly number[] {
  const word = randomWords(seed);
  const starts: number[] = [];
  for (let event = 0, clock = LEAD; event < count; event++, clock += interval) {
    if (event > count / 2 && (word() & 1) === 1) {
      const pause = 1 + ((word() & 1) === 1 ? word() % 9 : word() % (2 * interval + 7));
      clock += Math.ceil(pause / grid) * grid;
    }
    starts.push(clock);
  }
  return starts;
}

function* clocksOf(
  ports: readonly PortBits[],
  interval: number,
  events: readonly (readonly IntegerArray[])[],
  starts: readonly number[],
  end: number,
  seed: number,
): Generator<InputClock> {
  // Other words than those that lay the events out.
  const junk = randomWords(-1 - seed);
  const bits = ports.map(({ width }) => new BitVector(width));
  const idle = (): InputClock => {
    const first = (junk() & 1) === 1;
    for (const port of bits) port.fill(junk);
    return { valid: false, first, data: bits.map((port) => port.toHex()) };
  };
  let clock = 0;
  for (const [event, values] of events.entries()) {
    for (; clock < (starts[event] as number); clock++) yield idle();
    for (let beat = 0; beat < interval; beat++, clock++) {
      const data = ports.map((port, p) => {
        const own = bits[p] as BitVector;
        own.fill(junk);
        port.pack(values[p] as IntegerArray, beat, own);
        return own.toHex();
      });
      yield { valid: true, first: beat === 0, data };
    }
  }
  for (; clock < end; clock++) yield idle();
}
