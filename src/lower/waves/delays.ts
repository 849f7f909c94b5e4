import type { WireId } from "../../ir/circuit/circuit.js";
import type { StructureBuilder } from "../structure-builder.js";
import type { Flags } from "./flags.js";
import { mostPixels, type Wave } from "./wave.js";

/** From this many clocks on, pixels wait in a memory. */
const MEMORY_FROM = 8;
/** Cycles from the read strobe of a line memory to its output. */
const READ = 2;

/** A value in every cycle in which it is needed. */
export class Delayed {
  private readonly wires: ReadonlyMap<number, WireId>;

  /** `wire` carries the value in `cycle`; it is delayed from need to need, each once for all readers. */
  constructor(
    builder: StructureBuilder,
    flags: Flags,
    interval: number,
    value: {
      readonly name: string;
      readonly wire: WireId;
      readonly cycle: number;
      readonly wave: Wave;
      readonly needs: Iterable<number>;
    },
  ) {
    const { name, wave } = value;
    const wires = new Map([[value.cycle, value.wire]]);
    let [wire, cycle] = [value.wire, value.cycle];
    for (const need of [...value.needs].toSorted((a, b) => a - b)) {
      if (need - cycle >= MEMORY_FROM) {
        const bits = builder.widthOf(wire);
        // One word more than are held, so that none is written and read in the same clock at one address.
        const depth = mostPixels(wave, interval, need - cycle) + 1;
        const push = flags.counting(wave, cycle).valid;
        const pop = flags.counting(wave, need - READ).valid;
        wire = builder.line(`${name}_line${need}`, { bits, depth }, { data: wire, push, pop });
      } else {
        for (let c = cycle + 1; c <= need; c++) wire = builder.register(`${name}_c${c}`, wire, false);
      }
      cycle = need;
      wires.set(cycle, wire);
    }
    this.wires = wires;
  }

  at(cycle: number): WireId {
    return this.wires.get(cycle) as WireId;
  }
}
