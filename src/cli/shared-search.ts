import type { Effort } from "../lower/effort.js";
import type { Network } from "../lower/linear/network.js";
import type { Plan } from "../lower/linear/plan.js";
import { planBy } from "../lower/linear/search.js";

/** A search that several threads take part in. */
export interface SharedSearch {
  readonly network: Network;
  readonly effort: Effort;
  /** Strategies: each is tried by the thread that takes it first. */
  readonly count: number;
  /** Two integers that the threads share: the next strategy that none has taken, and the answers so far. */
  readonly state: SharedArrayBuffer;
}

/** The plan that a strategy found, or that it failed. */
export interface Answer {
  readonly strategy: number;
  readonly plan?: Plan | undefined;
  readonly failed?: true;
}

const NEXT = 0;
const ANSWERS = 1;

/** The state of a search that nobody has begun. */
export function newState(): SharedArrayBuffer {
  return new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
}

/** Tries strategies as long as there are some that no thread has taken, and gives the answers. */
export function takePart(
  { network, effort, count, state }: SharedSearch,
  give: (answer: Answer) => void,
): void {
  const counters = new Int32Array(state);
  for (;;) {
    const strategy = Atomics.add(counters, NEXT, 1);
    if (strategy >= count) return;
    give(attempt(network, effort, strategy));
    Atomics.add(counters, ANSWERS, 1);
    Atomics.notify(counters, ANSWERS);
  }
}

function attempt(network: Network, effort: Effort, strategy: number): Answer {
  try {
    return { strategy, plan: planBy(network, effort, strategy) };
  } catch {
    return { strategy, failed: true };
  }
}

/** How many answers there are. */
export function answersIn(state: SharedArrayBuffer): number {
  return Atomics.load(new Int32Array(state), ANSWERS);
}

/** Waits until there are not `known` answers any more; false when there still are after as many milliseconds. */
export function awaitAnswer(state: SharedArrayBuffer, known: number, milliseconds: number): boolean {
  return Atomics.wait(new Int32Array(state), ANSWERS, known, milliseconds) !== "timed-out";
}
