import { type Packing, positionOf } from "../lower/stream/packing.js";
import type { IntegerArray } from "../sim/elements.js";
import { BitVector } from "./bits.js";

/** What the firmware's inputs are in one clock. */
export interface InputClock {
  readonly valid: boolean;
  readonly first: boolean;
  readonly data: string;
}

/** The clocks to play, and the clock at which each event's first beat is in. */
export interface Stimulus {
  readonly clocks: readonly InputClock[];
  readonly starts: readonly number[];
}

/** A small generator of reproducible junk (xorshift32, Marsaglia, J. Stat. Softw. 8, 2003). */
function junkSource(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/**
 * Lays events out in time: the first half back to back, so that the interval shows; the second half with idle clocks in
 * between at random. In idle clocks, and in the columns of a last beat that lie beyond the image, the inputs are junk.
 * `flush` idle clocks follow, so that everything leaves the pipeline.
 */
export function buildStimulus(
  packing: Packing,
  interval: number,
  events: readonly IntegerArray[],
  flush: number,
  seed: number,
): Stimulus {
  const width = packing.beat.columns * packing.layout.columnBits;
  const junk = junkSource(seed);
  const junkData = () => {
    const bits = new BitVector(width);
    for (let low = 0; low < width; low += 32) bits.set(low, Math.min(32, width - low), BigInt(junk()));
    return bits;
  };
  const clocks: InputClock[] = [];
  const idle = (count: number) => {
    for (let i = 0; i < count; i++) {
      clocks.push({ valid: false, first: (junk() & 1) === 1, data: junkData().toHex() });
    }
  };
  const starts: number[] = [];
  idle(3);
  events.forEach((event, index) => {
    if (index > events.length / 2 && (junk() & 3) === 0) idle(1 + (junk() % (2 * interval + 7)));
    starts.push(clocks.length);
    for (const [beat, bits] of packEvent(packing, interval, event, junkData).entries()) {
      clocks.push({ valid: true, first: beat === 0, data: bits.toHex() });
    }
  });
  idle(flush);
  return { clocks, starts };
}

/** The beats of one event; `fill` gives the bits that belong to no element. */
function packEvent(
  packing: Packing,
  interval: number,
  event: IntegerArray,
  fill: () => BitVector,
): readonly BitVector[] {
  const beats = Array.from({ length: interval }, fill);
  const [rows, columns, channels] = packing.shape;
  let index = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (let channel = 0; channel < channels; channel++) {
        const { beat, low } = positionOf(packing, row, column, channel);
        const width = packing.layout.fields[channel]?.width ?? 0;
        const value = event[index++] ?? 0;
        if (width === 1) beats[beat]?.setBit(low, value !== 0 && value !== 0n);
        else beats[beat]?.set(low, width, BigInt(value));
      }
    }
  }
  return beats;
}
