import type { Cell, Instance, Module, Wire, WireId } from "../ir/circuit/circuit.js";
import type { FlagParameters } from "../ir/circuit/primitives/flag.js";
import type { GatherParameters } from "../ir/circuit/primitives/gather.js";
import { lookUp, PRIMITIVES, type PrimitiveOf } from "../ir/circuit/primitives/index.js";
import type { LineParameters } from "../ir/circuit/primitives/line.js";
import type { RasterParameters } from "../ir/circuit/primitives/raster.js";
import type { ScatterParameters } from "../ir/circuit/primitives/scatter.js";
import type { WindowParameters } from "../ir/circuit/primitives/window.js";
import { invariant } from "../ir/errors.js";

/** Builds a module of instances, slices and registers, keeping track of cycles. Wires are unsigned vectors. */
export class StructureBuilder {
  private readonly wires: Wire[] = [];
  private readonly instances: Instance[] = [];

  /** A port; it may come in a later cycle than others. */
  input(name: string, width: number, cycle = 0): WireId {
    return this.push({ name, width, signed: false, cycle, cell: { op: "input" } });
  }

  /** The ports `in_valid` and `in_first` of a top module; first is 0 where valid is: while that is low, it is arbitrary. */
  eventFlags(): { readonly valid: WireId; readonly first: WireId } {
    const valid = this.input("in_valid", 1);
    return { valid, first: this.where("first", valid, this.input("in_first", 1)) };
  }

  zero(name: string, width: number): WireId {
    return this.push({ name, width, signed: false, cycle: 0, cell: { op: "constant", value: 0n } });
  }

  /** An integer on `width` bits, in two's complement. */
  constant(name: string, value: bigint, width: number): WireId {
    const cell: Cell = { op: "constant", value: BigInt.asUintN(width, value) };
    return this.push({ name, width, signed: false, cycle: 0, cell });
  }

  /** The number in bits low … low + kept − 1 of a wire on `width` bits, more than `kept`. */
  extend(name: string, source: WireId, low: number, kept: number, signed: boolean, width: number): WireId {
    const cycle = this.cycle(source);
    const number = this.push({
      name: `${name}_n`,
      width: kept,
      signed,
      cycle,
      cell: { op: "slice", source, low },
    });
    return this.push({ name, width, signed: false, cycle, cell: { op: "shift", a: number, by: 0 } });
  }

  isConstant(wire: WireId): boolean {
    return this.wires[wire]?.cell.op === "constant";
  }

  /** The bits of a wire. */
  widthOf(wire: WireId): number {
    return (this.wires[wire] as Wire).width;
  }

  slice(name: string, source: WireId, low: number, width: number): WireId {
    return this.push({
      name,
      width,
      signed: false,
      cycle: this.cycle(source),
      cell: { op: "slice", source, low },
    });
  }

  /** Wires side by side, the first one lowest. */
  concat(name: string, parts: readonly WireId[]): WireId {
    if (parts.length === 1) return parts[0] as WireId;
    const width = parts.reduce((sum, part) => sum + (this.wires[part] as Wire).width, 0);
    const timed = parts.filter((part) => this.wires[part]?.cell.op !== "constant");
    const cycle = Math.max(0, ...timed.map((part) => this.cycle(part)));
    return this.push({ name, width, signed: false, cycle, cell: { op: "concat", parts } });
  }

  /** A bit where another one is 1, else 0; both of one cycle. */
  where(name: string, select: WireId, bit: WireId): WireId {
    return this.mux(name, select, bit, this.zero(`${name}_0`, 1));
  }

  /** `yes` where the bit `select` is 1, else `no`; all of one cycle. */
  mux(name: string, select: WireId, yes: WireId, no: WireId): WireId {
    const width = Math.max(this.widthOf(yes), this.widthOf(no));
    const cycle = Math.max(...[select, yes, no].map((wire) => this.cycle(wire)));
    return this.push({ name, width, signed: false, cycle, cell: { op: "mux", select, yes, no } });
  }

  /** A bit that is 1 where `a` ≥ level. A level that all or no values of `a` reach gives a constant. */
  atLeast(name: string, a: WireId, level: bigint): WireId {
    if (level <= 0n) return this.constant(name, 1n, 1);
    if (level >> BigInt(this.widthOf(a)) > 0n) return this.zero(name, 1);
    const cell: Cell = { op: "atleast", a, level };
    return this.push({ name, width: 1, signed: false, cycle: this.cycle(a), cell });
  }

  /** entries[index], on `width` bits. */
  table(name: string, index: WireId, entries: readonly bigint[], width: number): WireId {
    const cell: Cell = { op: "table", index, entries, ram: false };
    return this.push({ name, width, signed: false, cycle: this.cycle(index), cell });
  }

  /** The wire for the beat that enters `by` clocks later (earlier when negative); a constant is the same for all. */
  ahead(name: string, source: WireId, by: number): WireId {
    if (by === 0 || this.isConstant(source)) return source;
    const cycle = this.cycle(source) + by;
    const cell: Cell = { op: "ahead", source, by };
    return this.push({ name, width: this.widthOf(source), signed: false, cycle, cell });
  }

  /** The wire one clock later. */
  register(name: string, source: WireId, reset: boolean): WireId {
    const { width } = this.wires[source] as Wire;
    const cell: Cell = { op: "register", source, reset };
    return this.push({ name, width, signed: false, cycle: this.cycle(source) + 1, cell });
  }

  /**
   * A register of a wire that is placed later, which may depend on it for other beats. `drive` gives it that wire, of the same
   * width and of the cycle before.
   */
  feedback(
    name: string,
    width: number,
    cycle: number,
  ): { readonly wire: WireId; readonly drive: (source: WireId) => void } {
    const open = { name, width, signed: false, cycle };
    const wire = this.push({ ...open, cell: { op: "register", source: Number.NaN, reset: false } });
    const drive = (source: WireId) => {
      const fits = this.widthOf(source) === width && this.cycle(source) + 1 === cycle;
      invariant(fits, `register '${name}' takes in a wire of its width, of the cycle before`);
      this.wires[wire] = { ...open, cell: { op: "register", source, reset: false } };
    };
    return { wire, drive };
  }

  /** The wire `cycles` clocks later. */
  delay(source: WireId, cycles: number, reset: boolean): WireId {
    let current = source;
    const { name, width } = this.wires[source] as Wire;
    for (let i = 1; i <= cycles; i++) {
      const cell: Cell = { op: "register", source: current, reset };
      current = this.push({
        name: `${name}_d${i}`,
        width,
        signed: false,
        cycle: this.cycle(current) + 1,
        cell,
      });
    }
    return current;
  }

  /**
   * Places a module whose cycle 0 is cycle `start` here, by default that of its inputs; returns the wires of its outputs, in
   * the module's order.
   */
  place(
    name: string,
    module: Module,
    inputs: Instance["inputs"],
    start = this.startCycle(inputs),
  ): readonly WireId[] {
    return this.instance(
      { name, of: { module: module.name }, inputs },
      module.outputs.map(({ name: port, wire }) => {
        const { width, cycle } = module.wires[wire] as Wire;
        return { port, width, cycle: start + cycle };
      }),
    );
  }

  /** Places a window buffer; returns its valid, first and data outputs. */
  window(
    name: string,
    window: WindowParameters,
    inputs: Instance["inputs"],
  ): readonly [WireId, WireId, WireId] {
    const { out_valid, out_first, out_data } = this.primitive(name, { window }, inputs);
    return [out_valid, out_first, out_data] as readonly [WireId, WireId, WireId];
  }

  /** Places a line: a memory that takes `data` where `push` is 1 and gives the oldest word two clocks after `pop`. */
  line(
    name: string,
    line: LineParameters,
    { data, push, pop }: { readonly data: WireId; readonly push: WireId; readonly pop: WireId },
  ): WireId {
    return this.memory(name, { line }, { data, push, pop });
  }

  /** Places a raster; returns its outputs, one cycle after `first`. */
  raster(
    name: string,
    raster: RasterParameters,
    first: WireId,
  ): { readonly first: WireId; readonly valid: WireId; readonly row: WireId; readonly column: WireId } {
    const out = this.primitive(name, { raster }, [{ port: "in_first", wire: first }]);
    const [outFirst, valid, row, column] = [out.out_first, out.out_valid, out.out_row, out.out_column];
    return { first: outFirst, valid, row, column } as ReturnType<StructureBuilder["raster"]>;
  }

  /** The flag of one clock, `cycles` clocks later. */
  flag(name: string, flag: FlagParameters, first: WireId): WireId {
    return this.primitive(name, { flag }, [{ port: "in_first", wire: first }]).out_first as WireId;
  }

  /**
   * Places a table of items: it takes rows of `data` where `push` is 1 and gives, two clocks after `pop`, the items at `index`
   * of all ports side by side, the first one lowest.
   */
  gather(
    name: string,
    gather: GatherParameters,
    { data, push, index, pop }: Readonly<Record<"data" | "push" | "index" | "pop", WireId>>,
  ): WireId {
    return this.memory(name, { gather }, { data, push, index, pop });
  }

  /**
   * Places what adds up (or takes the maximum of) the numbers in `data` by the items in `index` where `push` is 1, and gives,
   * `scatterLatency` clocks after `pop`, a row of results side by side, the first one lowest.
   */
  scatter(
    name: string,
    scatter: ScatterParameters,
    { data, index, push, pop }: Readonly<Record<"data" | "index" | "push" | "pop", WireId>>,
  ): WireId {
    return this.memory(name, { scatter }, { data, index, push, pop });
  }

  /** A primitive that takes words and gives them out in `out_data`; its inputs by their ports, without "in_". */
  private memory(name: string, of: PrimitiveOf, inputs: Readonly<Record<string, WireId>>): WireId {
    const ports = Object.entries(inputs).map(([port, wire]) => ({ port: `in_${port}`, wire }));
    return this.primitive(name, of, ports).out_data as WireId;
  }

  private primitive(
    name: string,
    of: PrimitiveOf,
    inputs: Instance["inputs"],
  ): Readonly<Record<string, WireId>> {
    const { problem, outputs, cycle: rule } = lookUp(PRIMITIVES, of);
    const cycle = rule((port) => {
      const wire = inputs.find((input) => input.port === port)?.wire;
      return wire === undefined || this.wires[wire]?.cell.op === "constant" ? undefined : this.cycle(wire);
    });
    invariant(problem === undefined && typeof cycle === "number", `instance '${name}': ${problem ?? cycle}`);
    const wires = this.instance(
      { name, of, inputs },
      outputs.map((output) => ({ ...output, cycle })),
    );
    return Object.fromEntries(outputs.map(({ port }, i) => [port, wires[i] as WireId]));
  }

  finish(name: string, comment: readonly string[], outputs: Module["outputs"]): Module {
    return { name, comment, wires: this.wires, instances: this.instances, outputs };
  }

  private instance(
    instance: Instance,
    outputs: readonly { readonly port: string; readonly width: number; readonly cycle: number }[],
  ): readonly WireId[] {
    const index = this.instances.push(instance) - 1;
    return outputs.map(({ port, width, cycle }) =>
      this.push({
        name: `${instance.name}_${port}`,
        width,
        signed: false,
        cycle,
        cell: { op: "port", instance: index, port },
      }),
    );
  }

  private startCycle(inputs: Instance["inputs"]): number {
    const timed = inputs.filter(({ wire }) => this.wires[wire]?.cell.op !== "constant");
    return Math.max(0, ...timed.map(({ wire }) => this.cycle(wire)));
  }

  cycle(wire: WireId): number {
    return (this.wires[wire] as Wire).cycle;
  }

  private push(wire: Wire): WireId {
    return this.wires.push(wire) - 1;
  }
}
