import { describe, expect, it } from "vitest";
import { perTensor } from "../../../../src/ir/granular.js";
import {
  channel,
  element,
  facts,
  fixed,
  input,
  interval,
  node,
  ufixed,
  values,
} from "../../../support/fixed-node.js";
import { mistakeOf } from "../../../support/mistake.js";

const x = input("x", [2, 2], { ranges: channel("-3..4", "0..5") });
const y = input("z", [2, 2], { ranges: "-2..10" });

describe("arithmetic of two values", () => {
  it.each([
    ["add", "channel[fixed<5,5>, fixed<5,5>] channel[-5..14, -2..15]", [3, 0, 14, -1]],
    ["subtract", "channel[fixed<5,5>, fixed<5,5>] channel[-13..6, -10..7]", [-9, 8, -6, 3]],
    ["multiply", "channel[fixed<7,7>, fixed<7,7>] channel[-30..40, -10..50]", [-18, -16, 40, -2]],
    ["maximum", "channel[fixed<5,5>, ufixed<4,4>] channel[-2..10, 0..10]", [6, 4, 10, 1]],
    ["minimum", "channel[fixed<4,4>, fixed<4,4>] channel[-3..4, -2..5]", [-3, -4, 4, -2]],
  ] as const)("%s", (op, expected, result) => {
    const made = node({ op }, x, y);
    expect(facts(made)).toBe(`[2, 2] ${expected}`);
    expect(values(made, [x, y], [-3, 4, 4, 1], [6, -4, 10, -2])).toEqual(result);
  });

  it("of a value with itself knows that both are equal", () => {
    expect(facts(node({ op: "multiply" }, x, x))).toBe(
      "[2, 2] channel[ufixed<5,5>, ufixed<5,5>] channel[0..16, 0..25]",
    );
    const negative = input("n", [1], { ranges: "-5..-2" });
    expect(facts(node({ op: "multiply" }, negative, negative))).toBe("[1] ufixed<5,5> 4..25");
    expect(facts(node({ op: "subtract" }, x, x))).toBe(
      "[2, 2] channel[ufixed<0,0>, ufixed<0,0>] channel[0..0, 0..0]",
    );
    expect(facts(node({ op: "add" }, negative, negative))).toBe("[1] fixed<5,5> -10..-4");
  });

  it("a product counts in the product of the units", () => {
    const a = input("a", [1], { types: perTensor(fixed(8, 6, [3n, 7n])), ranges: "0..3" });
    const b = input("b", [1], { types: perTensor(fixed(8, 5, [7n, 5n])), ranges: "-1..1" });
    expect(facts(node({ op: "multiply" }, a, b))).toBe("[1] fixed<3,-2>*3/5 -3..3");
  });

  it("refuses operands of two units, but of a value that is always 0", () => {
    const half = input("half", [2, 2], { types: perTensor(fixed(8, 7)), ranges: "0..9" });
    for (const op of ["add", "subtract", "maximum", "minimum"] as const) {
      expect(mistakeOf(() => node({ op }, x, half))).toBe(
        "node 'y': its operands fixed<8,8> and fixed<8,7> count in different units\n" +
          "  affine with an integer multiplier brings a value to a finer unit.",
      );
    }
    const zero = input("zero", [2, 2], { types: perTensor(fixed(8, 7)), ranges: "0..0" });
    expect(facts(node({ op: "add" }, zero, y))).toBe("[2, 2] fixed<5,5> -2..10");
  });

  it("refuses operands of two shapes", () => {
    expect(mistakeOf(() => node({ op: "add" }, x, input("s", [2])))).toBe(
      "node 'y': add takes values of one shape, found [2, 2] and [2]\n  expand brings a value to a larger shape.",
    );
  });
});

describe("affine", () => {
  it("multiplies and adds per tensor, channel or element, in a unit of its own", () => {
    const made = node(
      { op: "affine", multiplier: channel(2n, -3n), offset: perTensor(1n), types: perTensor(fixed(0, -1)) },
      x,
    );
    expect(facts(made)).toBe("[2, 2] channel[fixed<5,4>, fixed<5,4>] channel[-5..9, -14..1]");
    expect(values(made, [x], [-3, 4, 4, 0])).toEqual([-5, -11, 9, 1]);
    const each = node(
      {
        op: "affine",
        multiplier: element(1n, 0n, -1n, 2n),
        offset: perTensor(0n),
        types: perTensor(fixed(0, 0)),
      },
      y,
    );
    expect(values(each, [y], [5, 5, 5, 5])).toEqual([5, 0, -5, 10]);
  });

  it("refuses factors of the wrong number", () => {
    expect(mistakeOf(() => node({ op: "affine", multiplier: channel(1n), offset: perTensor(0n) }, x))).toBe(
      "node 'y': multiplier: should be 2 per channel, found 1",
    );
  });
});

describe("clamp and relu", () => {
  it("bring values into their limits", () => {
    const made = node({ op: "clamp", limits: channel(interval("-1..2"), interval("3..9")) }, x);
    expect(facts(made)).toBe("[2, 2] channel[fixed<3,3>, ufixed<3,3>] channel[-1..2, 3..5]");
    expect(values(made, [x], [-3, 0, 4, 5])).toEqual([-1, 3, 2, 5]);
    expect(values(node({ op: "relu" }, x), [x], [-3, 0, 4, 5])).toEqual([0, 0, 4, 5]);
  });

  it("refuse empty limits", () => {
    expect(mistakeOf(() => node({ op: "clamp", limits: perTensor(interval("2..1")) }, x))).toBe(
      "node 'y': limits: 2..1 is empty",
    );
  });
});

describe("requantize", () => {
  const to = { op: "requantize", rounding: "RND", overflow: "SAT" } as const;

  it("rounds once from any unit to any other", () => {
    // One unit is 3/14: the integers 0, 1, 2, 7 stand for 0, 0.214, 0.429 and 1.5.
    const third = input("t", [4], { types: perTensor(fixed(8, 7, [3n, 7n])), ranges: "0..7" });
    const made = node({ ...to, types: perTensor(ufixed(3, 1)) }, third);
    expect(facts(made)).toBe("[4] ufixed<3,1> 0..6");
    expect(values(made, [third], [0, 1, 2, 7])).toEqual([0, 1, 2, 6]);
    const quarters = input("q", [4], { types: made.types, ranges: "0..6" });
    const back = node({ ...to, rounding: "CEIL", types: perTensor(fixed(6, 5, [3n, 7n])) }, quarters);
    expect(values(back, [quarters], [0, 1, 2, 6])).toEqual([0, 2, 3, 7]);
  });

  it("saturates to limits narrower than the type's", () => {
    const made = node({ ...to, types: perTensor(fixed(4, 4)), limits: perTensor(interval("-2..3")) }, y);
    expect(facts(made)).toBe("[2, 2] fixed<4,4> -2..3");
    expect(values(made, [y], [-2, 10, 3, 0])).toEqual([-2, 3, 3, 0]);
  });

  it("refuses limits outside the type, and with another overflow than SAT", () => {
    const types = perTensor(fixed(4, 4));
    expect(mistakeOf(() => node({ ...to, types, limits: perTensor(interval("-2..8")) }, y))).toBe(
      "node 'y': limits: -2..8 is no part of the type's range",
    );
    expect(
      mistakeOf(() => node({ ...to, overflow: "WRAP", types, limits: perTensor(interval("0..1")) }, y)),
    ).toBe("node 'y': limits: go with overflow SAT only, found WRAP");
  });
});

describe("threshold and select", () => {
  it("a threshold is known where the range does not reach it", () => {
    const made = node({ op: "threshold", levels: [5n, 0n] }, x);
    expect(facts(made)).toBe("[2, 2] ufixed<1,1> channel[0..0, 1..1]");
    const sites = input("s", [2, 1], { ranges: element("0..4", "3..9") });
    expect(facts(node({ op: "threshold", levels: [3n] }, sites))).toBe(
      "[2, 1] ufixed<1,1> element[0..1, 1..1]",
    );
  });

  it("takes yes where the condition is 1", () => {
    const bit = input("bit", [2, 2], { types: perTensor(ufixed(1, 1)), ranges: channel("0..1", "1..1") });
    const made = node({ op: "select" }, bit, x, y);
    expect(facts(made)).toBe("[2, 2] channel[fixed<5,5>, ufixed<3,3>] channel[-3..10, 0..5]");
    expect(values(made, [bit, x, y], [0, 1, 1, 1], [1, 2, 3, 4], [5, 6, 7, 8])).toEqual([5, 2, 3, 4]);
  });

  it("refuses a condition that is no bit, and two units", () => {
    expect(mistakeOf(() => node({ op: "select" }, x, x, y))).toBe(
      "node 'y': its condition takes -3..5, not 0 and 1 only",
    );
    const bit = input("bit", [2, 2], { ranges: "0..1" });
    const half = input("half", [2, 2], { types: perTensor(fixed(8, 7)) });
    expect(mistakeOf(() => node({ op: "select" }, bit, x, half))).toMatch("count in different units");
  });
});

describe("constant", () => {
  it("knows each of its integers", () => {
    const value = { shape: [2, 2], data: [1n, -2n, 1n, -2n] };
    const made = node({ op: "constant", value, types: perTensor(fixed(0, -1)) });
    expect(facts(made)).toBe("[2, 2] channel[ufixed<1,0>, fixed<2,1>] channel[1..1, -2..-2]");
    expect(values(made, [])).toEqual([1, -2, 1, -2]);
  });

  it("refuses a shape that its numbers do not fill", () => {
    expect(mistakeOf(() => node({ op: "constant", value: { shape: [3], data: [1n] } }))).toBe(
      "node 'y': 1 numbers for a value [3]",
    );
  });
});
