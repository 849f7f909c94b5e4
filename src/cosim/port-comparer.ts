import type { IntegerArray } from "../sim/elements.js";
import { BitVector } from "./bits.js";
import { type CosimPort, PortBits } from "./port.js";

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

/** How many differences and faults are shown. */
export const KEPT = 20;

/** What has been found out so far. */
export interface Found {
  bitsCompared: number;
  bitsDiffering: number;
  /** The first ones. */
  readonly differences: Difference[];
  readonly protocol: string[];
}

/** Compares the events of one output, beat by beat. */
export class PortComparer {
  private readonly bits: PortBits;
  /** Bits of an event. */
  private readonly total: number;
  /** The least and the largest number that each element can be. */
  private readonly least: Float64Array;
  private readonly most: Float64Array;
  /** The bits of a beat as they should be, and 1 where they belong to an element. */
  private readonly wanted: BitVector;
  private readonly mask: BitVector;

  constructor(port: CosimPort) {
    this.bits = new PortBits(port);
    const { width, signed } = this.bits.places;
    this.total = width.reduce((sum, n) => sum + n, 0);
    this.least = Float64Array.from(width, (n, i) => (signed[i] === 1 && n > 0 ? -(2 ** (n - 1)) : 0));
    this.most = Float64Array.from(width, (n, i) => (n === 0 ? 0 : 2 ** (n - signed[i]!) - 1));
    this.wanted = new BitVector(this.bits.width);
    this.mask = new BitVector(this.bits.width);
  }

  /** Checks that the output has bits for what is expected of an event. */
  begin(event: number, expected: IntegerArray, found: Found): void {
    const { bits, least, most } = this;
    found.bitsCompared += this.total;
    for (let i = 0; i < least.length && found.protocol.length < KEPT; i++) {
      const value = expected[i]!;
      if (typeof value === "number" ? value >= least[i]! && value <= most[i]! : this.fits(value, i)) continue;
      found.protocol.push(
        `event ${event}: ${value} is expected at [${bits.indexOf(i).join(", ")}] of output '${bits.port.name}', which has ${bits.places.width[i]} bits`,
      );
    }
  }

  /** Compares the digits of a beat, those bits of them that belong to an element. */
  compare(
    { event, beat }: { readonly event: number; readonly beat: number },
    expected: IntegerArray,
    digits: string,
    found: Found,
  ): void {
    const { bits, wanted, mask } = this;
    const { low, width } = bits.places;
    const elements = bits.elementsOf(beat);
    if (elements.length === 0) return;
    wanted.clear();
    bits.pack(expected, beat, wanted);
    mask.clear();
    for (const i of elements) mask.set(low[i]!, width[i]!, -1);
    if (hasUndefined(digits, mask) && found.protocol.length < KEPT)
      found.protocol.push(`event ${event}: beat ${beat} holds undefined bits: ${digits}`);
    const got = BitVector.fromHex(bits.width, digits);
    if (got.equals(wanted, mask)) return;
    for (const i of elements) {
      for (let bit = 0; bit < width[i]!; bit++) {
        const one = wanted.bit(low[i]! + bit);
        if (one === got.bit(low[i]! + bit)) continue;
        found.bitsDiffering++;
        if (found.differences.length >= KEPT) continue;
        const [index, output] = [bits.indexOf(i), bits.port.name];
        found.differences.push({ event, output, index, bit, expected: Number(one), found: Number(!one) });
      }
    }
  }

  /** Whether an element holds a large integer. */
  private fits(value: bigint, i: number): boolean {
    const { width, signed } = this.bits.places;
    return (signed[i] === 1 ? BigInt.asIntN(width[i]!, value) : BigInt.asUintN(width[i]!, value)) === value;
  }
}

/** Whether a digit that holds bits of an element is none: an undefined one, x or z. */
function hasUndefined(digits: string, mask: BitVector): boolean {
  if (!/[^0-9a-f]/i.test(digits)) return false;
  const held = mask.toHex().padStart(digits.length, "0").slice(-digits.length);
  return Array.from(digits).some((digit, i) => held[i] !== "0" && /[^0-9a-f]/i.test(digit));
}
