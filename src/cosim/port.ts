import { type Places, type PortPacking, packingBeats, packingWidth, placesOf } from "../lower/packing.js";
import type { IntegerArray } from "../sim/elements.js";
import type { BitVector } from "./bits.js";

/** What co-simulation needs to know of a data port: how a tensor lies in it. */
export interface CosimPort {
  /** The name in the graph: of the input or of the output. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly packing: PortPacking;
}

/** A data port made ready for many events: the place of every element, and the elements of every beat. */
export class PortBits {
  readonly port: CosimPort;
  readonly width: number;
  readonly places: Places;
  /** The elements, beat by beat, and where each beat's begin among them (one more for the end). */
  private readonly elements: Int32Array;
  private readonly starts: Int32Array;

  constructor(port: CosimPort) {
    this.port = port;
    this.width = packingWidth(port.packing);
    this.places = placesOf(port.packing);
    const { beat } = this.places;
    this.starts = new Int32Array(packingBeats(port.packing) + 1);
    for (let i = 0; i < beat.length; i++) this.starts[(beat[i] as number) + 1]!++;
    for (let b = 1; b < this.starts.length; b++) this.starts[b]! += this.starts[b - 1] as number;
    const next = this.starts.slice();
    this.elements = new Int32Array(beat.length);
    for (let i = 0; i < beat.length; i++) this.elements[next[beat[i] as number]!++] = i;
  }

  /** The row-major indices of the elements of a beat, ascending. */
  elementsOf(beat: number): Int32Array {
    return this.elements.subarray(this.starts[beat], this.starts[beat + 1]);
  }

  /** Writes those of an event's integers that lie in a beat into its bits. */
  pack(values: IntegerArray, beat: number, bits: BitVector): void {
    const { low, width } = this.places;
    for (const i of this.elementsOf(beat))
      bits.set(low[i] as number, width[i] as number, values[i] as number | bigint);
  }

  /** The index of an element along each axis. */
  indexOf(element: number): readonly number[] {
    let rest = element;
    return this.port.shape
      .toReversed()
      .map((length) => {
        const index = rest % length;
        rest = Math.floor(rest / length);
        return index;
      })
      .reverse();
  }
}
