import { describe, expect, it } from "vitest";
import { perTensor } from "../../../../src/ir/granular.js";
import { channel, facts, fixed, input, node, type Own, ufixed, values } from "../../../support/fixed-node.js";
import { mistakeOf } from "../../../support/mistake.js";

const typed = { types: channel(fixed(4, 4), ufixed(3, 2)), ranges: channel("-8..7", "1..5") };
const x = input("x", [2, 2], typed);
const T = "fixed<4,4>";
const U = "ufixed<3,2>";

describe("movements carry types and ranges with the elements", () => {
  it.each([
    [
      { op: "reshape", shape: [4] },
      `[4] channel[${T}, ${U}, ${T}, ${U}] channel[-8..7, 1..5, -8..7, 1..5]`,
      [1, 2, 3, 4],
    ],
    [{ op: "reshape", shape: [1, 2, 2] }, `[1, 2, 2] channel[${T}, ${U}] channel[-8..7, 1..5]`, [1, 2, 3, 4]],
    [
      { op: "transpose", permutation: [1, 0] },
      `[2, 2] element[${T}, ${T}, ${U}, ${U}] element[-8..7, -8..7, 1..5, 1..5]`,
      [1, 3, 2, 4],
    ],
    [
      { op: "slice", starts: [1, 1], steps: [1, -1], shape: [1, 2] },
      `[1, 2] channel[${U}, ${T}] channel[1..5, -8..7]`,
      [4, 3],
    ],
    [{ op: "slice", starts: [0, 1], steps: [1, 1], shape: [2, 1] }, `[2, 1] ${U} 1..5`, [2, 4]],
    [
      { op: "gather", axis: 1, indices: [1, 1, 0] },
      `[2, 3] channel[${U}, ${U}, ${T}] channel[1..5, 1..5, -8..7]`,
      [2, 2, 1, 4, 4, 3],
    ],
    [
      { op: "pad", before: [1, 0], after: [0, 0] },
      `[3, 2] channel[${T}, ${U}] channel[-8..7, 0..5]`,
      [0, 0, 1, 2, 3, 4],
    ],
    [
      { op: "pad", before: [0, 0], after: [0, 1] },
      `[2, 3] channel[${T}, ${U}, ufixed<0,0>] channel[-8..7, 1..5, 0..0]`,
      [1, 2, 0, 3, 4, 0],
    ],
    [
      { op: "expand", shape: [2, 2, 2] },
      `[2, 2, 2] channel[${T}, ${U}] channel[-8..7, 1..5]`,
      [1, 2, 3, 4, 1, 2, 3, 4],
    ],
  ] as readonly (readonly [Own, string, readonly number[]])[])("%j", (own, expected, result) => {
    const made = node(own, x);
    expect(facts(made)).toBe(expected);
    expect(values(made, [x], [1, 2, 3, 4])).toEqual(result);
  });

  it("concat sets channels side by side", () => {
    const one = input("one", [2, 1], { types: perTensor(ufixed(1, 1)), ranges: "0..1" });
    const made = node({ op: "concat", axis: 1 }, one, x, one);
    expect(facts(made)).toBe(
      `[2, 4] channel[ufixed<1,1>, ${T}, ${U}, ufixed<1,1>] channel[0..1, -8..7, 1..5, 0..1]`,
    );
    expect(values(made, [one, x, one], [0, 1], [2, 3, 4, 5], [6, 7])).toEqual([0, 2, 3, 6, 1, 4, 5, 7]);
  });

  it("concat along another axis joins what has one unit, and tells apart what has two", () => {
    const wide = input("wide", [1, 2], {
      types: channel(ufixed(5, 5), ufixed(3, 2)),
      ranges: channel("0..31", "0..7"),
    });
    expect(facts(node({ op: "concat", axis: 0 }, x, wide))).toBe(
      `[3, 2] channel[fixed<6,6>, ${U}] channel[-8..31, 0..7]`,
    );
    const half = input("half", [1, 2], { types: perTensor(fixed(4, 3)), ranges: "-2..2" });
    expect(facts(node({ op: "concat", axis: 0 }, x, half))).toBe(
      `[3, 2] element[${T}, ${U}, ${T}, ${U}, fixed<4,3>, fixed<4,3>] element[-8..7, 1..5, -8..7, 1..5, -2..2, -2..2]`,
    );
  });

  it("say what they refuse", () => {
    expect(mistakeOf(() => node({ op: "reshape", shape: [3] }, x))).toMatch("node 'y': ");
    expect(mistakeOf(() => node({ op: "concat", axis: 0 }))).toBe(
      "node 'y': concat takes 1 or more inputs, found 0",
    );
    expect(mistakeOf(() => node({ op: "expand", shape: [2] }, x, x))).toBe(
      "node 'y': expand takes 1 inputs, found 2",
    );
  });
});

describe("large values", () => {
  // A value of 256 × 256 × 64 has 4 million elements; nothing below may go over them.
  const shape = [256, 256, 64];
  const large = input("x", shape, {
    types: { per: "channel", items: Array.from({ length: 64 }, (_, c) => fixed(8, c % 3)) },
    ranges: "-100..100",
  });
  const flat = input("flat", [4096, 4096]);

  it.each([
    [{ op: "relu" }, large],
    [{ op: "pad", before: [1, 1, 0], after: [1, 1, 1] }, large],
    [{ op: "slice", starts: [0, 255, 3], steps: [1, -1, 2], shape: [256, 256, 20] }, large],
    [{ op: "gather", axis: 2, indices: [5, 4, 3] }, large],
    [{ op: "gather", axis: 0, indices: [5, 4, 3] }, large],
    [{ op: "transpose", permutation: [1, 0, 2] }, large],
    [{ op: "reshape", shape: [65536, 64] }, large],
    [{ op: "expand", shape: [9, 256, 256, 64] }, large],
    [{ op: "transpose", permutation: [1, 0] }, flat],
    [{ op: "reshape", shape: [2 ** 22, 4] }, flat],
    [{ op: "reduce", kind: "sum", axes: [0, 1] }, large],
    [{ op: "argmax", last: false }, flat],
    [
      {
        op: "pool2d",
        kind: "sum",
        size: { rows: 3, columns: 3 },
        strides: { rows: 1, columns: 1 },
        dilations: { rows: 1, columns: 1 },
        pads: { top: 1, bottom: 1, left: 1, right: 1 },
      },
      large,
    ],
  ] as readonly (readonly [Own, ReturnType<typeof input>])[])(
    "%j is built and verified at once",
    (own, from) => {
      const start = performance.now();
      for (let n = 0; n < 5; n++) node(own, from);
      // Going over the elements of one property once takes longer than that.
      expect(performance.now() - start).toBeLessThan(250);
    },
  );

  it("two of them are added and set side by side at once", () => {
    const start = performance.now();
    const other = { ...large, name: "other" };
    for (let n = 0; n < 5; n++) {
      node({ op: "add" }, large, other);
      node({ op: "concat", axis: 2 }, large, other);
      node({ op: "concat", axis: 0 }, large, other);
    }
    expect(performance.now() - start).toBeLessThan(250);
  });
});
