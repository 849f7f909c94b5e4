import { describe, expect, it } from "vitest";
import type { FixedInput } from "../../src/ir/fixed/fixed.js";
import {
  type FixedType,
  fractionBits,
  type Interval,
  OVERFLOWS,
  printType,
  quantize,
  ROUNDINGS,
  toNumber,
  typeRange,
} from "../../src/ir/fixed-point.js";
import type { Granular } from "../../src/ir/granular.js";
import { ratio } from "../../src/ir/ratio.js";
import { toBigInts } from "../../src/sim/elements.js";
import { inputEncoder, type Numbers } from "../../src/sim/inputs.js";
import { mistakeOf } from "../support/mistake.js";
import { Random } from "../support/random.js";
import { randomType } from "../support/random-fixed.js";

type Modes = Pick<FixedInput, "rounding" | "overflow">;
const NEAREST: Modes = { rounding: "RND", overflow: "SAT" };

function input(
  shape: readonly number[],
  type: FixedType,
  range: Interval = typeRange(type),
  modes: Modes = NEAREST,
): FixedInput {
  return {
    op: "input",
    name: "x",
    inputs: [],
    shape,
    types: { per: "tensor", items: [type] },
    ranges: { per: "tensor", items: [range] },
    ...modes,
  };
}

const encode = (node: FixedInput, values: Numbers, raw = false) =>
  toBigInts(inputEncoder(node, { raw })(values, 4));

describe("physical values", () => {
  const type = { signed: true, width: 4, integer: 3 };

  it("are rounded to the nearest, ties up, and saturated", () => {
    const values = [0, 0.2, 0.25, 0.3, -0.25, -0.3, 3.4, 3.5, 100, -4, -4.3, -100, Infinity, -Infinity, -0];
    const expected = [0, 0, 1, 1, 0, -1, 7, 7, 7, -8, -8, -8, 7, -8, 0].map(BigInt);
    expect(encode(input([15], type), Float64Array.from(values))).toEqual(expected);
  });

  it("saturate to a range within the type's", () => {
    const node = input([4], type, { lo: -2n, hi: 3n });
    expect(encode(node, [-3, -1, 1, 2])).toEqual([-2n, -2n, 2n, 3n]);
  });

  it("may be 64-bit integers", () => {
    const values = BigInt64Array.of(1n, -3n, 2n ** 62n);
    expect(encode(input([3], type), values)).toEqual([2n, -6n, 7n]);
    const wide = { signed: true, width: 80, integer: 70 };
    expect(encode(input([3], wide), values)).toEqual([2n ** 10n, -3n * 2n ** 10n, 2n ** 72n]);
  });

  it("equal the exact quantization of the double, for any type, rounding and overflow", () => {
    const random = new Random(11);
    for (let n = 0; n < 3000; n++) {
      const type = randomType(random, random.pick([4, 20, 60, 90]));
      const near = Number(random.within(typeRange(type))) + random.pick([0, 0.5, 0.25, 0.75, random.next()]);
      const value = near * 2 ** -fractionBits(type);
      const modes = { rounding: random.pick(ROUNDINGS), overflow: random.pick(OVERFLOWS) };
      const node = input([1], type, typeRange(type), modes);
      expect(encode(node, [value]), `${value} as ${JSON.stringify([type, modes], String)}`).toEqual([
        quantize(value, type, modes.rounding, modes.overflow),
      ]);
    }
  });

  it("equal the exact quantization for types with a scale", () => {
    const random = new Random(12);
    for (let n = 0; n < 3000; n++) {
      const odd = () => BigInt(2 * random.integer(0, 40) + 1);
      const type = { ...randomType(random, random.pick([4, 20, 60])), scale: ratio(odd(), odd()) };
      const near = Number(random.within(typeRange(type))) + random.pick([0, 0.5, 0.25, random.next()]);
      const value = toNumber(1n, type) * near;
      const modes = { rounding: random.pick(ROUNDINGS), overflow: random.pick(OVERFLOWS) };
      const node = input([1], type, typeRange(type), modes);
      expect(
        encode(node, [value]),
        `${value} as ${printType(type)} ${modes.rounding} ${modes.overflow}`,
      ).toEqual([quantize(value, type, modes.rounding, modes.overflow)]);
    }
  });

  it("take the type of their channel or element", () => {
    const types: Granular<FixedType> = { per: "channel", items: [type, { ...type, integer: 1 }] };
    const ranges = { per: "tensor", items: [{ lo: -8n, hi: 7n }] } as const;
    const node = { ...input([2, 2], type), types, ranges };
    expect(encode(node, [1, 0.5, 2, -0.25])).toEqual([2n, 4n, 4n, -2n]);
  });

  it("that are infinite have no value in a type that wraps", () => {
    const node = input([2], type, typeRange(type), { rounding: "RND", overflow: "WRAP" });
    expect(mistakeOf(() => encode(node, [0, Number.POSITIVE_INFINITY]))).toMatch(
      /^input 'x': event 4, value 1: Infinity has no value in a type that does not saturate \(WRAP\)/,
    );
  });

  it("that are NaN, or too few, are the user's mistake", () => {
    expect(mistakeOf(() => encode(input([2, 2], type), [0, 0, 0, Number.NaN]))).toMatchInlineSnapshot(`
      "input 'x': event 4, value 3: NaN is no value
        Its shape is [2, 2], row-major."
    `);
    expect(mistakeOf(() => encode(input([2, 2], type), [0, 0]))).toMatchInlineSnapshot(
      `"input 'x': event 4 has 2 values for shape [2, 2]"`,
    );
  });
});

describe("raw integers", () => {
  const type = { signed: false, width: 3, integer: -1 };

  it("are taken as they are", () => {
    expect(encode(input([3], type), Uint8Array.of(0, 5, 7), true)).toEqual([0n, 5n, 7n]);
    const wide = { signed: true, width: 64, integer: 64 };
    expect(encode(input([2], wide), BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n), true)).toEqual([
      -(2n ** 63n),
      2n ** 63n - 1n,
    ]);
  });

  it("outside the range, or no integers, are the user's mistake", () => {
    const found = (value: number) =>
      mistakeOf(() => encode(input([2], type), [0, value], true)).split("\n")[0];
    expect(found(8)).toBe("input 'x': event 4, value 1: 8 is outside 0..7");
    expect(found(-1)).toBe("input 'x': event 4, value 1: -1 is outside 0..7");
    expect(found(0.5)).toBe("input 'x': event 4, value 1: 0.5 is no integer that a double holds exactly");
    expect(found(Number.NaN)).toBe(
      "input 'x': event 4, value 1: NaN is no integer that a double holds exactly",
    );
  });
});
