import { cellOperands, type Module, type WireId } from "../ir/circuit/circuit.js";

/** What a module takes besides its adder graphs, with all that is inside it. */
export interface Area {
  /** Bits of its registers; those of primitives not counted. */
  readonly registers: number;
  /** Bits of its multiplexers, a LUT each, but for those that registers take in: a gate in front of a register is its reset. */
  readonly gates: number;
}

/** The area of the last of these modules. */
export function areaOfModules(modules: readonly Module[]): Area {
  const areas = new Map<string, Area>();
  for (const module of modules) {
    const inside = module.instances.flatMap(({ of }) =>
      "module" in of ? [areas.get(of.module) as Area] : [],
    );
    areas.set(module.name, [ownArea(module), ...inside].reduce(sum));
  }
  const last = modules.at(-1);
  return last === undefined ? NONE : (areas.get(last.name) as Area);
}

const NONE: Area = { registers: 0, gates: 0 };

function sum(a: Area, b: Area): Area {
  return { registers: a.registers + b.registers, gates: a.gates + b.gates };
}

function ownArea({ wires, outputs }: Module): Area {
  const logic = new Set<WireId>(outputs.map(({ wire }) => wire));
  let area = NONE;
  for (let wire = wires.length - 1; wire >= 0; wire--) {
    const { cell, width } = wires[wire] as (typeof wires)[number];
    if (cell.op === "register") area = sum(area, { registers: width, gates: 0 });
    else if (!WIRING.has(cell.op) || logic.has(wire))
      for (const operand of cellOperands(cell)) logic.add(operand);
    if (cell.op === "mux" && logic.has(wire)) area = sum(area, { registers: 0, gates: width });
  }
  return area;
}

/** Cells that only hand bits on. */
const WIRING: ReadonlySet<string> = new Set(["slice", "concat", "shift"]);
