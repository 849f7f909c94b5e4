import { describe, expect, it } from "vitest";
import { perTensor } from "../../../../src/ir/granular.js";
import { channel, element, facts, fixed, input, node, values } from "../../../support/fixed-node.js";
import { mistakeOf } from "../../../support/mistake.js";

const types = perTensor(fixed(0, 0));

describe("steps", () => {
  const x = input("x", [4], { ranges: "-3..4" });
  const steps = perTensor({ levels: [-2n, 1n, 1n, 9n], values: [5n, 0n, 8n, -1n, 99n] });

  it("gives the value of as many levels as k reaches", () => {
    const made = node({ op: "steps", steps, types }, x);
    expect(values(made, [x], [-3, -2, 0, 1])).toEqual([5, 0, 0, -1]);
    // 99 is out of reach; between −3 and 4 lie all others.
    expect(facts(made)).toBe("[4] fixed<5,5> -1..8");
  });

  it("refuses values of the wrong number and levels that do not ascend", () => {
    const bad = (levels: bigint[], values: bigint[]) =>
      mistakeOf(() => node({ op: "steps", steps: perTensor({ levels, values }), types }, x));
    expect(bad([1n], [0n])).toBe("node 'y': steps: 1 values for 1 levels: there is one value more");
    expect(bad([2n, 1n], [0n, 0n, 0n])).toBe("node 'y': steps: the levels do not ascend");
  });
});

describe("table", () => {
  const x = input("x", [1, 2], { ranges: channel("-1..1", "2..3") });
  const tables = channel({ low: -2n, entries: [70n, 5n, -6n, 7n] }, { low: 2n, entries: [1n, 2n, 3n] });

  it("looks k up", () => {
    const made = node({ op: "table", tables, types }, x);
    expect(values(made, [x], [-1, 3])).toEqual([5, 2]);
    expect(facts(made)).toBe("[1, 2] channel[fixed<4,4>, ufixed<2,2>] channel[-6..7, 1..2]");
  });

  it("refuses an input that has no entry", () => {
    expect(mistakeOf(() => node({ op: "table", tables: perTensor(tables.items[1]), types }, x))).toBe(
      "node 'y': its table has entries for 2..4, its input takes -1..1",
    );
  });
});

describe("interpolate", () => {
  // Nodes at −4, 0, 4, 8 with the values 0, 10, 4, 100, in quarters.
  const own = { op: "interpolate", low: -4n, step: 2, entries: [0n, 10n, 4n, 100n], types } as const;
  const x = input("x", [9], { ranges: "-4..4" });

  it("draws straight lines, rounded to nearest, halves up", () => {
    const made = node({ ...own, drop: 0 }, x);
    expect(values(made, [x], [-4, -3, -2, -1, 0, 1, 2, 3, 4])).toEqual([0, 3, 5, 8, 10, 9, 7, 6, 4]);
    expect(facts(made)).toBe("[9] ufixed<4,4> 0..10");
    const dropped = node({ ...own, drop: 2 }, x);
    expect(values(dropped, [x], [-4, -3, -2, -1, 0, 1, 2, 3, 4])).toEqual([0, 1, 1, 2, 3, 2, 2, 1, 1]);
    const plain = node({ ...own, step: 0, drop: 0 }, input("x", [1], { ranges: "-4..-2" }));
    expect(values(plain, [x], [-4, -3, -2])).toEqual([0, 10, 4]);
  });

  it("its bounds are those that it reaches, whatever the range", () => {
    for (let lo = -4; lo <= 7; lo++) {
      for (let hi = lo; hi <= 7; hi++) {
        const part = input("x", [hi - lo + 1], { ranges: `${lo}..${hi}` });
        const made = node({ ...own, drop: 1 }, part);
        const reached = values(
          made,
          [part],
          Array.from({ length: hi - lo + 1 }, (_, i) => lo + i),
        );
        expect(made.ranges.items).toEqual([
          { lo: BigInt(Math.min(...reached)), hi: BigInt(Math.max(...reached)) },
        ]);
      }
    }
  });

  it("refuses an input beyond its nodes", () => {
    expect(mistakeOf(() => node({ ...own, drop: 0 }, input("x", [1], { ranges: "-4..8" })))).toBe(
      "node 'y': its nodes span -4..7, its input takes -4..8",
    );
    expect(mistakeOf(() => node({ ...own, drop: -1 }, x))).toBe(
      "node 'y': step and drop are counts from 0 on, and there are at least two entries",
    );
  });
});

describe("argmax", () => {
  const x = input("x", [2, 3], { ranges: channel("0..5", "-9..-1", "3..8") });

  it("takes the first or the last of equal ones", () => {
    const first = node({ op: "argmax", last: false }, x);
    expect(facts(first)).toBe("[2] ufixed<2,2> 0..2");
    expect(values(first, [x], [5, -1, 5, 3, -1, 8])).toEqual([0, 2]);
    expect(values(node({ op: "argmax", last: true }, x), [x], [5, -1, 5, 8, -1, 3])).toEqual([2, 0]);
  });

  it("leaves out what is never the largest", () => {
    const sites = input("s", [2, 3], { ranges: element("0..5", "6..7", "0..9", "1..2", "-4..0", "-4..0") });
    expect(facts(node({ op: "argmax", last: false }, sites))).toBe(
      "[2] channel[ufixed<2,2>, ufixed<0,0>] channel[1..2, 0..0]",
    );
  });

  it("refuses a scalar and channels of two units", () => {
    expect(mistakeOf(() => node({ op: "argmax", last: false }, input("s", [])))).toBe(
      "node 'y': its input has no axis",
    );
    const mixed = input("m", [2], { types: channel(fixed(8, 8), fixed(8, 7)) });
    expect(mistakeOf(() => node({ op: "argmax", last: false }, mixed))).toMatch("count in different units");
  });
});
