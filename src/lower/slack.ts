import type { Module } from "../ir/circuit/circuit.js";
import { DEFAULT_EFFORT, type Effort } from "./effort.js";

/**
 * How much deeper than adders of two make them the rows of a matrix may be, in levels of adders (linear/rows.ts): room for
 * adders of three and for shared sums. More room takes fewer LUTs and, at fast clocks, more cycles.
 */
export const DEFAULT_SLACK = 1.2;
/** What is tried besides, by effort. */
const LOOSER: readonly (readonly number[])[] = [[], [2.2], [1.7, 2.2, 3.2], [1.7, 2.2, 2.7, 3.2, 4.2]];
/** What is tried one after the other while the firmware takes too many cycles. Below 0.55 no constant fits the last adder. */
const TIGHTER = [0.9, 0.6];
/** Of larger firmware, only the default is looked at with the efforts 0 and 1, so that it takes seconds. */
const MOST_LUT = 8000;

/** Firmware for one slack. */
export interface Attempt<T> {
  readonly result: T;
  /** Cycles of latency. */
  readonly cycles: number;
  /** LUTs of its adder graphs. */
  readonly lut: number;
  /** Bits of its registers. */
  readonly registers: number;
}

/**
 * Of several slacks, the one whose firmware takes least of a device and no more cycles than the default or, where they are
 * given, than are `allowed`. Where the default takes more than that, the first that does not, or else the default.
 */
export function cheapestSlack<T>(
  effort: Effort = DEFAULT_EFFORT,
  allowed: number | undefined,
  attempt: (slack: number) => Attempt<T>,
): T {
  const first = attempt(DEFAULT_SLACK);
  if (allowed !== undefined && first.cycles > allowed) {
    for (const slack of TIGHTER) {
      const other = attempt(slack);
      if (other.cycles <= allowed) return other.result;
    }
    return first.result;
  }
  if (first.lut === 0 || (effort < 2 && first.lut > MOST_LUT)) return first.result;
  const most = allowed ?? first.cycles;
  const others = (LOOSER[effort] as readonly number[]).map(attempt);
  return [first, ...others]
    .filter(({ cycles }) => cycles <= most)
    .reduce((best, other) => (areaOf(other) < areaOf(best) ? other : best)).result;
}

/** A device has two registers for each LUT (AMD UG574; of the 7 series, UG474). */
function areaOf({ lut, registers }: Attempt<unknown>): number {
  return lut + registers / 2;
}

/** Bits of the registers in the last of these modules, with all that is inside it; those of primitives not counted. */
export function registerBits(modules: readonly Module[]): number {
  const bits = new Map<string, number>();
  for (const { name, wires, instances } of modules) {
    const own = wires.reduce((sum, { cell, width }) => sum + (cell.op === "register" ? width : 0), 0);
    const inside = instances.reduce(
      (sum, { of }) => sum + ("module" in of ? (bits.get(of.module) as number) : 0),
      0,
    );
    bits.set(name, own + inside);
  }
  const last = modules.at(-1);
  return last === undefined ? 0 : (bits.get(last.name) as number);
}
