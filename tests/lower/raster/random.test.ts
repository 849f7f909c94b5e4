import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FABRICS } from "../../../src/lower/delay.js";
import { lower } from "../../../src/lower/index.js";
import { runPasses } from "../../../src/passes/index.js";
import { randomRaster } from "../../support/random-raster.js";
import { compareByInterpreter } from "../../support/stream.js";

describe("a random raster", () => {
  it("equals the reference simulator on every bit and at the promised clocks, also after a reset in between", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 31 - 1 }),
        fc.boolean(),
        fc.constantFrom<readonly [number, number]>([1, 5], [5, 16]),
        fc.constantFrom(50, 200, 320),
        fc.option(fc.nat(200), { nil: 0 }),
        (seed, passed, layers, megahertz, broken) => {
          const raw = randomRaster(seed, layers);
          const fixed = passed ? runPasses(raw) : raw;
          const lowered = lower(fixed, {
            architecture: "raster",
            period: 1000 / megahertz,
            delays: FABRICS["ultrascale+"],
          });
          expect(compareByInterpreter(fixed, lowered, 6, seed, broken)).toMatchObject({
            protocol: [],
            differences: [],
            equal: true,
          });
        },
      ),
      {
        numRuns: process.env.SLOW === "1" ? 10_000 : 200,
        // Sums at a border whose table is not defined for all that their taps might give.
        examples: [[338842928, false, [1, 5], 50, 0]],
      },
    );
  });
});
