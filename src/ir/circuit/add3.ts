import type { CellOf, Module, Wire, WireId } from "./circuit.js";

/** An operand of an adder of three: a wire times 2^shift, or minus that. */
export interface Add3Operand {
  readonly id: WireId;
  readonly shift: number;
  readonly negative: boolean;
}

/** How an adder of three operands lies on its result: which bits are added at all. */
export interface Add3Layout {
  readonly operands: readonly [Add3Operand, Add3Operand, Add3Operand];
  /** The lowest bit at which operands meet; those below are of `below`, or 0. */
  readonly low: number;
  readonly below: Add3Operand | undefined;
  /** The bits that are added, from `low` to the top. */
  readonly width: number;
  /** The highest of them is the carry out of the others: it takes no LUT. */
  readonly topIsCarry: boolean;
}

/** Bits that one operand has for itself pass by the adder, and a highest bit that is a carry takes no LUT. */
export function add3Layout(cell: CellOf<"add3">, wire: Wire, module: Module): Add3Layout {
  const operands = [
    { id: cell.a, shift: cell.shiftA, negative: false },
    { id: cell.b, shift: cell.shiftB, negative: cell.negateB },
    { id: cell.c, shift: cell.shiftC, negative: cell.negateC },
  ] as const;
  const [first, second] = operands.toSorted((x, y) => x.shift - y.shift) as [Add3Operand, Add3Operand];
  // One that is negated has no bits for itself, since a negation carries upwards.
  const below = first.negative || first.shift === second.shift ? undefined : first;
  const low = Math.min(below === undefined ? first.shift : second.shift, wire.width - 1);
  const width = wire.width - low;
  return { operands, low, below, width, topIsCarry: isCarry(operands, low, width, module) };
}

/**
 * Whether the highest bit is the carry out of the others alone: nothing is negative, no operand reaches the highest bit
 * and at most one the bit below, so that nothing is saved into the highest bit either.
 */
function isCarry(operands: readonly Add3Operand[], low: number, width: number, module: Module): boolean {
  if (width < 2) return false;
  const ends = operands.map(({ id, shift, negative }) => {
    const { cell, signed, width: bits } = module.wires[id] as Wire;
    const own = cell.op === "constant" ? cell.value : undefined;
    if (negative || (own === undefined ? signed : own < 0n)) return Number.POSITIVE_INFINITY;
    return (own === undefined ? bits : own.toString(2).length) + shift - low;
  });
  return ends.every((end) => end < width) && ends.filter((end) => end === width - 1).length <= 1;
}
