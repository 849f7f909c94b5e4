import type { Adder, AdderBit } from "../../ir/circuit/adders.js";
import { addersOf, isFree } from "../../ir/circuit/adders.js";
import type { BitSource, WireBit } from "../../ir/circuit/bit-sources.js";
import { cellOperands, type Module, type Wire, type WireId } from "../../ir/circuit/circuit.js";
import { InternalError } from "../../ir/errors.js";
import { declare, extend, literal, repeat, select } from "./vectors.js";

/**
 * The Verilog of an adder: an instance of the target's `l1c_add3`, or of `l1c_gated_add3`, on the bits where operands meet.
 * Bits that one operand has for itself pass by it. What `offset` cells invert is inverted in the adder.
 */
export function emitAdder({ layout, bits: sources }: Adder, wire: Wire, module: Module): readonly string[] {
  const { operands, low, below, width, topIsCarry, live } = layout;
  const part = (length: number, start: number) =>
    wire.width === 1 ? wire.name : `${wire.name}[${length === 1 ? start : `${start + length - 1}:${start}`}]`;
  const bits = operands.map(({ id, shift }, k) => {
    const own = sources[k] as readonly AdderBit[];
    const traced = own.some((bit) => isFree(bit, module) && !isTurned(bit, id, module));
    return traced ? tracedBits(own, module) : bitsOf(module, id, shift - low, width);
  });
  const [negateA, negateB, negateC] = operands.map(({ negative }) => negative);
  if (negateA) throw new InternalError("an adder does not subtract its first operand");
  const masks = (name: string, values: readonly bigint[], usual: bigint) =>
    values.flatMap((mask, i) => (mask === usual ? [] : [`.${name}_${"ABC"[i]}(${literal(mask, width)})`]));
  const three = operands.length === 3;
  const gated = bits.some((own) => own.forced !== undefined);
  const parameters = [
    `.WIDTH(${width})`,
    ...(negateB ? [".NEGATE_B(1)"] : []),
    ...(negateC ? [".NEGATE_C(1)"] : []),
    ...(topIsCarry ? [".TOP_IS_CARRY(1)"] : []),
    ...masks("LIVE", three ? live : [...live, 0n], (1n << BigInt(width)) - 1n),
    ...CONTROLS.flatMap((control) =>
      masks(
        `${control.toUpperCase()}S`,
        bits.map((own) => own.forced?.[control].mask ?? 0n),
        0n,
      ),
    ),
    ...masks(
      "INVERT",
      bits.map(({ inverted }) => inverted),
      0n,
    ),
  ];
  const zero = literal(0n, width);
  const texts = [...bits.map(({ text }) => text), ...(three ? [] : [zero])];
  const ports = [
    ...texts.map((text, i) => `.${"abc"[i]}(${text})`),
    ...(gated ? CONTROLS : []).flatMap((control) =>
      texts.map((_, i) => `.${control}_${"abc"[i]}(${bits[i]?.forced?.[control].text ?? zero})`),
    ),
  ];
  const passing = below === undefined ? undefined : bitsOf(module, below.id, below.shift, low);
  const flips =
    passing === undefined || passing.inverted === 0n ? "" : ` ^ ${literal(passing.inverted, low)}`;
  return [
    `${declare("wire", wire.width, wire.name)};`,
    ...(low > 0
      ? [`assign ${part(low, 0)} = ${passing === undefined ? `${low}'h0` : passing.text}${flips};`]
      : []),
    `${gated ? "l1c_gated_add3" : "l1c_add3"} #(${parameters.join(", ")}) ${wire.name}_add (${ports.join(", ")}, .sum(${part(width, low)}));`,
  ];
}

/** What forces bits of an operand, to 0 and to 1: ports of `l1c_gated_add3`, whose parameters are the plurals. */
const CONTROLS = ["shut", "set"] as const;

/** An operand as a vector, and which of its bits are to be inverted, after which are forced where a vector's bits are 1. */
interface OperandText {
  readonly text: string;
  readonly inverted: bigint;
  readonly forced?: Readonly<
    Record<(typeof CONTROLS)[number], { readonly text: string; readonly mask: bigint }>
  >;
}

/** Whether a bit is an inverse because operand `id` is one as a whole, which needs no tracing. */
function isTurned({ source, gate }: AdderBit, id: WireId, module: Module): boolean {
  const { cell } = module.wires[id] as Wire;
  if (gate !== undefined || typeof source === "number" || cell.op !== "offset") return false;
  return (module.wires[cell.a] as Wire).cell.op !== "concat";
}

/** An operand out of the bits that it comes from. */
function tracedBits(bits: readonly AdderBit[], module: Module): OperandText {
  const read = bits.map(({ source, gate }) => gate?.source ?? source);
  const mask = (holds: (bit: AdderBit) => boolean) =>
    bits.reduce((sum, bit, i) => (holds(bit) ? sum | (1n << BigInt(i)) : sum), 0n);
  const forced = (control: (typeof CONTROLS)[number]) => ({
    text: vector(
      bits.map(({ gate }) => gate?.[control] ?? 0),
      module,
    ),
    mask: mask(({ gate }) => gate?.[control] !== undefined),
  });
  return {
    text: vector(
      read.map((source) => (typeof source === "number" ? source : { ...source, inverted: false })),
      module,
    ),
    inverted: mask(({ source }) => typeof source !== "number" && source.inverted),
    ...(bits.some(({ gate }) => gate !== undefined)
      ? { forced: { shut: forced("shut"), set: forced("set") } }
      : {}),
  };
}

/** Bits side by side, the first one lowest: those that lie side by side in a wire, or are the same, together. */
function vector(bits: readonly BitSource[], module: Module): string {
  const parts: string[] = [];
  for (let start = 0; start < bits.length; ) {
    const first = bits[start] as BitSource;
    const runs = (step: number) => {
      let count = 1;
      while (start + count < bits.length && follows(first, bits[start + count] as BitSource, step * count))
        count++;
      return count;
    };
    const [same, next] = [runs(0), runs(1)];
    const count = Math.max(same, next);
    if (typeof first === "number") parts.push(literal(first === 1 ? (1n << BigInt(count)) - 1n : 0n, count));
    else {
      const wire = module.wires[first.wire] as Wire;
      const own = next > same ? select(wire, first.bit, count) : repeat(select(wire, first.bit, 1), count);
      parts.push(first.inverted ? `~${own}` : own);
    }
    start += count;
  }
  return parts.length === 1 ? (parts[0] as string) : `{${parts.toReversed().join(", ")}}`;
}

function follows(first: BitSource, other: BitSource, by: number): boolean {
  if (typeof first === "number" || typeof other === "number") return first === other;
  const at = (bit: WireBit, offset: number) => `${bit.wire}.${bit.bit + offset}${bit.inverted ? "~" : ""}`;
  return at(first, by) === at(other, 0);
}

/** Wire `id` times 2^shift on `width` bits: a vector, and which of its bits are to be inverted. */
function bitsOf(module: Module, id: WireId, shift: number, width: number): OperandText {
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

/** True for an inverted number that only adders read which invert it themselves. */
export function isFolded(wire: Wire, module: Module): boolean {
  const known = folded.get(module);
  if (known !== undefined) return known.has(wire);
  const read = new Set<WireId>(module.outputs.map((output) => output.wire));
  for (const { inputs } of module.instances) for (const input of inputs) read.add(input.wire);
  const adders = addersOf(module);
  for (const reader of module.wires)
    if (!adders.has(reader)) for (const id of cellOperands(reader.cell)) read.add(id);
  const own = new Set(module.wires.filter(({ cell }, id) => cell.op === "offset" && !read.has(id)));
  folded.set(module, own);
  return own.has(wire);
}
