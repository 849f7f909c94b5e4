import { describe, expect, it } from "vitest";
import type { FixedScatter } from "../../../../src/ir/fixed/fixed.js";
import { perTensor } from "../../../../src/ir/granular.js";
import { channel, element, facts, fixed, input, node, ufixed, values } from "../../../support/fixed-node.js";
import { mistakeOf } from "../../../support/mistake.js";

/** Indices with two bits more than three rows need. */
const index = (count: number, range = "0..15") =>
  input("index", [count], { types: perTensor(ufixed(4, 4)), ranges: range });
const select = { op: "index_select" } as const;
const scatter = (kind: FixedScatter["kind"], rows: number) => ({ op: "scatter", kind, rows }) as const;

describe("index_select", () => {
  const x = input("x", [3, 2], { ranges: channel("1..5", "-7..-2") });

  it("takes rows, and zeros where an index is no row", () => {
    const y = node(select, x, index(5));
    expect(values(y, [x, index(5)], [1, -2, 3, -4, 5, -6], [2, 0, 3, 0, 15])).toEqual([
      5, -6, 1, -2, 0, 0, 1, -2, 0, 0,
    ]);
  });

  it("has the ranges of any row and 0, which does not come where every index is a row", () => {
    expect(facts(node(select, x, index(5)))).toBe(
      "[5, 2] channel[ufixed<3,3>, fixed<4,4>] channel[0..5, -7..0]",
    );
    expect(facts(node(select, x, index(5, "0..2")))).toBe(
      "[5, 2] channel[ufixed<3,3>, fixed<4,4>] channel[1..5, -7..-2]",
    );
    const apart = input("x", [2, 2], { ranges: element("1..2", "-3..-3", "9..9", "4..4") });
    expect(facts(node(select, apart, index(1, "0..1")))).toBe(
      "[1, 2] channel[ufixed<4,4>, fixed<4,4>] channel[1..9, -3..4]",
    );
  });

  it("of a list has the range of all of it", () => {
    const list = input("x", [3], { ranges: channel("1..2", "4..4", "-9..0") });
    expect(facts(node(select, list, index(2, "0..2")))).toBe("[2] fixed<5,5> -9..4");
  });
});

describe("scatter", () => {
  const x = input("x", [4, 2], { ranges: channel("1..5", "-7..2") });

  it("brings rows together: an index that is no row goes nowhere, a row that gets nothing is 0", () => {
    const integers = [1, -2, 3, -4, 5, -6, 7, -1];
    const of = (kind: FixedScatter["kind"], ...rows: readonly number[]) =>
      values(node(scatter(kind, 3), x, index(4)), [x, index(4)], integers, rows);
    expect(of("sum", 2, 0, 2, 3)).toEqual([3, -4, 0, 0, 6, -8]);
    expect(of("max", 2, 0, 2, 15)).toEqual([3, -4, 0, 0, 5, -2]);
    // All into one row, and none into any.
    expect(of("sum", 1, 1, 1, 1)).toEqual([0, 0, 16, -13, 0, 0]);
    expect(of("max", 1, 1, 1, 1)).toEqual([0, 0, 7, -1, 0, 0]);
    expect(of("sum", 3, 3, 3, 3)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(of("max", 3, 3, 3, 3)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it("has ranges that hold all rows in one, or none", () => {
    expect(facts(node(scatter("sum", 3), x, index(4)))).toBe(
      "[3, 2] channel[ufixed<5,5>, fixed<6,6>] channel[0..20, -28..8]",
    );
    expect(facts(node(scatter("max", 3), x, index(4)))).toBe(
      "[3, 2] channel[ufixed<3,3>, fixed<4,4>] channel[0..5, -7..2]",
    );
    const apart = input("x", [2, 2], { ranges: element("1..2", "-3..-3", "9..9", "4..4") });
    expect(facts(node(scatter("sum", 1), apart, index(2)))).toBe(
      "[1, 2] channel[ufixed<4,4>, fixed<4,4>] channel[0..11, -3..4]",
    );
    const list = input("x", [3], { ranges: channel("1..2", "4..4", "-9..0") });
    expect(facts(node(scatter("sum", 2), list, index(3)))).toBe("[2] fixed<5,5> -9..6");
  });

  it("reaches both ends of its ranges", () => {
    const y = node(scatter("sum", 3), x, index(4));
    expect(values(y, [x, index(4)], [5, 2, 5, 2, 5, 2, 5, 2], [0, 0, 0, 0])).toEqual([20, 8, 0, 0, 0, 0]);
    expect(values(y, [x, index(4)], [1, -7, 1, -7, 1, -7, 1, -7], [0, 0, 0, 0])).toEqual([
      4, -28, 0, 0, 0, 0,
    ]);
  });
});

describe("rows are refused", () => {
  const x = input("x", [3, 2]);
  const halves = input("index", [5], { types: perTensor(fixed(8, 7)) });
  const units = input("x", [2], { types: channel(fixed(8, 8), fixed(8, 7)) });
  it.each([
    ["by indices of another unit", () => node(select, x, halves), /its index does not count in units of 1/],
    ["of different units", () => node(select, units, index(2)), /count in different units/],
    ["by a table", () => node(select, x, input("index", [2, 2])), /should be a list \[E\], found \[2, 2\]/],
    ["of a number", () => node(select, input("x", []), index(2)), /its values have no rows/],
    ["by too few indices", () => node(scatter("sum", 2), x, index(2)), /2 indices for 3 rows of \[3, 2\]/],
    ["into no row", () => node(scatter("sum", 0), x, index(3)), /it has 0 rows/],
  ])("%s", (_, make, message) => {
    expect(mistakeOf(make)).toMatch(message);
    expect(mistakeOf(make)).toMatch(/node 'y'/);
  });
});
