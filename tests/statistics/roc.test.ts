import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { areaUnderCounts, areaUnderCurve, countScores, rocCurve } from "../../src/statistics/roc.js";
import { createScoreCounter } from "../../src/statistics/score-counter.js";

type Event = readonly [score: number, positive: boolean];
const events = (distinct: number) =>
  fc.array(fc.tuple(fc.integer({ min: -distinct, max: distinct }), fc.boolean()), {
    minLength: 1,
    maxLength: 60,
  });

/** The fraction of pairs in the right order, equal ones half. */
function pairsInOrder(list: readonly Event[]): number {
  const positives = list.filter(([, positive]) => positive);
  const negatives = list.filter(([, positive]) => !positive);
  let pairs = 0;
  for (const [p] of positives) for (const [n] of negatives) pairs += p > n ? 1 : p === n ? 0.5 : 0;
  return pairs / (positives.length * negatives.length);
}

const scoresOf = (list: readonly Event[]) => Float64Array.from(list, ([score]) => score);

describe("the area under the curve", () => {
  it("is the fraction of pairs in the right order, equal ones half", () => {
    fc.assert(
      fc.property(events(5), (list) => {
        expect(areaUnderCurve(scoresOf(list), (i) => list[i][1])).toBe(pairsInOrder(list));
      }),
    );
  });

  it("is NaN where a score is none or all are of one kind", () => {
    expect(areaUnderCurve(Float64Array.of(1, Number.NaN), (i) => i === 0)).toBeNaN();
    expect(areaUnderCurve(Float64Array.of(1, 2), () => true)).toBeNaN();
  });
});

describe("the curve", () => {
  it("has at each threshold the fractions with at least that score, and the area below its straight lines", () => {
    fc.assert(
      fc.property(events(8), (list) => {
        const [positives, negatives] = [true, false].map((kind) => list.filter(([, p]) => p === kind));
        const points = rocCurve(countScores(scoresOf(list), (i) => list[i][1]));
        if (positives.length === 0 || negatives.length === 0) {
          expect(points).toEqual([]);
          return;
        }
        const fraction = (of: readonly Event[], threshold: number) =>
          of.filter(([score]) => score >= threshold).length / of.length;
        let area = 0;
        points.forEach(({ threshold, truePositiveRate, falsePositiveRate }, i) => {
          expect(truePositiveRate).toBe(fraction(positives, threshold));
          expect(falsePositiveRate).toBe(fraction(negatives, threshold));
          if (i === 0) return;
          const before = points[i - 1];
          expect(threshold).toBeLessThan(before.threshold);
          area +=
            ((truePositiveRate + before.truePositiveRate) / 2) *
            (falsePositiveRate - before.falsePositiveRate);
        });
        expect(points.at(-1)).toMatchObject({ truePositiveRate: 1, falsePositiveRate: 1 });
        expect(area).toBeCloseTo(pairsInOrder(list), 12);
      }),
    );
  });

  it("leaves out points that are near, but neither end", () => {
    const scores = Float64Array.from({ length: 10_000 }, (_, i) => i);
    const points = rocCurve(
      countScores(scores, (i) => i % 3 === 0),
      0.1,
    );
    expect(points.length).toBeLessThan(15);
    expect(points[0]).toMatchObject({ truePositiveRate: 0, falsePositiveRate: 0 });
    expect(points.at(-1)).toMatchObject({ threshold: 0, truePositiveRate: 1, falsePositiveRate: 1 });
  });
});

describe("createScoreCounter", () => {
  const count = (list: readonly Event[], most?: number) => {
    const counter = createScoreCounter(most);
    for (const [score, positive] of list) counter.add(score, positive);
    return counter.counts();
  };

  it("counts as countScores does while scores are told apart", () => {
    fc.assert(
      fc.property(events(10), (list) => {
        expect(count(list, 21)).toEqual(countScores(scoresOf(list), (i) => list[i][1]));
      }),
    );
  });

  it("keeps bounded memory, all events, true points of the curve and the area within its error", () => {
    let binned = 0;
    fc.assert(
      fc.property(events(100), fc.integer({ min: 2, max: 12 }), (list, most) => {
        const counts = count(list, most);
        expect(counts.scores.length).toBeLessThanOrEqual(Math.max(most, (most + 2) / 2));
        expect([...counts.positives, ...counts.negatives].reduce((a, b) => a + b, 0)).toBe(list.length);
        const area = areaUnderCounts(counts);
        const exact = pairsInOrder(list);
        if (Number.isNaN(exact)) return;
        if (new Set(scoresOf(list)).size > most) binned++;
        // Half the pairs of a bin is the error even of one score: ties are exact as well.
        expect(Math.abs(area.value - exact)).toBeLessThanOrEqual(area.error + 1e-12);
        const points = rocCurve(countScores(scoresOf(list), (i) => list[i][1]));
        for (const { threshold, truePositiveRate, falsePositiveRate } of rocCurve(counts)) {
          if (!Number.isFinite(threshold)) continue;
          const exactPoint = points.findLast((point) => point.threshold >= threshold);
          expect(exactPoint).toMatchObject({ truePositiveRate, falsePositiveRate });
        }
      }),
    );
    expect(binned).toBeGreaterThan(10);
  });
});
