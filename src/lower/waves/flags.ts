import type { WireId } from "../../ir/circuit/circuit.js";
import type { StructureBuilder } from "../structure-builder.js";
import type { Wave } from "./wave.js";

/** The counters of a wave in one cycle: whether a pixel is there, and which. */
export interface Counters {
  readonly first: WireId;
  readonly valid: WireId;
  readonly row: WireId;
  readonly column: WireId;
}

/** Up to this many cycles a flag waits in registers, beyond by a counter. */
const MOST_REGISTERS = 8;

/** The flag of an event's first beat in every cycle where it is needed, and the counters that it starts. */
export class Flags {
  private readonly builder: StructureBuilder;
  private readonly interval: number;
  private readonly known: Map<number, WireId>;
  private readonly counters = new Map<string, Counters>();

  /** `first` is the flag in cycle 0; events are at least `interval` clocks apart. */
  constructor(builder: StructureBuilder, first: WireId, interval: number) {
    this.builder = builder;
    this.interval = interval;
    this.known = new Map([[0, first]]);
  }

  /** The flag in a cycle. */
  at(cycle: number): WireId {
    const known = this.known.get(cycle);
    if (known !== undefined) return known;
    const before = Math.max(...[...this.known.keys()].filter((other) => other < cycle));
    let [current, wire] = [before, this.known.get(before) as WireId];
    while (current < cycle) {
      // A counter holds one flag at a time.
      const step = Math.min(cycle - current, this.interval);
      const counted = step > MOST_REGISTERS;
      current += counted ? step : 1;
      wire = counted
        ? this.builder.flag(`first_c${current}`, { cycles: step }, wire)
        : this.builder.register(`first_c${current}`, wire, true);
      this.known.set(current, wire);
    }
    return wire;
  }

  /** The counters of a wave whose pixel (0, 0) is there in `cycle`, 1 or later. */
  counting({ rows, columns, rowPeriod, columnPeriod }: Wave, cycle: number): Counters {
    const key = [rows, columns, rowPeriod, columnPeriod, cycle].join();
    const known = this.counters.get(key);
    if (known !== undefined) return known;
    const name = `raster${this.counters.size + 1}_c${cycle}`;
    const parameters = { rows, columns, rowPeriod, columnPeriod };
    const counters = this.builder.raster(name, parameters, this.at(cycle - 1));
    this.counters.set(key, counters);
    return counters;
  }
}
