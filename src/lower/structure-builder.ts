import {
  type Cell,
  type Instance,
  type Module,
  type WindowParameters,
  type Wire,
  type WireId,
  windowLatency,
  windowWidth,
} from "../ir/circuit/circuit.js";

/** Builds a module of instances, slices and registers, keeping track of cycles. Wires are unsigned vectors. */
export class StructureBuilder {
  private readonly wires: Wire[] = [];
  private readonly instances: Instance[] = [];

  /** A port; it may come in a later cycle than others. */
  input(name: string, width: number, cycle = 0): WireId {
    return this.push({ name, width, signed: false, cycle, cell: { op: "input" } });
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
    return this.push({ name, width, signed, cycle, cell: { op: "shift", a: number, by: 0 } });
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
    const no = this.zero(`${name}_0`, 1);
    const cell: Cell = { op: "mux", select, yes: bit, no };
    return this.push({ name, width: 1, signed: false, cycle: this.cycle(bit), cell });
  }

  /** The wire one clock later. */
  register(name: string, source: WireId, reset: boolean): WireId {
    const { width } = this.wires[source] as Wire;
    const cell: Cell = { op: "register", source, reset };
    return this.push({ name, width, signed: false, cycle: this.cycle(source) + 1, cell });
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
    const cycle = this.startCycle(inputs) + windowLatency(window);
    const outputs = this.instance({ name, of: { window }, inputs }, [
      { port: "out_valid", width: 1, cycle },
      { port: "out_first", width: 1, cycle },
      { port: "out_data", width: windowWidth(window), cycle },
    ]);
    return outputs as unknown as readonly [WireId, WireId, WireId];
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
