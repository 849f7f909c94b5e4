import { type Bit, type Network, ONE, ZERO } from "../network.js";

/** Exactly `width` bits of a number, the lowest first. */
export function constantBits(value: bigint, width: number): readonly Bit[] {
  return Array.from({ length: width }, (_, i) => (((value >> BigInt(i)) & 1n) === 1n ? ONE : ZERO));
}

/** Exactly `width` bits: what is too many is cut off at the top, what lacks is `fill`. */
export function extended(bits: readonly Bit[], width: number, fill: Bit): readonly Bit[] {
  return Array.from({ length: width }, (_, i) => bits[i] ?? fill);
}

/** Field `i` of a vector of fields of `width` bits. */
export function field(bits: readonly Bit[], i: number, width: number): readonly Bit[] {
  return bits.slice(i * width, (i + 1) * width);
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
