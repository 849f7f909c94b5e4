import type { Dsp } from "./dsp.js";
import type { Network } from "./linear/network.js";
import type { Plan } from "./linear/plan.js";

/** How long the compiler looks for cheaper adder graphs: 0 one way of sharing, 1 several and depths by layer, 2 and 3 restarts and more depths. */
export const EFFORTS = [0, 1, 2, 3] as const;
export type Effort = (typeof EFFORTS)[number];
export const DEFAULT_EFFORT: Effort = 1;

/** What every architecture is told of the search for adder graphs. All but `effort` leaves the result as it is. */
export interface SearchOptions {
  /** How long cheaper adder graphs are looked for. */
  readonly effort?: Effort;
  /** Keeps what was found beyond this run; it is proven as everything that is found. */
  readonly store?: SearchStore;
  /** Does what a search has to try; a plain loop where it is missing. */
  readonly runner?: SearchRunner;
}

/** The options of the search out of those of an architecture. */
export function searchOptionsOf({ effort, store, runner }: SearchOptions): SearchOptions {
  return {
    ...(effort !== undefined && { effort }),
    ...(store !== undefined && { store }),
    ...(runner !== undefined && { runner }),
  };
}

/** How adder graphs are looked for: how long, and how deep they may be (slack.ts). And of what products and tables are made. */
export interface Search extends SearchOptions {
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

/** What the search found for a matrix. */
export interface Found {
  readonly plan: Plan;
  readonly facts: AdderGraphFacts;
}

/** Keeps what was found by the content of what it was found for. Neither reading nor writing fails: nothing is kept then. */
export interface SearchStore {
  get(key: string): Found | undefined;
  put(key: string, found: Found): void;
  /** What `get` gave is wrong: it is not given again. */
  refuse(key: string): void;
}

/** Tries all strategies of an effort on a network. */
export interface SearchRunner {
  /** The plan that each of the first `count` strategies finds, as `planBy` (linear/search.ts) gives it. */
  run(network: Network, effort: Effort, count: number): readonly (Plan | undefined)[];
}

/** Several adder graphs, of which there are so many copies, as one: the strategy is that of the largest. */
export function joinedFacts(graphs: readonly AdderGraphFacts[], copies = 1): AdderGraphFacts | undefined {
  const [largest] = graphs.toSorted((a, b) => b.lut - a.lut);
  if (largest === undefined) return undefined;
  const sum = (of: (facts: AdderGraphFacts) => number) =>
    Math.round(copies * graphs.reduce((total, facts) => total + of(facts), 0));
  return { strategy: largest.strategy, lut: sum(({ lut }) => lut), saved: sum(({ saved }) => saved) };
}
