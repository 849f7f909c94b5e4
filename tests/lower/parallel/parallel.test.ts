import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/ir/errors.js";
import type { FixedOp } from "../../../src/ir/fixed/fixed.js";
import { parseFixed } from "../../../src/ir/fixed/text.js";
import { OPERATORS } from "../../support/operator-graphs.js";
import { evaluateByReference, expectEqual, lowerWhole, randomGraph } from "../../support/parallel.js";
import { Random } from "../../support/random.js";
import { randomFixed } from "../../support/random-fixed.js";

const SLOW = process.env.SLOW === "1";

/** Lowers a random graph; undefined where a table is too wide for firmware, which is a mistake of the user. */
function lowered(fixed: Parameters<typeof lowerWhole>[0], megahertz: number) {
  try {
    return lowerWhole(fixed, megahertz);
  } catch (error) {
    if (error instanceof UserError && /index of|ns for logic/.test(error.message)) return undefined;
    throw error;
  }
}

describe("parallel firmware", () => {
  it.each(OPERATORS)("equals the oracle at the promised clocks: graphs with %s", (op) => {
    let met = 0;
    // A selection needs a condition, which only a threshold gives.
    const favourites: readonly FixedOp[] = op === "select" ? [op, "threshold"] : [op];
    const weighted = [...Array.from({ length: 15 }, () => favourites).flat(), ...OPERATORS];
    for (let seed = 1; seed <= (SLOW ? 400 : op === "select" ? 60 : 20); seed++) {
      const random = new Random(seed * 7919 + op.length);
      const fixed = randomGraph(random, random.pick([1, 2, 4, 7]), random.integer(1, 5), weighted);
      if (!fixed.nodes.some((node) => node.op === op)) continue;
      const firmware = lowered(fixed, random.pick([100, 320, 450]));
      if (firmware === undefined) continue;
      met++;
      try {
        expectEqual(fixed, firmware, random, 12);
      } catch (error) {
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
      }
    }
    expect(met).toBeGreaterThan(3);
  });

  it("gives a single number on more bits than it needs", () => {
    const fixed = parseFixed(
      `l1c fixed "one"

graph main {
  %x : [2] fixed<2,2> -2..1 = input() {rounding = RND, overflow = SAT}
  %sum : [1] fixed<3,3> channel[-4..2] = dense(%x) {kernel = tensor<2x1>[1, 1], bias = tensor<1>[0]}
  %y : [1] fixed<6,6> channel[-4..2] = requantize(%sum) {rounding = TRN, overflow = SAT}
  return y = %y
}
`,
      "text",
    );
    expectEqual(fixed, lowerWhole(fixed), new Random(1), 20);
  });

  it("equals the reference simulator on graphs with types of every unit", () => {
    let met = 0;
    for (let seed = 1; seed <= (SLOW ? 4000 : 150); seed++) {
      const random = new Random(seed);
      const fixed = randomFixed(seed, { inputBits: random.pick([2, 4, 7]) });
      const firmware = lowered(fixed, random.pick([100, 320, 450]));
      if (firmware === undefined) continue;
      met++;
      try {
        expectEqual(fixed, firmware, random, 8, evaluateByReference(fixed));
      } catch (error) {
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
      }
    }
    expect(met).toBeGreaterThan(80);
  });
});
