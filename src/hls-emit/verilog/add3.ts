import { add3Layout } from "../../ir/circuit/add3.js";
import type { CellOf, Module, Wire } from "../../ir/circuit/circuit.js";
import { declare, extend, literal } from "./vectors.js";

/**
 * The Verilog of an adder of three operands: an instance of the target's `l1c_add3` on the bits where operands meet. Bits
 * that one operand has for itself pass by it.
 */
export function emitAdd3(cell: CellOf<"add3">, wire: Wire, module: Module): readonly string[] {
  const { operands, low, below, width, topIsCarry, live } = add3Layout(cell, wire, module);
  const part = (length: number, start: number) =>
    wire.width === 1 ? wire.name : `${wire.name}[${length === 1 ? start : `${start + length - 1}:${start}`}]`;
  const parameters = [
    `.WIDTH(${width})`,
    ...(cell.negateB ? [".NEGATE_B(1)"] : []),
    ...(cell.negateC ? [".NEGATE_C(1)"] : []),
    ...(topIsCarry ? [".TOP_IS_CARRY(1)"] : []),
    ...live.flatMap((bits, i) =>
      bits === (1n << BigInt(width)) - 1n ? [] : [`.LIVE_${"ABC"[i]}(${literal(bits, width)})`],
    ),
  ];
  const ports = operands.map(({ id, shift }, i) => `.${"abc"[i]}(${extend(module, id, shift - low, width)})`);
  const passing = below === undefined ? `${low}'h0` : extend(module, below.id, below.shift, low);
  return [
    `${declare("wire", wire.width, wire.name)};`,
    ...(low > 0 ? [`assign ${part(low, 0)} = ${passing};`] : []),
    `l1c_add3 #(${parameters.join(", ")}) ${wire.name}_add (${ports.join(", ")}, .sum(${part(width, low)}));`,
  ];
}
