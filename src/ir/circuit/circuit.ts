import type { PrimitiveOf } from "./primitives/index.js";
import { scatterResetClocks } from "./primitives/scatter.js";

/**
 * The Circuit language: modules of wires of known width, signedness and clock cycle. Cycle c of a wire means: at clock
 * t it carries what belongs to the beat that entered the module at clock t − c. The schedule is static, so cycles are
 * part of the type of a wire and are checked like one.
 */
export interface Circuit {
  readonly name: string;
  /** Every module comes after the modules it instantiates; the last one is the top. */
  readonly modules: readonly Module[];
}

/** A wire of a module by its index in `Module.wires`. */
export type WireId = number;

export interface Module {
  readonly name: string;
  /** Which layer this is, which types, how many cycles: the comment at the head of the Verilog module. */
  readonly comment: readonly string[];
  /** In an order in which every wire comes after those it depends on; only what a register takes in may come later. */
  readonly wires: readonly Wire[];
  readonly instances: readonly Instance[];
  readonly outputs: readonly { readonly name: string; readonly wire: WireId }[];
}

export interface Wire {
  readonly name: string;
  readonly width: number;
  readonly signed: boolean;
  /**
   * The cycle at which it carries its beat; a constant carries the same in every cycle and has cycle 0. An input of a module
   * inside another one may come in a later cycle than others.
   */
  readonly cycle: number;
  readonly cell: Cell;
}

/** A module or primitive placed in another module; its outputs are wires with a `port` cell. */
export interface Instance {
  readonly name: string;
  readonly of: { readonly module: string } | PrimitiveOf;
  readonly inputs: readonly { readonly port: string; readonly wire: WireId }[];
}

/** What drives a wire. Values are the mathematical integers of the wires; the wire's width holds every result. */
export type Cell =
  /** A port of the module. */
  | { readonly op: "input" }
  | { readonly op: "constant"; readonly value: bigint }
  /** Bits low … low + width − 1 of another wire, read with this wire's signedness. */
  | { readonly op: "slice"; readonly source: WireId; readonly low: number }
  /** Wires side by side, the first one lowest. */
  | { readonly op: "concat"; readonly parts: readonly WireId[] }
  /** a · 2^shiftA ± b · 2^shiftB. */
  | {
      readonly op: "add" | "sub";
      readonly a: WireId;
      readonly shiftA: number;
      readonly b: WireId;
      readonly shiftB: number;
    }
  /** a · 2^shiftA ± b · 2^shiftB ± c · 2^shiftC; a sign is minus where the operand is negated. */
  | {
      readonly op: "add3";
      readonly a: WireId;
      readonly shiftA: number;
      readonly b: WireId;
      readonly shiftB: number;
      readonly negateB: boolean;
      readonly c: WireId;
      readonly shiftC: number;
      readonly negateC: boolean;
    }
  /**
   * The bits of a as offset binary, an unsigned number as wide as a: a + 2^(width − 1) of a signed wire, a of an unsigned
   * one; with `negate` 2^(width − 1) − 1 − a and 2^width − 1 − a. It takes inverters only.
   */
  | { readonly op: "offset"; readonly a: WireId; readonly negate: boolean }
  /** a · b. With `dsp` it is the multiplier of a DSP, whose operands fit its ports; a `dspout` reads it. */
  | { readonly op: "mul"; readonly a: WireId; readonly b: WireId; readonly dsp: boolean }
  /** a, the product of a DSP's multiplier, as it comes out of the DSP: behind the adder that it passes. */
  | { readonly op: "dspout"; readonly a: WireId }
  /** a · 2^by, rounded down when `by` is negative. */
  | { readonly op: "shift"; readonly a: WireId; readonly by: number }
  /** 1 when a ≥ level. */
  | { readonly op: "atleast"; readonly a: WireId; readonly level: bigint }
  | { readonly op: "mux"; readonly select: WireId; readonly yes: WireId; readonly no: WireId }
  /** options[index], of four wires by two bits. */
  | { readonly op: "choose"; readonly index: WireId; readonly options: readonly WireId[] }
  /** entries[index]. With `ram` it is in block RAM, whose register a `ramout` reads. */
  | {
      readonly op: "table";
      readonly index: WireId;
      readonly entries: readonly bigint[];
      readonly ram: boolean;
    }
  /** a, a register of a table in block RAM: what the RAM gives out. */
  | { readonly op: "ramout"; readonly a: WireId }
  /**
   * The same wire, for another beat: what it carries for the beat that enters `by` clocks later (earlier when negative).
   * So a computation on one pixel reads its neighbours. The cycle is the source's plus `by`.
   */
  | { readonly op: "ahead"; readonly source: WireId; readonly by: number }
  /**
   * The value of the clock before; with `reset`, 0 while `rst` is high. Its source may be a wire that comes later and depends
   * on it, for an earlier beat: hardware that computes several things one after the other reads its own results.
   */
  | { readonly op: "register"; readonly source: WireId; readonly reset: boolean }
  /** An output of an instance. */
  | { readonly op: "port"; readonly instance: number; readonly port: string };

export type CellOp = Cell["op"];
export type CellOf<Op extends CellOp> = Extract<Cell, { op: Op }>;

/** The least value of `±a` that a wire of a kind can hold, times −1: what an `offset` cell adds to it. */
export function offsetOf({ width, signed }: Pick<Wire, "width" | "signed">, negate: boolean): bigint {
  const half = 1n << BigInt(width - 1);
  if (signed) return negate ? half - 1n : half;
  return negate ? 2n * half - 1n : 0n;
}

/** The wires that a cell reads. */
export function cellOperands(cell: Cell): readonly WireId[] {
  switch (cell.op) {
    case "input":
    case "constant":
    case "port":
      return [];
    case "slice":
    case "ahead":
    case "register":
      return [cell.source];
    case "concat":
      return cell.parts;
    case "add":
    case "sub":
    case "mul":
      return [cell.a, cell.b];
    case "add3":
      return [cell.a, cell.b, cell.c];
    case "offset":
    case "dspout":
    case "ramout":
    case "shift":
    case "atleast":
      return [cell.a];
    case "mux":
      return [cell.select, cell.yes, cell.no];
    case "choose":
      return [cell.index, ...cell.options];
    case "table":
      return [cell.index];
  }
}

/** The same cell reading other wires. */
export function mapOperands(cell: Cell, map: (wire: WireId) => WireId): Cell {
  switch (cell.op) {
    case "input":
    case "constant":
    case "port":
      return cell;
    case "slice":
    case "ahead":
    case "register":
      return { ...cell, source: map(cell.source) };
    case "concat":
      return { ...cell, parts: cell.parts.map(map) };
    case "add":
    case "sub":
    case "mul":
      return { ...cell, a: map(cell.a), b: map(cell.b) };
    case "add3":
      return { ...cell, a: map(cell.a), b: map(cell.b), c: map(cell.c) };
    case "offset":
    case "dspout":
    case "ramout":
    case "shift":
    case "atleast":
      return { ...cell, a: map(cell.a) };
    case "mux":
      return { ...cell, select: map(cell.select), yes: map(cell.yes), no: map(cell.no) };
    case "choose":
      return { ...cell, index: map(cell.index), options: cell.options.map(map) };
    case "table":
      return { ...cell, index: map(cell.index) };
  }
}

/** The cycles from a module's first inputs to its last outputs. */
export function moduleLatency(module: Module): number {
  return Math.max(0, ...module.outputs.map(({ wire }) => (module.wires[wire] as Wire).cycle));
}

/** The clocks for which `rst` must be high before the first event: 1, or more where a scatter clears its memories. */
export function resetClocks({ modules }: Circuit): number {
  const placed = modules.flatMap(({ instances }) => instances.map(({ of }) => of));
  return placed.reduce(
    (most, of) => ("scatter" in of ? Math.max(most, scatterResetClocks(of.scatter)) : most),
    1,
  );
}

/** Whether a module, or one inside it, holds registers (needs `clk`) and registers with reset (needs `rst`). */
export function clocking(
  circuit: Circuit,
): ReadonlyMap<string, { readonly clock: boolean; readonly reset: boolean }> {
  const known = new Map<string, { clock: boolean; reset: boolean }>();
  for (const module of circuit.modules) {
    const registers = module.wires.filter((wire) => wire.cell.op === "register");
    const inner = module.instances.map(({ of }) =>
      "module" in of
        ? (known.get(of.module) ?? { clock: false, reset: false })
        : { clock: true, reset: true },
    );
    known.set(module.name, {
      clock: registers.length > 0 || inner.some(({ clock }) => clock),
      reset:
        registers.some(({ cell }) => cell.op === "register" && cell.reset) ||
        inner.some(({ reset }) => reset),
    });
  }
  return known;
}

/** Whether a wire is a register whose source comes later in its module. */
export function isFeedback({ cell }: Wire, id: WireId): boolean {
  return cell.op === "register" && cell.source > id;
}
