import { additionOf } from "../ir/circuit/addends.js";
import {
  type Cell,
  cellOperands,
  type Module,
  offsetOf,
  type Wire,
  type WireId,
} from "../ir/circuit/circuit.js";
import { invariant } from "../ir/errors.js";
import { type Interval, intervalBits, typeRange } from "../ir/fixed-point.js";
import { hull, isZero, scaled, sum, ZERO } from "../ir/interval.js";
import { withoutDead } from "./dead-wires.js";
import { LUT_INPUTS } from "./delay.js";
import { type AdderGraphFacts, DEFAULT_EFFORT, type Search } from "./effort.js";
import { DEFAULT_SLACK } from "./slack.js";

/** A wire together with the proven bounds of its value. */
export interface Signal {
  readonly wire: WireId;
  readonly range: Interval;
}

/** A signal times 2^shift. */
export interface Shifted {
  readonly signal: Signal;
  readonly shift: number;
}

/** A signal times ±2^shift. */
export interface Term extends Shifted {
  readonly negative: boolean;
}

/**
 * Builds the combinational part of a module. Widths follow from proven intervals; equal cells become one wire;
 * constants are folded. Registers come later (see pipeline.ts).
 */
export class ModuleBuilder {
  private readonly wires: Wire[] = [];
  private readonly known = new Map<string, WireId>();
  private readonly depths: number[] = [];
  private readonly counters = new Map<string, number>();
  /** What was found of each adder graph in the module. */
  readonly adderGraphs: AdderGraphFacts[] = [];
  /** How adder graphs are looked for. */
  readonly search: Search;

  constructor({ effort = DEFAULT_EFFORT, slack = DEFAULT_SLACK, ...search }: Partial<Search> = {}) {
    this.search = { ...search, effort, slack };
  }

  /** Does work that may fail: then all that it built is taken back, before its error is thrown on. */
  orUndo<T>(work: () => T): T {
    const [wires, graphs] = [this.wires.length, this.adderGraphs.length];
    const counters = [...this.counters];
    try {
      return work();
    } catch (error) {
      this.wires.length = wires;
      this.depths.length = wires;
      this.adderGraphs.length = graphs;
      for (const [key, wire] of this.known) if (wire >= wires) this.known.delete(key);
      this.counters.clear();
      for (const [prefix, count] of counters) this.counters.set(prefix, count);
      throw error;
    }
  }

  /** A packed input port of `width` bits. */
  input(name: string, width: number): Signal {
    return this.define({ op: "input" }, name, { lo: 0n, hi: (1n << BigInt(width)) - 1n });
  }

  /** An input port that is one number with these bounds; its wire is as wide and signed as they need. */
  number(name: string, range: Interval): Signal {
    return this.define({ op: "input" }, name, range);
  }

  constant(value: bigint): Signal {
    return this.define({ op: "constant", value }, "k", { lo: value, hi: value });
  }

  /** The value in bits low … of a packed wire whose bounds are known; [0, 0] takes no bits. */
  slice(source: Signal, low: number, range: Interval, name = "s"): Signal {
    if (range.lo === range.hi) return this.constant(range.lo);
    return this.define({ op: "slice", source: source.wire, low }, name, range);
  }

  /** A signal modulo 2^width, on the bits that `range` needs and read as `range` says. */
  wrap(signal: Signal, range: Interval): Signal {
    const wire = this.wireOf(signal);
    const { signed, width } = intervalBits(range);
    if (wire.width === width && wire.signed === signed) return { wire: signal.wire, range };
    if (wire.cell.op === "constant") {
      const value = (signed ? BigInt.asIntN : BigInt.asUintN)(width, wire.cell.value);
      return { ...this.define({ op: "constant", value }, "k", range), range: { lo: value, hi: value } };
    }
    const cell: Cell =
      wire.width >= width
        ? { op: "slice", source: signal.wire, low: 0 }
        : { op: "shift", a: signal.wire, by: 0 };
    return this.define(cell, "w", range);
  }

  /** The same value on exactly `width` bits: the caller knows that it fits. */
  resize(signal: Signal, width: number, signed: boolean): Signal {
    return this.wrap(signal, typeRange({ signed, width, integer: width }));
  }

  /** Signals side by side, the first one lowest. */
  concat(parts: readonly Signal[]): Signal {
    if (parts.length === 1 && !this.wireOf(parts[0] as Signal).signed) return parts[0] as Signal;
    const width = parts.reduce((sum, part) => sum + this.wireOf(part).width, 0);
    const range = { lo: 0n, hi: (1n << BigInt(width)) - 1n };
    return this.define({ op: "concat", parts: parts.map(({ wire }) => wire) }, "i", range);
  }

  /** The signal's bits as an unsigned number: the signal or, with `negate`, its negative, plus `offsetOf` its wire. */
  offset(a: Signal, negate: boolean): Signal {
    const wire = this.wireOf(a);
    if (!wire.signed && !negate) return a;
    const offset = offsetOf(wire, negate);
    const { lo, hi } = negate ? { lo: -a.range.hi, hi: -a.range.lo } : a.range;
    const range = { lo: lo + offset, hi: hi + offset };
    const bounds = { lo: 0n, hi: (1n << BigInt(wire.width)) - 1n };
    return { ...this.define({ op: "offset", a: a.wire, negate }, "n", bounds), range };
  }

  /**
   * The sum of up to three terms in one cell, the same one in whatever order they come; not all of them are negative. `range`
   * has its bounds where the caller knows tighter ones than those that follow from the bounds of the signals.
   */
  sum(terms: readonly (Shifted & Partial<Term>)[], range = boundsOf(terms)): Signal {
    const [a, b, c] = terms
      .map(({ signal, shift, negative = false }) => ({ id: signal.wire, shift, negative, signal }))
      .toSorted((x, y) => Number(x.negative) - Number(y.negative) || x.id - y.id || x.shift - y.shift);
    invariant(terms.length <= 3, "a cell adds up to three terms");
    if (a === undefined) return this.constant(0n);
    if (b !== undefined) {
      const cell = additionOf(a, b, c);
      return this.define(cell, { add: "a", sub: "d", add3: "e" }[cell.op], range);
    }
    invariant(!a.negative, "a sum has a term that is added");
    return this.narrow(this.shift(a.signal, a.shift), range);
  }

  add(a: Signal, b: Signal): Signal {
    if (isZero(b.range)) return a;
    if (isZero(a.range)) return b;
    const cell: Cell = { op: "add", a: a.wire, shiftA: 0, b: b.wire, shiftB: 0 };
    return this.define(cell, "a", sum(a.range, b.range));
  }

  subtract(a: Signal, b: Signal): Signal {
    if (isZero(b.range)) return a;
    const cell: Cell = { op: "sub", a: a.wire, shiftA: 0, b: b.wire, shiftB: 0 };
    return this.define(cell, "d", sum(a.range, scaled(b.range, -1n)));
  }

  /** The product of two signals as one cell (see multiply.ts for wide ones); with `dsp` it passes through a DSP. */
  mul(a: Signal, b: Signal, dsp = false): Signal {
    const ends = [a.range.lo, a.range.hi].flatMap((x) => [x * b.range.lo, x * b.range.hi]);
    const range = ends.reduce((all, k) => hull(all, { lo: k, hi: k }), {
      lo: ends[0] as bigint,
      hi: ends[0] as bigint,
    });
    const product = this.define({ op: "mul", a: a.wire, b: b.wire, dsp }, "p", range);
    return dsp ? this.define({ op: "dspout", a: product.wire }, "p", product.range) : product;
  }

  /** The same value, of which the caller knows tighter bounds, on the bits that these need. */
  narrow(signal: Signal, { lo, hi }: Interval): Signal {
    const range = {
      lo: lo > signal.range.lo ? lo : signal.range.lo,
      hi: hi < signal.range.hi ? hi : signal.range.hi,
    };
    if (range.lo === range.hi) return this.constant(range.lo);
    const same = range.lo === signal.range.lo && range.hi === signal.range.hi;
    return same ? signal : this.wrap(signal, range);
  }

  /** The signal times 2^by, rounded down. */
  shift(a: Signal, by: number): Signal {
    if (by === 0) return a;
    const bound = (k: bigint) => (by >= 0 ? k << BigInt(by) : k >> BigInt(-by));
    const range = { lo: bound(a.range.lo), hi: bound(a.range.hi) };
    return this.define({ op: "shift", a: a.wire, by }, "h", range);
  }

  /** 1 when the signal is at least `level`. */
  atLeast(a: Signal, level: bigint): Signal {
    if (a.range.lo >= level) return this.constant(1n);
    if (a.range.hi < level) return this.constant(0n);
    return this.define({ op: "atleast", a: a.wire, level }, "g", { lo: 0n, hi: 1n });
  }

  /** `yes` where the bit `select` is 1, else `no`. */
  mux(select: Signal, yes: Signal, no: Signal): Signal {
    if (select.range.lo === select.range.hi) return select.range.lo === 1n ? yes : no;
    if (yes.wire === no.wire) return { wire: yes.wire, range: hull(yes.range, no.range) };
    const cell: Cell = { op: "mux", select: select.wire, yes: yes.wire, no: no.wire };
    return this.define(cell, "m", hull(yes.range, no.range));
  }

  /** A multiplexer that is as deep as its inputs: a gate, which adders have in their own LUTs. */
  gate(select: Signal, yes: Signal, no: Signal): Signal {
    const signal = this.mux(select, yes, no);
    this.depths[signal.wire] = Math.max(...[select, yes, no].map((input) => this.depth(input)));
    return signal;
  }

  /** options[index], of four signals by a signal of two bits. */
  choose(index: Signal, options: readonly [Signal, Signal, Signal, Signal]): Signal {
    const cell: Cell = { op: "choose", index: index.wire, options: options.map(({ wire }) => wire) };
    return this.define(cell, "m", options.map(({ range }) => range).reduce(hull));
  }

  /** entries[index]; one entry for each value of the index wire. A large one is in block RAM where that is asked for. */
  table(index: Signal, entries: readonly bigint[]): Signal {
    const range = entries.reduce(({ lo, hi }, e) => ({ lo: e < lo ? e : lo, hi: e > hi ? e : hi }), {
      lo: entries[0] as bigint,
      hi: entries[0] as bigint,
    });
    const bits = entries.length * intervalBits(range).width;
    // A LUT holds a bit of a table of up to six inputs.
    const ram =
      entries.length > 2 ** LUT_INPUTS && bits >= (this.search.blockRamFrom ?? Number.POSITIVE_INFINITY);
    const table = this.define({ op: "table", index: index.wire, entries, ram }, "t", range);
    return ram ? this.define({ op: "ramout", a: table.wire }, "t", range) : table;
  }

  /** Levels of adders, tables and multiplexers between the inputs and a signal. */
  depth(signal: Signal): number {
    return this.depths[signal.wire] as number;
  }

  wireOf(signal: Signal): Wire {
    return this.wires[signal.wire] as Wire;
  }

  finish(
    name: string,
    comment: readonly string[],
    outputs: readonly { readonly name: string; readonly signal: Signal }[],
  ): Module {
    // What no output needs was tried or narrowed away.
    return withoutDead({
      ...{ name, comment, wires: this.wires, instances: [] },
      outputs: outputs.map(({ name: port, signal }) => ({ name: port, wire: signal.wire })),
    });
  }

  private define(cell: Cell, prefix: string, range: Interval): Signal {
    invariant(range.lo <= range.hi, "an interval is not empty");
    if (cell.op !== "constant" && cell.op !== "input" && range.lo === range.hi)
      return this.constant(range.lo);
    const { signed, width } = intervalBits(range);
    const key = `${keyOf(cell)}|${signed ? "s" : "u"}${width}|${cell.op === "input" ? prefix : ""}`;
    const found = this.known.get(key);
    // The bounds are the caller's own: those that another one stated may hold only behind its multiplexer.
    if (found !== undefined) return { wire: found, range };
    const wire = this.wires.length;
    const free = cell.op === "slice" || cell.op === "concat" || cell.op === "shift" || cell.op === "offset";
    const depth = Math.max(0, ...cellOperands(cell).map((id) => this.depths[id] as number));
    this.depths.push(cellOperands(cell).length === 0 || free ? depth : depth + 1);
    this.wires.push({ name: this.nameFor(cell, prefix), width: Math.max(1, width), signed, cycle: 0, cell });
    this.known.set(key, wire);
    return { wire, range };
  }

  private nameFor(cell: Cell, prefix: string): string {
    if (cell.op === "input") return prefix;
    const count = this.counters.get(prefix) ?? 0;
    this.counters.set(prefix, count + 1);
    return `${prefix}${count}`;
  }
}

function keyOf(cell: Cell): string {
  switch (cell.op) {
    case "add":
    case "sub":
      return `${cell.op},${cell.a},${cell.shiftA},${cell.b},${cell.shiftB}`;
    case "slice":
      return `slice,${cell.source},${cell.low}`;
    default:
      return JSON.stringify(cell, (_, value) => (typeof value === "bigint" ? value.toString() : value));
  }
}

/** The bounds of a sum of terms. */
function boundsOf(terms: readonly (Shifted & Partial<Term>)[]): Interval {
  return terms
    .map(({ signal, shift, negative = false }) =>
      scaled(signal.range, (negative ? -1n : 1n) << BigInt(shift)),
    )
    .reduce(sum, ZERO);
}
