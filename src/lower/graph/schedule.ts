import { invariant } from "../../ir/errors.js";
import { CHOICE } from "./choose-turn.js";
import type { Membership } from "./families.js";
import type { Beats } from "./pace.js";
import type { Exchange, GraphPlan } from "./plan.js";
import type { Store } from "./stores.js";
import { Turns } from "./turns.js";
import { isShared, type Unit } from "./units.js";

/** When items are exchanged, in cycles after the event's first beat: those of the first beat in, and of the first one out. */
export interface ExchangeTimes {
  /** When the rows come; those of a scatter together with their indices. */
  readonly push: number;
  /** When the indices of an index_select come, and when a scatter is asked for its rows. */
  readonly pop: number;
}

/** What computes regions, and what holds items that are exchanged. */
export interface Hardware {
  readonly units: readonly Unit[];
  readonly stores: readonly Store[];
}

export interface Schedule {
  /** The cycle in which each value's first items are there. */
  readonly cycles: ReadonlyMap<string, number>;
  /** The cycles in which each value is needed, besides its own. */
  readonly needs: ReadonlyMap<string, ReadonlySet<number>>;
  /** When each region takes its first items. */
  readonly starts: ReadonlyMap<string, number>;
  readonly exchanges: ReadonlyMap<string, ExchangeTimes>;
  /** How many exchanges' rows each store holds at once. */
  readonly banks: ReadonlyMap<Store, number>;
  /** The cycle of the outputs. */
  readonly last: number;
}

/** Inputs come out of registers. */
const INPUT_CYCLE = 1;
/** Clocks from an index to the row that it stands for. */
const SELECT = 2;

/**
 * When everything is where. Those that share a unit or a store take turns: one waits until no other's items are taken, of whatever
 * event. `latencies` are the cycles of the regions' modules and of what follows the memories of scatters, by name; `beats`
 * says how the items of a value come.
 */
export function scheduleGraph(
  { inputs, parts, members }: GraphPlan,
  { units, stores }: Hardware,
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
  for (const { members: own } of stores) {
    if (own.length === 1) continue;
    const [{ name, reads }] = own as readonly [Exchange];
    const clocks = Math.max(...[name, ...reads].map(beats));
    const shared = new Turns(own.length, clocks, interval);
    for (const one of own) turns.set(one.name, shared);
  }
  const lags = new Map<Turns, number>();
  const timesOf = ({ kind, name, reads: [values, index] }: Exchange): ExchangeTimes => {
    const turn = turns.get(name);
    const choice = turn === undefined ? 0 : CHOICE;
    const [rowsThere, indexThere] = [cycleOf(values) + choice, cycleOf(index) + choice];
    if (kind === "scatter") {
      const ready = Math.max(rowsThere, indexThere);
      const push = turn?.next(ready) ?? ready;
      return { push, pop: push + beats(index) + 1 };
    }
    // Tables are read in the order in which they are written: all that take turns wait as long as the first.
    const known = turn === undefined ? undefined : lags.get(turn);
    const ready = known === undefined ? rowsThere : Math.max(rowsThere, indexThere - known);
    const push = turn?.next(ready) ?? ready;
    const lag = known ?? Math.max(indexThere - push, beats(values));
    if (turn !== undefined) lags.set(turn, lag);
    return { push, pop: push + lag };
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
      const choice = turns.has(name) ? CHOICE : 0;
      need(values, times.push - choice);
      need(index, (kind === "index_select" ? times.pop : times.push) - choice);
      cycles.set(name, times.pop + (kind === "index_select" ? SELECT : (latencies.get(name) as number)));
    }
  }
  const last = Math.max(...outputs.map(cycleOf));
  for (const output of outputs) need(output, last);
  const banks = new Map(
    stores.map((store) => {
      const times = store.members.map(({ name }) => exchanges.get(name) as ExchangeTimes);
      const [{ kind, name, reads }] = store.members as readonly [Exchange];
      const { push, pop } = times[0] as ExchangeTimes;
      const busy = pop - push + (kind === "index_select" ? beats(reads[1]) : beats(name) - 1);
      const starts = times.map((own) => own.push);
      return [store, banksFor(starts, busy, interval)];
    }),
  );
  return { cycles, needs, starts, exchanges, banks, last };
}

/**
 * Banks that are enough where rows begin to come in these cycles of each event, and keep theirs for `clocks` clocks: a power of
 * two.
 */
function banksFor(starts: readonly number[], clocks: number, interval: number): number {
  const sorted = starts.map((start) => start % interval).toSorted((a, b) => a - b);
  const at = (i: number) => (sorted[i % sorted.length] as number) + Math.floor(i / sorted.length) * interval;
  let banks = 1;
  while (sorted.some((start, i) => at(i + banks) < start + clocks)) banks *= 2;
  return banks;
}
