import { describe, expect, it } from "vitest";
import { randomEvents } from "../../src/cosim/random-events.js";
import type { Fixed, FixedNode } from "../../src/ir/fixed/fixed.js";
import type { Interval } from "../../src/ir/fixed-point.js";

const type = { signed: true, width: 100, integer: 100 };
const input = (name: string, shape: readonly number[], items: readonly Interval[]): FixedNode => ({
  op: "input",
  name,
  inputs: [],
  shape,
  types: { per: "tensor", items: [type] },
  ranges: { per: items.length === 1 ? "tensor" : "element", items },
  rounding: "RND",
  overflow: "SAT",
});
const WIDE = 2n ** 70n;
const fixed: Fixed = {
  name: "inputs",
  nodes: [
    input(
      "a",
      [3],
      [
        { lo: -2n, hi: 3n },
        { lo: 5n, hi: 6n },
        { lo: -9n, hi: -9n },
      ],
    ),
    input("b", [2, 1], [{ lo: -WIDE, hi: WIDE }]),
  ],
  outputs: [{ name: "y", value: "a" }],
};

/** The integers of every event of both inputs. */
function events(count: number, rows: number, seed: number): readonly (readonly (readonly bigint[])[])[] {
  const found: bigint[][][] = [];
  for (const { count: length, inputs, nodes } of randomEvents(fixed, { count, rows, seed, nodes: ["a"] })) {
    expect(nodes).toEqual(["a"]);
    for (let row = 0; row < length; row++) {
      const part = (name: string, size: number) =>
        Array.from(inputs[name].slice(row * size, (row + 1) * size) as ArrayLike<number>, BigInt);
      found.push([part("a", 3), part("b", 2)]);
    }
  }
  return found;
}

describe("random events", () => {
  it("begin with all at the least, all at the largest and all at zero, as far as they are asked for", () => {
    const corners = [
      [
        [-2n, 5n, -9n],
        [-WIDE, -WIDE],
      ],
      [
        [3n, 6n, -9n],
        [WIDE, WIDE],
      ],
      [
        [0n, 5n, -9n],
        [0n, 0n],
      ],
    ];
    expect(events(10, 4, 1).slice(0, 3)).toEqual(corners);
    expect(events(2, 100, 1)).toEqual(corners.slice(0, 2));
  });

  it("then take every integer of each element's bounds, and none beyond", () => {
    const many = events(1000, 300, 7).slice(3);
    const seen = (e: number) => [...new Set(many.map(([a]) => a[e]))].sort((x, y) => Number(x - y));
    expect(seen(0)).toEqual([-2n, -1n, 0n, 1n, 2n, 3n]);
    expect(seen(1)).toEqual([5n, 6n]);
    expect(seen(2)).toEqual([-9n]);
    const wide = many.flatMap(([, b]) => b);
    expect(wide.every((k) => k >= -WIDE && k <= WIDE)).toBe(true);
    expect(wide.some((k) => k > WIDE / 2n) && wide.some((k) => k < -WIDE / 2n)).toBe(true);
    // Each of the six values of the first element within five standard deviations of its mean of 166.
    for (let k = -2n; k <= 3n; k++) {
      const count = many.filter(([a]) => a[0] === k).length;
      expect(Math.abs(count - 166)).toBeLessThan(60);
    }
  });

  it("are the same for the same seed, however large the blocks are", () => {
    expect(events(50, 7, 3)).toEqual(events(50, 50, 3));
    expect(events(50, 7, 3)).not.toEqual(events(50, 7, 5));
  });
});
