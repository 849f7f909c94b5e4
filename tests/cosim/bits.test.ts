import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BitVector } from "../../src/cosim/bits.js";

describe("a bit vector", () => {
  it("reads and writes fields of any width at any place", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.nat(),
        fc.nat(),
        fc.bigInt({ min: -(2n ** 210n), max: 2n ** 210n }),
        fc.bigInt({ min: 0n, max: 2n ** 210n }),
        (width, a, b, value, before) => {
          const low = a % width;
          const bits = b % (width - low + 1);
          const vector = new BitVector(width);
          vector.set(0, width, before);
          vector.set(low, bits, value);
          const mask = ((1n << BigInt(bits)) - 1n) << BigInt(low);
          const expected =
            (BigInt.asUintN(width, before) & ~mask) | ((BigInt.asUintN(bits, value) << BigInt(low)) & mask);
          expect(BigInt(`0x${vector.toHex()}`)).toBe(expected);
          expect(vector.toHex().length).toBe(Math.ceil(width / 4));
          const again = BitVector.fromHex(width, vector.toHex());
          expect(again.toHex()).toBe(vector.toHex());
          for (let i = 0; i < width; i++) expect(again.bit(i)).toBe(((expected >> BigInt(i)) & 1n) === 1n);
        },
      ),
    );
  });

  it("sets single bits", () => {
    const vector = new BitVector(12);
    vector.setBit(11, true);
    vector.setBit(3, true);
    expect([vector.toHex(), vector.bit(4)]).toEqual(["808", false]);
    vector.setBit(3, false);
    expect(vector.toHex()).toBe("800");
  });

  it("takes hexadecimal digits that are fewer or more than its own", () => {
    expect(BitVector.fromHex(12, "5").toHex()).toBe("005");
    expect(BitVector.fromHex(8, "f0012").toHex()).toBe("12");
    expect(BitVector.fromHex(9, "").toHex()).toBe("000");
    expect(BitVector.fromHex(8, "x1").toHex()).toBe("01");
  });

  it("takes numbers as it takes big integers", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 0, max: 80 }), fc.nat(7), (value, width, low) => {
        const [a, b] = [new BitVector(100), new BitVector(100)];
        a.set(low, width, value);
        b.set(low, width, BigInt(value));
        expect(a.toHex()).toBe(b.toHex());
        expect(BigInt(`0x${a.toHex()}`)).toBe(BigInt.asUintN(width, BigInt(value)) << BigInt(low));
      }),
    );
  });

  it("compares what a mask shows", () => {
    const vector = (hex: string) => BitVector.fromHex(12, hex);
    expect(vector("abc").equals(vector("0b0"), vector("0f0"))).toBe(true);
    expect(vector("abc").equals(vector("0c0"), vector("0f0"))).toBe(false);
  });
});
