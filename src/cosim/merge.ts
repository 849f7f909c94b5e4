import type { Comparison } from "./compare.js";
import { KEPT } from "./port-comparer.js";

/** The comparison of consecutive runs as one; events of the later runs are numbered on. */
export function mergeComparisons(runs: readonly Comparison[]): Comparison {
  const unique = (values: readonly number[]) => [...new Set(values)];
  return runs.reduce(
    (all, run) => ({
      events: all.events + run.events,
      bitsCompared: all.bitsCompared + run.bitsCompared,
      bitsDiffering: all.bitsDiffering + run.bitsDiffering,
      differences: [
        ...all.differences,
        ...run.differences.map((difference) => ({ ...difference, event: difference.event + all.events })),
      ].slice(0, KEPT),
      latencies: unique([...all.latencies, ...run.latencies]),
      intervals: unique([...all.intervals, ...run.intervals]),
      protocol: [...all.protocol, ...run.protocol].slice(0, KEPT),
      equal: all.equal && run.equal,
    }),
    {
      events: 0,
      bitsCompared: 0,
      bitsDiffering: 0,
      differences: [],
      latencies: [],
      intervals: [],
      protocol: [],
      equal: true,
    } as Comparison,
  );
}
