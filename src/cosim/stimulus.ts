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

/** The clocks to play, and the clock at which each event's first beat is in. */
export interface Stimulus {
  readonly clocks: readonly InputClock[];
  readonly starts: readonly number[];
}

/**
 * Lays events out in time: the first half back to back, so that the interval shows; the second half with idle clocks in
 * between at random. Of an event, all inputs (one array for each port) come in the same beats. In idle clocks, and in
 * bits that belong to no element, the inputs are junk. `flush` idle clocks follow, so that everything leaves the pipeline.
 */
export function buildStimulus(
  inputs: readonly CosimPort[],
  interval: number,
  events: readonly (readonly IntegerArray[])[],
  flush: number,
  seed: number,
): Stimulus {
  const ports = inputs.map((port) => new PortBits(port));
  const junk = randomWords(seed);
  const junkBits = (width: number) => {
    const bits = new BitVector(width);
    bits.fill(junk);
    return bits;
  };
  const clocks: InputClock[] = [];
  const idle = (count: number) => {
    for (let i = 0; i < count; i++) {
      const first = (junk() & 1) === 1;
      clocks.push({ valid: false, first, data: ports.map(({ width }) => junkBits(width).toHex()) });
    }
  };
  const starts: number[] = [];
  idle(3);
  events.forEach((event, index) => {
    if (index > events.length / 2 && (junk() & 3) === 0) idle(1 + (junk() % (2 * interval + 7)));
    starts.push(clocks.length);
    const packed = ports.map((port, p) => {
      const beats = Array.from({ length: interval }, () => junkBits(port.width));
      port.pack(event[p] as IntegerArray, beats);
      return beats;
    });
    for (let beat = 0; beat < interval; beat++) {
      const data = packed.map((beats) => (beats[beat] as BitVector).toHex());
      clocks.push({ valid: true, first: beat === 0, data });
    }
  });
  idle(flush);
  return { clocks, starts };
}
