import type { WireId } from "../../ir/circuit/circuit.js";
import type { StructureBuilder } from "../structure-builder.js";
import type { Flags } from "../waves/flags.js";
import type { Wave } from "../waves/wave.js";
import { type Inside, isMasked, type RegionTimes, type Tap } from "./schedule.js";

/** Brings the pixels of a region's windows together, and replaces those outside the image. */
export class Gatherer {
  private readonly builder: StructureBuilder;
  private readonly label: string;
  private readonly flags: Flags;
  private readonly times: RegionTimes;
  private readonly wave: Wave;
  private readonly bits = new Map<string, WireId>();
  private readonly inside = new Map<string, WireId>();

  /** `wave` is that of the region's results. */
  constructor(builder: StructureBuilder, label: string, flags: Flags, times: RegionTimes, wave: Wave) {
    this.builder = builder;
    this.label = label;
    this.flags = flags;
    this.times = times;
    this.wave = wave;
  }

  /**
   * The window of read `index` in the region's first cycle, tap by tap, the first one lowest. `at` gives the value in a
   * cycle, `outside` what stands for a pixel outside the image.
   */
  gather(index: number, at: (cycle: number) => WireId, outside: bigint): WireId {
    const { gathered, start, taps } = this.times;
    const own = taps[index] as readonly Tap[];
    const name = `${this.label}_r${index}`;
    const wires = own.map((tap, i) => {
      const cycle = isMasked(tap) ? gathered : start;
      const wire = this.builder.ahead(`${name}_tap${i}`, at(cycle - tap.ahead), tap.ahead);
      if (!isMasked(tap)) return wire;
      const none = this.constantOf(`${name}_outside`, outside, this.builder.widthOf(wire));
      if ([tap.rows, tap.columns].some((bounds) => bounds !== undefined && bounds.last < bounds.first))
        return none;
      const kept = this.builder.mux(`${name}_kept${i}`, this.insideOf(tap), wire, none);
      return this.builder.register(`${name}_pixel${i}`, kept, false);
    });
    return this.since(`${name}_read`, this.builder.concat(`${name}_window`, wires));
  }

  /** The window of a value without bits. */
  nothing(index: number): WireId {
    const name = `${this.label}_r${index}`;
    return this.since(`${name}_read`, this.constantOf(`${name}_nothing`, 0n, 1));
  }

  /** A wire of the region's first cycle: a constant has none of its own. */
  private since(name: string, wire: WireId): WireId {
    return this.builder.ahead(name, wire, this.times.start - this.builder.cycle(wire));
  }

  /** A bit that is 1 where the tap lies in the image, out of a register in the cycle `gathered`. */
  private insideOf({ rows, columns }: Tap): WireId {
    const key = `${boundsKey(rows)}|${boundsKey(columns)}`;
    const known = this.inside.get(key);
    if (known !== undefined) return known;
    const name = `${this.label}_in${this.inside.size}`;
    const counters = this.flags.counting(this.wave, this.times.gathered - 1);
    const parts = [
      ...this.between(rows, counters.row, "row", this.wave.rows),
      ...this.between(columns, counters.column, "column", this.wave.columns),
    ];
    const all = parts.reduce((both, bit, i) => this.builder.where(`${name}_and${i}`, both, bit));
    const wire = this.builder.register(name, all, false);
    this.inside.set(key, wire);
    return wire;
  }

  /** Bits that are all 1 where a counter lies within bounds. */
  private between(
    bounds: Inside | undefined,
    counter: WireId,
    what: string,
    count: number,
  ): readonly WireId[] {
    if (bounds === undefined) return [];
    const { first, last } = bounds;
    const from = first === 0 ? [] : [this.reaches(counter, what, first)];
    const to = last === count - 1 ? [] : [this.not(this.reaches(counter, what, last + 1), what, last)];
    return [...from, ...to];
  }

  private reaches(counter: WireId, what: string, level: number): WireId {
    return this.once(`${this.label}_${what}_from${level}`, (name) =>
      this.builder.atLeast(name, counter, BigInt(level)),
    );
  }

  private not(bit: WireId, what: string, last: number): WireId {
    return this.once(`${this.label}_${what}_to${last}`, (name) => this.builder.table(name, bit, [1n, 0n], 1));
  }

  private constantOf(name: string, value: bigint, width: number): WireId {
    return this.once(`${name}_${width}`, (own) => this.builder.constant(own, value, width));
  }

  private once(name: string, make: (name: string) => WireId): WireId {
    const known = this.bits.get(name) ?? make(name);
    this.bits.set(name, known);
    return known;
  }
}

function boundsKey(bounds: Inside | undefined): string {
  return bounds === undefined ? "" : `${bounds.first}..${bounds.last}`;
}
