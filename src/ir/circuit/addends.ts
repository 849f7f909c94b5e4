import type { CellOf, WireId } from "./circuit.js";

/** A sum of two or three. */
export type Addition = CellOf<"add" | "sub" | "add3">;

/** An operand of a sum: a wire times 2^shift, or minus that. */
export interface Addend {
  readonly id: WireId;
  readonly shift: number;
  readonly negative: boolean;
}

/** The operands of a sum, in their order. */
export function addendsOf(cell: Addition): readonly Addend[] {
  const a = { id: cell.a, shift: cell.shiftA, negative: false };
  const b = { id: cell.b, shift: cell.shiftB };
  if (cell.op !== "add3") return [a, { ...b, negative: cell.op === "sub" }];
  return [a, { ...b, negative: cell.negateB }, { id: cell.c, shift: cell.shiftC, negative: cell.negateC }];
}
