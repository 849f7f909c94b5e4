import { add3Layout } from "../../ir/circuit/add3.js";
import { type CellOf, cellOperands, type Module, type Wire, type WireId } from "../../ir/circuit/circuit.js";
import { declare, extend, literal, select } from "./vectors.js";

/**
 * The Verilog of an adder of three operands: an instance of the target's `l1c_add3` on the bits where operands meet. Bits
 * that one operand has for itself pass by it. What `offset` cells invert is inverted in the adder.
 */
export function emitAdd3(cell: CellOf<"add3">, wire: Wire, module: Module): readonly string[] {
  const { operands, low, below, width, topIsCarry, live } = add3Layout(cell, wire, module);
  const part = (length: number, start: number) =>
    wire.width === 1 ? wire.name : `${wire.name}[${length === 1 ? start : `${start + length - 1}:${start}`}]`;
  const bits = operands.map(({ id, shift }) => bitsOf(module, id, shift - low, width));
  const parameters = [
    `.WIDTH(${width})`,
    ...(cell.negateB ? [".NEGATE_B(1)"] : []),
    ...(cell.negateC ? [".NEGATE_C(1)"] : []),
    ...(topIsCarry ? [".TOP_IS_CARRY(1)"] : []),
    ...live.flatMap((own, i) =>
      own === (1n << BigInt(width)) - 1n ? [] : [`.LIVE_${"ABC"[i]}(${literal(own, width)})`],
    ),
    ...bits.flatMap(({ inverted }, i) =>
      inverted === 0n ? [] : [`.INVERT_${"ABC"[i]}(${literal(inverted, width)})`],
    ),
  ];
  const ports = bits.map(({ text }, i) => `.${"abc"[i]}(${text})`);
  const passing = below === undefined ? undefined : bitsOf(module, below.id, below.shift, low);
  const flips =
    passing === undefined || passing.inverted === 0n ? "" : ` ^ ${literal(passing.inverted, low)}`;
  return [
    `${declare("wire", wire.width, wire.name)};`,
    ...(low > 0
      ? [`assign ${part(low, 0)} = ${passing === undefined ? `${low}'h0` : passing.text}${flips};`]
      : []),
    `l1c_add3 #(${parameters.join(", ")}) ${wire.name}_add (${ports.join(", ")}, .sum(${part(width, low)}));`,
  ];
}

/** Wire `id` times 2^shift on `width` bits: a vector, and which of its bits are to be inverted. */
function bitsOf(module: Module, id: WireId, shift: number, width: number) {
  const { cell } = module.wires[id] as Wire;
  if (cell.op !== "offset") return { text: extend(module, id, shift, width), inverted: 0n };
  const source = module.wires[cell.a] as Wire;
  const sign = source.signed ? 1n << BigInt(source.width - 1) : 0n;
  const all = (1n << BigInt(source.width)) - 1n;
  const inverted = cell.negate ? all ^ sign : sign;
  const moved = shift >= 0 ? inverted << BigInt(shift) : inverted >> BigInt(-shift);
  return { text: unsigned(source, shift, width), inverted: BigInt.asUintN(width, moved) };
}

/** The bits of a wire times 2^shift, whatever its sign, on `width` bits. */
function unsigned(wire: Wire, shift: number, width: number): string {
  const [up, low] = [Math.max(0, shift), Math.max(0, -shift)];
  const kept = Math.min(wire.width - low, width - up);
  if (kept <= 0) return literal(0n, width);
  const bits = select(wire, low, kept);
  const above = width - up - kept;
  const parts = [above > 0 ? literal(0n, above) : "", bits, up > 0 ? literal(0n, up) : ""].filter(
    (p) => p !== "",
  );
  return parts.length === 1 ? bits : `{${parts.join(", ")}}`;
}

const folded = new WeakMap<Module, ReadonlySet<Wire>>();

/** True for an inverted number that only adders of three read, which invert it themselves. */
export function isFolded(wire: Wire, module: Module): boolean {
  const known = folded.get(module);
  if (known !== undefined) return known.has(wire);
  const read = new Set<WireId>(module.outputs.map((output) => output.wire));
  for (const { inputs } of module.instances) for (const input of inputs) read.add(input.wire);
  for (const { cell } of module.wires)
    if (cell.op !== "add3") for (const id of cellOperands(cell)) read.add(id);
  const own = new Set(module.wires.filter(({ cell }, id) => cell.op === "offset" && !read.has(id)));
  folded.set(module, own);
  return own.has(wire);
}
