import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LazyHeap } from "../../../src/lower/linear/lazy-heap.js";

describe("a heap whose priorities change", () => {
  it("gives the wanted item with the highest priority now, the first pushed among equals", () => {
    const change = fc.tuple(fc.nat(7), fc.integer({ min: -1, max: 5 }));
    fc.assert(
      fc.property(fc.array(fc.oneof(change, fc.constant("pop" as const)), { maxLength: 60 }), (actions) => {
        const priorities = new Map<number, number>();
        const pushed: number[] = [];
        const heap = new LazyHeap<number>((item) => priorities.get(item) ?? 0);
        for (const action of actions) {
          if (action === "pop") {
            const wanted = pushed.filter((item) => (priorities.get(item) ?? 0) > 0);
            const best = wanted.toSorted(
              (a, b) =>
                (priorities.get(b) ?? 0) - (priorities.get(a) ?? 0) || pushed.indexOf(a) - pushed.indexOf(b),
            )[0];
            expect(heap.pop()).toBe(best);
            // What came out is used up until it is pushed again.
            if (best !== undefined) priorities.set(best, 0);
          } else {
            const [item, priority] = action;
            const grows = priority > (priorities.get(item) ?? 0);
            priorities.set(item, priority);
            if (grows) {
              if (!pushed.includes(item)) pushed.push(item);
              heap.push(item);
            }
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});
