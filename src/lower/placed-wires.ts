import { mapOperands, type Wire, type WireId } from "../ir/circuit/circuit.js";

/** The wires of a module whose cycles are known, with the registers that carry them to where they are read. */
export class PlacedWires {
  readonly wires: Wire[] = [];
  /** Where each wire of the module went. */
  private readonly moved: WireId[] = [];
  private readonly delayed = new Map<string, WireId>();

  /** The next wire of the module, in its cycle; a constant is in all of them. */
  add(wire: Wire, cycle: number): void {
    const cell = mapOperands(wire.cell, (operand) => this.at(operand, cycle));
    this.moved.push(this.push({ ...wire, cycle: wire.cell.op === "constant" ? 0 : cycle, cell }));
  }

  /** The next wire of the module, which is bits of a wire that is not of it. */
  addSlice(wire: Wire, cycle: number, source: WireId, low: number): void {
    this.moved.push(this.push({ ...wire, cycle, cell: { op: "slice", source, low } }));
  }

  /** The next wire of the module is not needed. */
  skip(): void {
    this.moved.push(-1);
  }

  /** The wire that carries wire `id` of the module in `cycle`. */
  at(id: WireId, cycle: number): WireId {
    const original = this.moved[id] as WireId;
    const wire = this.wires[original] as Wire;
    if (wire.cell.op === "constant") return original;
    let current = original;
    for (let c = wire.cycle + 1; c <= cycle; c++) {
      const key = `${original}@${c}`;
      const cell = { op: "register", source: current, reset: false } as const;
      current = this.delayed.get(key) ?? this.push({ ...wire, name: `${wire.name}_c${c}`, cycle: c, cell });
      this.delayed.set(key, current);
    }
    return current;
  }

  /** A wire that is not of the module. */
  push(wire: Wire): WireId {
    return this.wires.push(wire) - 1;
  }
}
