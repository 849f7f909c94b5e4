/** A vector of bits, bit 0 lowest, with the hexadecimal form that Verilog's %h reads and writes. */
export class BitVector {
  readonly width: number;
  private readonly bytes: Uint8Array;

  constructor(width: number, bytes = new Uint8Array(Math.ceil(width / 8))) {
    this.width = width;
    this.bytes = bytes;
  }

  /** Reads hexadecimal digits, the highest first; digits beyond the width are dropped, what is no digit counts as 0. */
  static fromHex(width: number, hex: string): BitVector {
    const length = Math.ceil(width / 8);
    const digits = /[^0-9a-f]/i.test(hex) ? hex.replace(/[^0-9a-f]/gi, "0") : hex;
    const padded = digits.padStart(2 * length, "0").slice(-2 * length);
    return new BitVector(width, new Uint8Array(Buffer.from(padded, "hex").reverse()));
  }

  /** Writes the lowest `width` bits of an integer (two's complement) from bit `low` on. */
  set(low: number, width: number, value: bigint | number): void {
    if (typeof value === "number" && width <= 32) {
      for (let i = 0; i < width; i++) this.setBit(low + i, ((value >>> i) & 1) === 1);
      return;
    }
    let rest = BigInt.asUintN(width, BigInt(value));
    for (let i = 0; i < width; i += 32, rest >>= 32n)
      this.set(low + i, Math.min(32, width - i), Number(rest & 0xffffffffn));
  }

  /** Writes one bit. */
  setBit(position: number, bit: boolean): void {
    const mask = 1 << (position & 7);
    if (bit) this.bytes[position >> 3]! |= mask;
    else this.bytes[position >> 3]! &= ~mask;
  }

  /** Sets all bits to 0. */
  clear(): void {
    this.bytes.fill(0);
  }

  bit(position: number): boolean {
    return ((this.bytes[position >> 3]! >> (position & 7)) & 1) === 1;
  }

  /** Fills all bits from a source of 32 bits at a time. */
  fill(next: () => number): void {
    for (let low = 0; low < this.bytes.length; low += 4) {
      const word = next();
      for (let i = 0; i < 4 && low + i < this.bytes.length; i++) this.bytes[low + i] = word >>> (8 * i);
    }
    const over = 8 * this.bytes.length - this.width;
    if (over > 0) this.bytes[this.bytes.length - 1]! &= 0xff >> over;
  }

  /** Whether the bits where `mask` is 1 are those of another vector of this width, whose other bits are 0. */
  equals(other: BitVector, mask: BitVector): boolean {
    return this.bytes.every((byte, i) => (byte & mask.bytes[i]!) === other.bytes[i]);
  }

  toHex(): string {
    const digits = Math.ceil(this.width / 4);
    return Buffer.from(this.bytes).reverse().toString("hex").slice(-digits);
  }
}
