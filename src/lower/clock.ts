import { UserError } from "../ir/errors.js";
import type { Lowered } from "./lowered.js";

/** The fastest clock that is tried, in MHz, as fast as the configuration allows one. */
export const FASTEST = 1000;

/** A bound on the latency: in ns, in cycles, or both. */
export interface LatencyBound {
  readonly ns?: number;
  readonly cycles?: number;
}

/** The clock that was found, and the firmware for it. */
export interface SoughtClock {
  readonly megahertz: number;
  readonly lowered: Lowered;
}

/**
 * The clock for a latency. In ns: the slowest one whose firmware takes no longer, which has the fewest registers. With c cycles
 * it is c/ns, so the fewest cycles are looked for that do at their own clock. In cycles only: the fastest clock, in
 * whole MHz, whose firmware takes no more. `lowerAt` makes firmware for a clock; what takes more cycles than it is given, it
 * may refuse or return. Throws a UserError where no clock does.
 */
export function seekClock(
  bound: LatencyBound,
  lowerAt: (megahertz: number, cycles: number) => Lowered,
): SoughtClock {
  const { ns, cycles } = bound;
  if (ns !== undefined) return slowest(ns, cycles, lowerAt);
  if (cycles !== undefined) return fastest(cycles, lowerAt);
  throw new UserError("a clock is sought for a latency, and none is given", {
    where: "clock_mhz",
    hint: "Give latency.ns or latency.cycles, or the clock in MHz.",
  });
}

function slowest(
  ns: number,
  most: number | undefined,
  lowerAt: (megahertz: number, cycles: number) => Lowered,
): SoughtClock {
  const fail = (reason: string) =>
    new UserError(`no clock meets ${ns} ns: ${reason}`, {
      where: "latency.ns",
      hint: "Allow more, or make the model smaller.",
    });
  let cycles = 1;
  for (;;) {
    if (cycles > (most ?? cycles))
      throw fail(`it takes more than ${most} cycles, which latency.cycles allows, at their clocks`);
    // Rounded up, so that the latency stays below its bound.
    const megahertz = Math.ceil((1e6 * cycles) / ns - 1e-6) / 1000;
    if (megahertz > FASTEST) throw fail(`${cycles} cycles need a clock above ${FASTEST} MHz`);
    const made = attempt(() => lowerAt(megahertz, cycles));
    if (made instanceof UserError) {
      if (made.where === "latency") {
        cycles++;
        continue;
      }
      // A slow clock is refused for what no clock changes.
      if (cycles === 1) throw made;
      throw fail(`at ${megahertz} MHz, for ${cycles} cycles, ${made.message}`);
    }
    if (made.latency <= cycles) return { megahertz, lowered: made };
    // A faster clock takes no fewer cycles than this one.
    cycles = made.latency;
  }
}

function fastest(cycles: number, lowerAt: (megahertz: number, cycles: number) => Lowered): SoughtClock {
  const at = (megahertz: number) => {
    const made = attempt(() => lowerAt(megahertz, cycles));
    return made instanceof UserError || made.latency <= cycles
      ? made
      : new UserError(`it takes ${made.latency} cycles at any clock, ${cycles} are allowed`, {
          where: "latency.cycles",
          hint: "Allow more.",
        });
  };
  const slow = at(1);
  if (slow instanceof UserError) throw slow;
  let best: SoughtClock = { megahertz: 1, lowered: slow };
  // The fastest that does is at least `best` and below `end`.
  for (let end = FASTEST + 1; end - best.megahertz > 1; ) {
    const megahertz = Math.floor((best.megahertz + end) / 2);
    const made = at(megahertz);
    if (made instanceof UserError) end = megahertz;
    else best = { megahertz, lowered: made };
  }
  return best;
}

function attempt(make: () => Lowered): Lowered | UserError {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error;
  }
}
