import type { Area } from "./area.js";
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
  /** What it takes besides. */
  readonly area: Area;
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
  if (first.lut === 0 || isLarge(effort, first)) return first.result;
  const most = allowed ?? first.cycles;
  const others = (LOOSER[effort] as readonly number[]).map(attempt);
  return [first, ...others]
    .filter(({ cycles }) => cycles <= most)
    .reduce((best, other) => (sizeOf(other) < sizeOf(best) ? other : best)).result;
}

/** What is tried for one layer after the other, by effort, until firmware of so many LUTs in all was made. */
const BY_LAYER: readonly { readonly slacks: readonly number[]; readonly lut: number }[] = [
  { slacks: [], lut: 0 },
  { slacks: [0.6, 0.9, DEFAULT_SLACK, 1.7, 2.2], lut: 50_000 },
  { slacks: [0.6, 0.75, 0.9, 1.05, DEFAULT_SLACK, 1.7, 2.2, 2.7, 3.2], lut: 300_000 },
  { slacks: [0.6, 0.75, 0.9, 1.05, DEFAULT_SLACK, 1.45, 1.7, 2.2, 2.7, 3.2, 4.2], lut: 1_000_000 },
];
/** Firmware of fewer cycles may take as many more LUTs, and as much more of a device. */
const FEWER_CYCLES = 1.05;

/** Firmware of several layers. */
export interface AttemptOfLayers<T> extends Omit<Attempt<T>, "lut"> {
  /** LUTs of the adder graphs of each layer. */
  readonly layers: ReadonlyMap<string, number>;
}

interface Made<T> extends Attempt<T> {
  /** Layers with adder graphs, those with the most LUTs first. */
  readonly layers: readonly string[];
  /** Layers that do not have the slack of the others. */
  readonly slacks: ReadonlyMap<string, number>;
  readonly others: number;
}

/**
 * Like `cheapestSlack`, with a slack for each layer: beginning with what is cheapest of the same for all, one layer after the
 * other gets more or less where that takes less of a device and no more cycles. Where no cycles are given, fewer than the
 * default takes are tried too.
 */
export function cheapestSlacks<T>(
  effort: Effort = DEFAULT_EFFORT,
  allowed: number | undefined,
  attempt: (slackOf: (layer: string) => number) => AttemptOfLayers<T>,
): T {
  const make = (slacks: ReadonlyMap<string, number>, others: number): Made<T> => {
    const { layers, ...made } = attempt((layer) => slacks.get(layer) ?? others);
    const own = [...layers].filter(([, lut]) => lut > 0).toSorted((a, b) => b[1] - a[1]);
    const lut = own.reduce((sum, [, luts]) => sum + luts, 0);
    return { ...made, lut, layers: own.map(([layer]) => layer), slacks, others };
  };
  const known = new Map<number, Made<T>>();
  const same = (slack: number): Attempt<Made<T>> => {
    const made = known.get(slack) ?? make(new Map(), slack);
    known.set(slack, made);
    return { ...made, result: made };
  };
  const within = (cycles: number | undefined) => {
    const start = cheapestSlack(effort, cycles, same);
    return layerByLayer(effort, cycles ?? start.cycles, start, make);
  };
  const first = within(allowed);
  if (allowed !== undefined || effort === 0 || isLarge(effort, first)) return first.result;
  let best = first;
  while (best.cycles > 1) {
    const faster = within(best.cycles - 1);
    if (faster.cycles >= best.cycles || !isAsSmall(faster, first)) break;
    best = faster;
  }
  return best.result;
}

function layerByLayer<T>(
  effort: Effort,
  most: number,
  start: Made<T>,
  make: (slacks: ReadonlyMap<string, number>, others: number) => Made<T>,
): Made<T> {
  if (start.layers.length < 2 || start.cycles > most || isLarge(effort, start)) return start;
  const { slacks, lut } = BY_LAYER[effort] as (typeof BY_LAYER)[number];
  let best = start;
  let left = Math.floor(lut / start.lut);
  for (let changed = true; changed; ) {
    changed = false;
    for (const layer of best.layers) {
      for (const slack of slacks) {
        // What fits with more would only take more LUTs with less.
        if (slack === (best.slacks.get(layer) ?? start.others) || (effort < 2 && slack < start.others))
          continue;
        if (left-- <= 0) return best;
        const other = make(new Map(best.slacks).set(layer, slack), start.others);
        if (other.cycles > most || sizeOf(other) >= sizeOf(best)) continue;
        best = other;
        changed = true;
      }
    }
    if (effort < 2) break;
  }
  return best;
}

function isAsSmall<T>(faster: Made<T>, slower: Made<T>): boolean {
  const luts = ({ lut, area }: Made<T>) => lut + area.gates;
  return luts(faster) <= FEWER_CYCLES * luts(slower) && sizeOf(faster) <= FEWER_CYCLES * sizeOf(slower);
}

function isLarge(effort: Effort, { lut }: { readonly lut: number }): boolean {
  return effort < 2 && lut > MOST_LUT;
}

/** A device has two registers for each LUT (AMD UG574; of the 7 series, UG474). */
function sizeOf({ lut, area: { gates, registers } }: Pick<Attempt<unknown>, "lut" | "area">): number {
  return lut + gates + registers / 2;
}
