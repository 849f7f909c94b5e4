import { invariant } from "../../ir/errors.js";
import type { Wave } from "../waves/wave.js";
import { waveOf } from "./pace.js";
import type { Window } from "./pixel.js";
import type { Enlarge, RasterPlan, Read, Region } from "./plan.js";

/** A tap of a window: how far it is from the result's own pixel, and where it lies in the image or outside. */
export interface Tap {
  /** Clocks that its pixel comes after the one at the result's place; negative for a pixel before it. */
  readonly ahead: number;
  /** Rows and columns of the result at which it lies in the image; undefined where that is at all of them. */
  readonly rows: Inside | undefined;
  readonly columns: Inside | undefined;
}

/** From `first` to `last`, both included; nowhere when `last` is before `first`. */
export interface Inside {
  readonly first: number;
  readonly last: number;
}

/** When a region works, in cycles after the event's first beat: its pixel (0, 0). */
export interface RegionTimes {
  /** When the pixels of its windows are together. */
  readonly gathered: number;
  /** When its module takes them: one cycle later where some of them have to be replaced outside the image. */
  readonly start: number;
  /** The taps of each read, row by row. */
  readonly taps: readonly (readonly Tap[])[];
}

export interface Schedule {
  /** The cycle of pixel (0, 0) of each value. */
  readonly cycles: ReadonlyMap<string, number>;
  readonly waves: ReadonlyMap<string, Wave>;
  /** The cycles in which each value is needed, besides its own. */
  readonly needs: ReadonlyMap<string, ReadonlySet<number>>;
  readonly regions: ReadonlyMap<string, RegionTimes>;
  /** The cycle of the outputs. */
  readonly last: number;
}

/** Inputs come out of registers. */
const INPUT_CYCLE = 1;

/** When every pixel is where. `latencies` are the cycles of the regions' modules, by name. */
export function scheduleRaster(
  plan: RasterPlan,
  outputs: readonly string[],
  latencies: ReadonlyMap<string, number>,
): Schedule {
  const cycles = new Map<string, number>();
  const needs = new Map<string, Set<number>>();
  const regions = new Map<string, RegionTimes>();
  const waves = new Map([...plan.spaces].map(([name, space]) => [name, waveOf(space, plan.pace)]));
  const cycleOf = (value: string) => {
    const cycle = cycles.get(value);
    invariant(cycle !== undefined, `'${value}' has a cycle before it is read`);
    return cycle;
  };
  const need = (value: string, cycle: number) => {
    invariant(cycle >= cycleOf(value), `'${value}' is not needed before it is there`);
    needs.set(value, (needs.get(value) ?? new Set()).add(cycle));
  };

  for (const { name } of plan.inputs) cycles.set(name, INPUT_CYCLE);
  for (const part of plan.parts) {
    if ("reads" in part) {
      const times = regionTimes(part, waves, cycleOf);
      regions.set(part.name, times);
      part.reads.forEach(({ value }, i) => {
        for (const tap of times.taps[i] as readonly Tap[])
          need(value, (isMasked(tap) ? times.gathered : times.start) - tap.ahead);
      });
      const end = times.start + (latencies.get(part.name) as number);
      for (const result of part.results) cycles.set(result, end);
    } else {
      const start = cycleOf(part.source);
      const apart = periodOf(waves.get(part.name) as Wave, part.axis);
      for (let j = 0; j < part.factor; j++) need(part.source, start + j * apart);
      cycles.set(part.name, start + 1);
    }
  }
  const last = Math.max(...outputs.map(cycleOf));
  for (const output of outputs) need(output, last);
  return { cycles, waves, needs, regions, last };
}

/** Whether the tap has to be replaced at some pixels of the result. */
export function isMasked({ rows, columns }: Tap): boolean {
  return rows !== undefined || columns !== undefined;
}

/** Clocks between the rows (axis 0) or columns (axis 1) of a wave. */
export function periodOf({ rowPeriod, columnPeriod }: Wave, axis: Enlarge["axis"]): number {
  return axis === 0 ? rowPeriod : columnPeriod;
}

function regionTimes(
  { reads, nodes }: Region,
  waves: ReadonlyMap<string, Wave>,
  cycleOf: (value: string) => number,
): RegionTimes {
  const result = waves.get((nodes.at(-1) as Region["nodes"][number]).name) as Wave;
  const taps = reads.map((read) => tapsOf(read, waves.get(read.value) as Wave, result));
  const latest = reads.map(({ value }, i) =>
    Math.max(...(taps[i] as readonly Tap[]).map(({ ahead }) => cycleOf(value) + Math.max(0, ahead))),
  );
  const masked = taps.flat().some(isMasked);
  // Counters tell a clock before whether a pixel lies inside, and start a clock after the flag.
  const gathered = Math.max(...latest, masked ? 2 : 0);
  return { gathered, start: masked ? gathered + 1 : gathered, taps };
}

function tapsOf({ window }: Read, source: Wave, result: Wave): readonly Tap[] {
  const rows = along(window, "rows", source.rows, result.rows);
  const columns = along(window, "columns", source.columns, result.columns);
  return rows.flatMap((row) =>
    columns.map((column) => ({
      ahead: row.offset * source.rowPeriod + column.offset * source.columnPeriod,
      rows: row.inside,
      columns: column.inside,
    })),
  );
}

function along(
  { size, strides, dilations, origin }: Window,
  axis: "rows" | "columns",
  length: number,
  results: number,
): readonly { readonly offset: number; readonly inside: Inside | undefined }[] {
  return Array.from({ length: size[axis] }, (_, i) => {
    const offset = origin[axis] + i * dilations[axis];
    const stride = strides[axis];
    const first = Math.max(0, Math.ceil(-offset / stride));
    const last = Math.min(results - 1, Math.floor((length - 1 - offset) / stride));
    return { offset, inside: first === 0 && last === results - 1 ? undefined : { first, last } };
  });
}
