import { type Adders, isWiring } from "../../ir/circuit/adders.js";
import { type BitSource, bitSource, controlsOf } from "../../ir/circuit/bit-sources.js";
import { cellOperands, type Module, type Wire, type WireId } from "../../ir/circuit/circuit.js";

/** For each multiplexer, how often each of its bits is read: by cells, instances and outputs, behind what only moves bits. */
export type Readers = ReadonlyMap<WireId, readonly number[]>;

/** Counts what reads multiplexers. An adder of `primitives` reads what is in front of the gates that it has. */
export function readersOf(module: Module, primitives: Adders): Readers {
  const readers = new Map<WireId, number[]>();
  const count = (source: BitSource) => {
    if (typeof source === "number" || module.wires[source.wire]?.cell.op !== "mux") return;
    const own = readers.get(source.wire) ?? [];
    own[source.bit] = (own[source.bit] ?? 0) + 1;
    readers.set(source.wire, own);
  };
  const countAll = (id: WireId) => {
    const { width } = module.wires[id] as Wire;
    for (let bit = 0; bit < width; bit++) count(bitSource(module, id, 0, bit));
  };
  for (const { wire } of module.outputs) countAll(wire);
  for (const { inputs } of module.instances) for (const { wire } of inputs) countAll(wire);
  for (const wire of module.wires) {
    const adder = primitives.get(wire);
    if (adder === undefined) {
      if (!isWiring(wire)) cellOperands(wire.cell).forEach(countAll);
      continue;
    }
    if (adder.layout.below !== undefined) countAll(adder.layout.below.id);
    for (const { source, gate } of adder.bits.flat())
      for (const read of gate === undefined ? [source] : [gate.source, ...controlsOf(gate)]) count(read);
  }
  return readers;
}
