import { invariant } from "../../ir/errors.js";
import type { Membership } from "./families.js";
import type { Beats } from "./pace.js";
import type { Exchange, GraphPlan } from "./plan.js";
import { Turns } from "./turns.js";
import { isShared, type Unit } from "./units.js";

/** When items are exchanged, in cycles after the event's first beat: those of the first beat in, and of the first one out. */
export interface ExchangeTimes {
  /** When the rows come; those of a scatter together with their indices. */
  readonly push: number;
  /** When the indices of an index_select come, and when a scatter is asked for its rows. */
  readonly pop: number;
  /** Events whose rows are held at once. */
  readonly banks: number;
}

export interface Schedule {
  /** The cycle in which each value's first items are there. */
  readonly cycles: ReadonlyMap<string, number>;
  /** The cycles in which each value is needed, besides its own. */
  readonly needs: ReadonlyMap<string, ReadonlySet<number>>;
  /** When each region takes its first items. */
  readonly starts: ReadonlyMap<string, number>;
  readonly exchanges: ReadonlyMap<string, ExchangeTimes>;
  /** The cycle of the outputs. */
  readonly last: number;
}

/** Inputs come out of registers. */
const INPUT_CYCLE = 1;
/** Clocks from an index to the row that it stands for. */
const SELECT = 2;

/** Clocks from the values that a unit chooses from to the one that it takes: a register. */
export const CHOICE = 1;

/**
 * When everything is where. The regions of a unit take turns: one waits until no other's items are taken, of whatever event.
 * `latencies` are the cycles of the regions' modules and of what follows the memories of scatters, by
 * name; `beats` says how the items of a value come.
 */
export function scheduleGraph(
  { inputs, parts, members }: GraphPlan,
  units: readonly Unit[],
  outputs: readonly string[],
  interval: number,
  beatsAt: (membership: Membership) => Beats,
  latencies: ReadonlyMap<string, number>,
): Schedule {
  const cycles = new Map<string, number>(inputs.map(({ name }) => [name, INPUT_CYCLE]));
  const needs = new Map<string, Set<number>>();
  const starts = new Map<string, number>();
  const exchanges = new Map<string, ExchangeTimes>();
  // Constants are there in every cycle.
  const cycleOf = (value: string) => cycles.get(value) ?? INPUT_CYCLE;
  const need = (value: string, cycle: number) => {
    if (!members.has(value)) return;
    invariant(cycle >= cycleOf(value), `'${value}' is not needed before it is there`);
    needs.set(value, (needs.get(value) ?? new Set()).add(cycle));
  };
  const beats = (value: string) => beatsAt(members.get(value) as Membership).beats;
  const turns = new Map<string, Turns>();
  for (const { members: own } of units.filter(isShared)) {
    const [{ region }] = own as readonly [Unit["members"][number]];
    const shared = new Turns(own.length, beatsAt({ ...region, axis: 0 }).beats, interval);
    for (const { region: one } of own) turns.set(one.name, shared);
  }
  const timesOf = ({ kind, name, reads: [values, index] }: Exchange): ExchangeTimes => {
    if (kind === "index_select") {
      const push = cycleOf(values);
      const pop = Math.max(cycleOf(index), push + beats(values));
      return { push, pop, banks: banksFor(pop + beats(index) - push, interval) };
    }
    const push = Math.max(cycleOf(values), cycleOf(index));
    const pop = push + beats(index) + 1;
    return { push, pop, banks: banksFor(pop + beats(name) - (push + 1), interval) };
  };

  for (const part of parts) {
    const { kind, name, reads } = part;
    if (kind === "view" || kind === "region") {
      const ready = Math.max(...reads.map(cycleOf));
      const turn = turns.get(name);
      const start = turn === undefined ? ready : turn.next(ready + CHOICE);
      for (const read of reads) need(read, turn === undefined ? start : start - CHOICE);
      if (kind === "view") cycles.set(name, start);
      else {
        starts.set(name, start);
        for (const result of part.results) cycles.set(result, start + (latencies.get(name) as number));
      }
    } else {
      const times = timesOf(part);
      const [values, index] = reads;
      exchanges.set(name, times);
      need(values, times.push);
      need(index, kind === "index_select" ? times.pop : times.push);
      cycles.set(name, times.pop + (kind === "index_select" ? SELECT : (latencies.get(name) as number)));
    }
  }
  const last = Math.max(...outputs.map(cycleOf));
  for (const output of outputs) need(output, last);
  return { cycles, needs, starts, exchanges, last };
}

/** As many events as are held while an event's rows are for `clocks` clocks: a power of two. */
function banksFor(clocks: number, interval: number): number {
  let banks = 1;
  while (banks * interval < clocks) banks *= 2;
  return banks;
}
