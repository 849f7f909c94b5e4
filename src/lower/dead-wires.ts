import { cellOperands, type Module, mapOperands, type Wire, type WireId } from "../ir/circuit/circuit.js";

/** A combinational module without what no output needs; ports stay. */
export function withoutDead(module: Module): Module {
  const needed = new Set(module.outputs.map(({ wire }) => wire));
  for (let id = module.wires.length - 1; id >= 0; id--) {
    const { cell } = module.wires[id] as Wire;
    if (needed.has(id)) for (const operand of cellOperands(cell)) needed.add(operand);
    else if (cell.op === "input") needed.add(id);
  }
  const kept = [...needed].toSorted((a, b) => a - b);
  const moved = new Map(kept.map((id, i) => [id, i]));
  return {
    ...module,
    wires: kept.map((id) => {
      const wire = module.wires[id] as Wire;
      return { ...wire, cell: mapOperands(wire.cell, (operand) => moved.get(operand) as WireId) };
    }),
    outputs: module.outputs.map(({ name, wire }) => ({ name, wire: moved.get(wire) as WireId })),
  };
}
