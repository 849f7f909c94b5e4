/** A vector of bits, bit 0 lowest, with the hexadecimal form that Verilog's %h reads and writes. */
export class BitVector {
  readonly width: number;
  private readonly bytes: Uint8Array;

  constructor(width: number, bytes = new Uint8Array(Math.ceil(width / 8))) {
    this.width = width;
    this.bytes = bytes;
  }

  /** Reads hexadecimal digits, the highest first; digits beyond the width are dropped. */
  static fromHex(width: number, hex: string): BitVector {
    const length = Math.ceil(width / 8);
    const padded = hex.padStart(2 * length, "0").slice(-2 * length);
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++)
      bytes[i] = Number.parseInt(padded.slice(2 * (length - 1 - i), 2 * (length - i)), 16);
    return new BitVector(width, bytes);
  }

  /** Writes the lowest `width` bits of an integer (two's complement) from bit `low` on. */
  set(low: number, width: number, value: bigint): void {
    for (let i = 0; i < width; i++) {
      const position = low + i;
      const mask = 1 << (position & 7);
      if ((value >> BigInt(i)) & 1n) this.bytes[position >> 3]! |= mask;
      else this.bytes[position >> 3]! &= ~mask;
    }
  }

  /** Writes one bit. */
  setBit(position: number, bit: boolean): void {
    const mask = 1 << (position & 7);
    if (bit) this.bytes[position >> 3]! |= mask;
    else this.bytes[position >> 3]! &= ~mask;
  }

  bit(position: number): boolean {
    return ((this.bytes[position >> 3]! >> (position & 7)) & 1) === 1;
  }

  /** Reads `width` bits from `low` on as a number; at most 31 bits. */
  small(low: number, width: number): number {
    let value = 0;
    for (let i = width - 1; i >= 0; i--) value = value * 2 + (this.bit(low + i) ? 1 : 0);
    return value;
  }

  toHex(): string {
    const digits = Math.ceil(this.width / 4);
    return Buffer.from(this.bytes).reverse().toString("hex").slice(-digits);
  }
}
