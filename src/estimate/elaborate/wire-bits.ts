import type { Addend } from "../../ir/circuit/addends.js";
import type { WireBit } from "../../ir/circuit/bit-sources.js";
import type { Module, Wire, WireId } from "../../ir/circuit/circuit.js";
import { type Bit, not, ZERO } from "../network.js";
import { constantBits, extended } from "./words.js";

/** The wires of a module as bits, as far as it is elaborated: those that come first. */
export class WireBits {
  readonly module: Module;
  private readonly bits: (readonly Bit[])[] = [];

  constructor(module: Module) {
    this.module = module;
  }

  /** The bits of the next wire. */
  push(bits: readonly Bit[]): void {
    this.bits.push(bits);
  }

  wire(id: WireId): Wire {
    return this.module.wires[id] as Wire;
  }

  /** The bits of a wire, the lowest first. */
  of(id: WireId): readonly Bit[] {
    return this.bits[id] as readonly Bit[];
  }

  /** A wire times 2^shift, rounded down, on exactly `width` bits. */
  scaled(id: WireId, shift: number, width: number): readonly Bit[] {
    const { signed, cell } = this.wire(id);
    // A constant stands in the Verilog as a literal of the width that is asked for.
    if (cell.op === "constant")
      return constantBits(shift >= 0 ? cell.value << BigInt(shift) : cell.value >> BigInt(-shift), width);
    const source = this.of(id);
    const fill = signed ? (source.at(-1) as Bit) : ZERO;
    const moved = shift >= 0 ? [...new Array<Bit>(shift).fill(ZERO), ...source] : source.slice(-shift);
    return extended(moved, width, fill);
  }

  /** The `low` bits that pass by a sum: those of the one operand that reaches below it, or 0. */
  passing(below: Addend | undefined, low: number): readonly Bit[] {
    return below === undefined ? new Array<Bit>(low).fill(ZERO) : this.scaled(below.id, below.shift, low);
  }

  /** One bit of a wire, or its inverse. */
  bit({ wire, bit, inverted }: WireBit): Bit {
    const own = this.of(wire)[bit] as Bit;
    return inverted ? not(own) : own;
  }
}
