import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FABRICS } from "../../../src/lower/delay.js";
import { lower } from "../../../src/lower/index.js";
import { runPasses } from "../../../src/passes/index.js";
import { itemsPerClock } from "../../support/items-per-clock.js";
import { randomGraphNetwork } from "../../support/random-graph-network.js";
import { compareByInterpreter } from "../../support/stream.js";

describe("a random network on graphs", () => {
  it("equals the reference simulator on every bit and at the promised clocks, also after a reset in between", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 31 - 1 }),
        fc.boolean(),
        fc.constantFrom<readonly [number, number]>([1, 5], [5, 14]),
        fc.constantFrom(50, 200, 320),
        fc.integer({ min: 1, max: 15 }),
        fc.option(fc.constantFrom(1, 2, 4, 8), { nil: undefined }),
        fc.option(fc.nat(60), { nil: 0 }),
        (seed, passed, layers, megahertz, edges, nodes, broken) => {
          const raw = randomGraphNetwork(seed, layers);
          const fixed = passed ? runPasses(raw) : raw;
          const lowered = lower(fixed, {
            architecture: "graph",
            period: 1000 / megahertz,
            delays: FABRICS["ultrascale+"],
            ...itemsPerClock(fixed, { edges, nodes }),
          });
          expect(compareByInterpreter(fixed, lowered, 6, seed, broken)).toMatchObject({
            protocol: [],
            differences: [],
            equal: true,
          });
        },
      ),
      { numRuns: process.env.SLOW === "1" ? 10_000 : 200 },
    );
  });
});
