import { invariant } from "../errors.js";
import type { CellOf, WireId } from "./circuit.js";

/** A sum of two or three. */
export type Addition = CellOf<"add" | "sub" | "add3">;

/** An operand of a sum: a wire times 2^shift, or minus that. */
export interface Addend {
  readonly id: WireId;
  readonly shift: number;
  readonly negative: boolean;
}

/** The sum of two or three operands; the first one is not negated. */
export function additionOf(a: Addend, b: Addend, c?: Addend): Addition {
  invariant(!a.negative, "the first operand of a sum is added");
  const two = { a: a.id, shiftA: a.shift, b: b.id, shiftB: b.shift };
  if (c === undefined) return { op: b.negative ? "sub" : "add", ...two };
  const third = { c: c.id, shiftC: c.shift, negateC: c.negative };
  return { op: "add3", ...two, negateB: b.negative, ...third };
}

/** The operands of a sum, in their order. */
export function addendsOf(cell: Addition): readonly Addend[] {
  const a = { id: cell.a, shift: cell.shiftA, negative: false };
  const b = { id: cell.b, shift: cell.shiftB };
  if (cell.op !== "add3") return [a, { ...b, negative: cell.op === "sub" }];
  return [a, { ...b, negative: cell.negateB }, { id: cell.c, shift: cell.shiftC, negative: cell.negateC }];
}
