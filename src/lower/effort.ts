import type { Dsp } from "./dsp.js";

/** How long the compiler looks for cheaper adder graphs: 0 one way of sharing, 1 several and two depths, 2 and 3 restarts and more depths. */
export const EFFORTS = [0, 1, 2, 3] as const;
export type Effort = (typeof EFFORTS)[number];
export const DEFAULT_EFFORT: Effort = 1;

/** How adder graphs are looked for: how long, and how deep they may be (slack.ts). And of what products and tables are made. */
export interface Search {
  readonly effort: Effort;
  readonly slack: number;
  /** The multiplier that products of two live values are made by; LUTs where it is missing. */
  readonly dsp?: Pick<Dsp, "a" | "b">;
  /** From so many bits on a table is in block RAM; where it is missing, all are LUTs. */
  readonly blockRamFrom?: number;
}

/** What the search for an adder graph found; LUTs are those of its adders and tables by the search's own count. */
export interface AdderGraphFacts {
  /** The strategy that won. */
  readonly strategy: string;
  readonly lut: number;
  /** LUTs that it takes less than the same matrix without shared sums. */
  readonly saved: number;
}

/** Several adder graphs as one: the strategy is that of the largest. */
export function joinedFacts(graphs: readonly AdderGraphFacts[]): AdderGraphFacts | undefined {
  const [largest] = graphs.toSorted((a, b) => b.lut - a.lut);
  if (largest === undefined) return undefined;
  const sum = (of: (facts: AdderGraphFacts) => number) =>
    Math.round(graphs.reduce((total, facts) => total + of(facts), 0));
  return { strategy: largest.strategy, lut: sum(({ lut }) => lut), saved: sum(({ saved }) => saved) };
}
