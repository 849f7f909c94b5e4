import { type CellOf, type Module, mapOperands, type Wire, type WireId } from "../ir/circuit/circuit.js";
import { intervalBits, typeRange } from "../ir/fixed-point.js";
import { cellDelay, type DelayModel } from "./delay.js";
import { narrowWires } from "./narrow.js";

/** A combinational module with only the bits that its outputs need, and no adder of three that is slower than the budget. */
export function readyForRegisters(module: Module, delays: DelayModel, budget: number): Module {
  const narrowed = narrowWires(module);
  const split = splitSlow(narrowed, delays, budget);
  // The sum of two operands may be wider than that of all three.
  return split === narrowed ? narrowed : narrowWires(split);
}

/** Makes two adders of each adder of three operands that is slower than the budget (ns of a clock for logic). */
function splitSlow(module: Module, delays: DelayModel, budget: number): Module {
  const slow = ({ cell, width }: Wire) =>
    cell.op === "add3" && cellDelay(cell, width, (id) => module.wires[id] as Wire, delays) > budget;
  if (!module.wires.some(slow)) return module;
  const wires: Wire[] = [];
  const moved: WireId[] = [];
  for (const wire of module.wires) {
    const cell = mapOperands(wire.cell, (id) => moved[id] as WireId);
    if (cell.op === "add3" && slow(wire)) {
      const two = wires.push(firstTwo(wire.name, cell, wires)) - 1;
      const rest = { a: two, shiftA: 0, b: cell.c, shiftB: cell.shiftC };
      moved.push(wires.push({ ...wire, cell: { op: cell.negateC ? "sub" : "add", ...rest } }) - 1);
    } else moved.push(wires.push({ ...wire, cell }) - 1);
  }
  const outputs = module.outputs.map(({ name, wire }) => ({ name, wire: moved[wire] as WireId }));
  return { ...module, wires, outputs };
}

/** The sum of the first two operands, on the bits that hold it whatever they are. */
function firstTwo(name: string, cell: CellOf<"add3">, wires: readonly Wire[]): Wire {
  const rangeOf = (id: WireId, shift: number, negative: boolean) => {
    const wire = wires[id] as Wire;
    const { lo, hi } =
      wire.cell.op === "constant"
        ? { lo: wire.cell.value, hi: wire.cell.value }
        : typeRange({ ...wire, integer: wire.width });
    const [least, most] = [lo << BigInt(shift), hi << BigInt(shift)];
    return negative ? { lo: -most, hi: -least } : { lo: least, hi: most };
  };
  const [a, b] = [rangeOf(cell.a, cell.shiftA, false), rangeOf(cell.b, cell.shiftB, cell.negateB)];
  const { signed, width } = intervalBits({ lo: a.lo + b.lo, hi: a.hi + b.hi });
  return {
    name: `${name}_two`,
    ...{ width, signed, cycle: 0 },
    cell: {
      op: cell.negateB ? "sub" : "add",
      ...{ a: cell.a, shiftA: cell.shiftA, b: cell.b, shiftB: cell.shiftB },
    },
  };
}
