import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InternalError } from "../../../src/ir/errors.js";
import { Turns } from "../../../src/lower/graph/turns.js";

/** The clocks of the interval that turns take. */
const clocksOf = (starts: readonly number[], clocks: number, interval: number) =>
  starts.flatMap((start) => Array.from({ length: clocks }, (_, i) => (start + i) % interval));

describe("turns", () => {
  it("begin as early as they can", () => {
    const turns = new Turns(3, 4, 20);
    expect([turns.next(5), turns.next(6), turns.next(30)]).toEqual([5, 9, 33]);
  });

  it("wait for room that those to come need", () => {
    // Beginning at 3 would leave no four clocks in a row.
    const turns = new Turns(2, 4, 8);
    expect([turns.next(0), turns.next(11)]).toEqual([0, 12]);
  });

  it("refuse more than the interval holds", () => {
    expect(() => new Turns(3, 4, 11)).toThrow(InternalError);
  });

  it("never overlap, of whatever event, and wait less than an interval", () => {
    const asked = fc.record({
      clocks: fc.integer({ min: 1, max: 9 }),
      slack: fc.nat(12),
      earliest: fc.array(fc.nat(200), { minLength: 1, maxLength: 6 }),
    });
    fc.assert(
      fc.property(asked, ({ clocks, slack, earliest }) => {
        const interval = earliest.length * clocks + slack;
        const turns = new Turns(earliest.length, clocks, interval);
        const starts = earliest.map((from) => turns.next(from));
        const taken = clocksOf(starts, clocks, interval);
        expect(new Set(taken).size).toBe(taken.length);
        starts.forEach((start, i) => {
          expect(start - (earliest[i] as number)).toBeGreaterThanOrEqual(0);
          expect(start - (earliest[i] as number)).toBeLessThan(interval);
        });
      }),
      { numRuns: 500 },
    );
  });
});
