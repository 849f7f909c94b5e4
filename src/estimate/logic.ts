import { countWidth } from "../ir/circuit/primitives/counts.js";
import { LUT_INPUTS } from "../lower/delay.js";
import type { Arithmetic } from "./arithmetic.js";
import type { Resources } from "./counts.js";
import { type Bit, type Network, not, ONE } from "./network.js";

/** Something that is counted as a whole. */
export interface Part {
  readonly resources: Resources;
  readonly inputs: readonly Bit[];
  readonly outputs: readonly Bit[];
}

/** What a primitive is elaborated with, bit by bit. */
export interface Logic {
  readonly network: Network;
  readonly arithmetic: Arithmetic;
  /** The port `rst`. */
  readonly rst: Bit;
  /** A flip-flop, with `external` one that `rst` clears. */
  register(source: Bit, external: boolean): Bit;
  /** Each bit where `control` is 1, else 0: in front of a register its reset. */
  where(control: Bit, bits: readonly Bit[]): readonly Bit[];
  /** Something counted as a whole, with `width` output bits; equal ones (by `key` and inputs) are one. */
  part(key: string, resources: Resources, inputs: readonly Bit[], width: number): readonly Bit[];
  /** Something counted as a whole whose outputs are these leaves of the network: they may lead back to its inputs. */
  place(part: Part): void;
}

export function registered(logic: Logic, bits: readonly Bit[]): readonly Bit[] {
  return bits.map((bit) => logic.register(bit, false));
}

/** options[index], the lowest bit of the index first, as a tree of multiplexers; what lies beyond the options is any. */
export function chosen(network: Network, index: readonly Bit[], options: readonly Bit[]): Bit {
  let level = options;
  for (const bit of index) {
    if (level.length === 1) break;
    const next: Bit[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const [no, yes] = [level[i] as Bit, level[i + 1]];
      next.push(yes === undefined ? no : network.mux(bit, yes, no));
    }
    level = next;
  }
  return level[0] as Bit;
}

/** Field `i` of a vector of fields of `width` bits. */
export function field(bits: readonly Bit[], i: number, width: number): readonly Bit[] {
  return bits.slice(i * width, (i + 1) * width);
}

/** Exactly `width` bits of a number. */
export function extended(bits: readonly Bit[], width: number, fill: Bit): readonly Bit[] {
  return Array.from({ length: width }, (_, i) => bits[i] ?? fill);
}

/** Whether an index is that of an item. */
export function knownItem({ network, arithmetic }: Logic, index: readonly Bit[], items: number): Bit {
  const width = countWidth(items);
  if (index.length < width || (index.length === width && 2 ** width === items)) return ONE;
  if (2 ** width === items) return index.slice(width).reduce((all, bit) => network.and(all, not(bit)), ONE);
  return not(arithmetic.atLeast(index, false, BigInt(items), LUT_INPUTS));
}
