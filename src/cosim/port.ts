import { type Places, type PortPacking, packingWidth, placesOf } from "../lower/packing.js";
import type { IntegerArray } from "../sim/elements.js";
import { BitVector } from "./bits.js";

/** What co-simulation needs to know of a data port: how a tensor lies in it. */
export interface CosimPort {
  /** The name in the graph: of the input or of the output. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly packing: PortPacking;
}

/** A data port made ready for many events: the place of every element. */
export class PortBits {
  readonly port: CosimPort;
  readonly width: number;
  readonly places: Places;

  constructor(port: CosimPort) {
    this.port = port;
    this.width = packingWidth(port.packing);
    this.places = placesOf(port.packing);
  }

  /** Writes the integers of one event into its beats. */
  pack(values: IntegerArray, beats: readonly BitVector[]): void {
    const { beat, low, width } = this.places;
    for (let i = 0; i < beat.length; i++) {
      const bits = beats[beat[i] as number] as BitVector;
      const value = values[i] as number | bigint;
      bits.set(low[i] as number, width[i] as number, value);
    }
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

  /** Vectors of the port's width, one for each of `count` beats. */
  beats(count: number): readonly BitVector[] {
    return Array.from({ length: count }, () => new BitVector(this.width));
  }
}
