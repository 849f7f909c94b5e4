import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runPasses } from "../../src/passes/index.js";
import { RANDOM_CHAIN, randomFixed } from "../support/random-fixed.js";
import { compareByInterpreter, lowerAt } from "../support/stream.js";

describe("a lowered stream", () => {
  it("equals the reference simulator on every bit and at the promised clocks", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 31 - 1 }),
        fc.nat(5),
        fc.constantFrom<0 | 1>(0, 1),
        fc.constantFrom(100, 320, 500),
        (seed, extra, along, megahertz) => {
          const raw = randomFixed(seed, RANDOM_CHAIN);
          const fixed = extra % 2 === 0 ? runPasses(raw) : raw;
          const length = fixed.nodes[0]?.shape[along] as number;
          const effort = seed % 8 === 0 ? 1 : 0;
          const lowered = lowerAt(fixed, 1 + (extra % length), along, megahertz, effort);
          expect(compareByInterpreter(fixed, lowered, 5, seed)).toMatchObject({
            protocol: [],
            differences: [],
            equal: true,
          });
        },
      ),
      { numRuns: process.env.SLOW === "1" ? 5000 : 600 },
    );
  });
});
