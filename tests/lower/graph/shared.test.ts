import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FABRICS } from "../../../src/lower/delay.js";
import { lower } from "../../../src/lower/index.js";
import { randomIterations } from "../../support/random-iterations.js";
import { compareByInterpreter } from "../../support/stream.js";

describe("a random network of iterations that share hardware", () => {
  it("equals the reference simulator on every bit and at the promised clocks, also after a reset in between", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 31 - 1 }),
        fc.boolean(),
        fc.constantFrom(50, 200, 320),
        fc.integer({ min: 1, max: 13 }),
        fc.option(fc.constantFrom(1, 2, 4, 8), { nil: undefined }),
        fc.option(fc.nat(60), { nil: 0 }),
        (seed, passed, megahertz, edges, nodes, broken) => {
          const { fixed } = randomIterations(seed, passed);
          const options = {
            architecture: "graph",
            period: 1000 / megahertz,
            delays: FABRICS["ultrascale+"],
          } as const;
          const paces = { edges, ...(nodes !== undefined && { nodes }) };
          const lowered = lower(fixed, { ...options, ...paces, iterations: "shared" });
          expect(compareByInterpreter(fixed, lowered, 6, seed, broken)).toMatchObject({
            protocol: [],
            differences: [],
            equal: true,
          });
        },
      ),
      { numRuns: process.env.SLOW === "1" ? 5_000 : 60 },
    );
  });
});
