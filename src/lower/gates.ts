import type { Wire, WireId } from "../ir/circuit/circuit.js";
import type { ModuleBuilder, Signal } from "./module-builder.js";

/** What a bit does that forces the bits of a number. */
export const CONTROLS = ["shut", "open", "set"] as const;

/**
 * `shut`: all bits are 0 where it is 1. `open`: all but the sign are 0 where it is 0. `set`: all but the sign, of an unsigned
 * number all, are 1 where it is 1, whatever the others say.
 */
export type Control = (typeof CONTROLS)[number];

/** The bits that force a number: one or two. */
export type Controls<T> = { readonly [control in Control]?: T };

/** A number in front of its gate: its bits where nothing forces them, as an unsigned number, and what forces them. */
export interface Ungated extends Controls<Signal> {
  readonly value: Signal;
}

/**
 * A number of `signed` bits behind its gate. It is as deep as what it comes from: adders have such a gate in their own LUTs,
 * and a number that comes with its gate from another layer comes no later than one that was gated there.
 */
export function gatedSignal(
  builder: ModuleBuilder,
  { value, shut, open, set }: Ungated,
  signed: boolean,
): Signal {
  const width = builder.wireOf(value).width;
  const keepsSign = signed && shut === undefined;
  const count = keepsSign ? width - 1 : width;
  const bits = { lo: 0n, hi: (1n << BigInt(count)) - 1n };
  const none = builder.constant(0n);
  let own = keepsSign ? builder.slice(value, 0, bits) : value;
  if (shut !== undefined) own = builder.gate(shut, none, own);
  if (open !== undefined) own = builder.gate(open, own, none);
  if (set !== undefined) own = builder.gate(set, builder.constant(bits.hi), own);
  return keepsSign ? builder.concat([own, builder.slice(value, count, BIT)]) : own;
}

/**
 * A number of `width` bits in front of its gate, where it is what a ReLU makes of a sum, or a sum that saturates at the ends of
 * its bits. Undefined for any other.
 */
export function withoutGate(
  builder: ModuleBuilder,
  signal: Signal,
  width: number,
  signed: boolean,
): Ungated | undefined {
  const wire = behindSlices(builder, signal.wire);
  const own = inFrontOf(builder, wire, width, signed);
  if (own !== undefined || !signed) return own;
  // What is at least 0 may have come to bits with a sign by wrapping: then all its bits are forced.
  const wrapped = inFrontOf(builder, wire, width, false);
  return wrapped?.shut === undefined ? undefined : wrapped;
}

/** A number that is forced to the ends of `width` bits. */
function inFrontOf(
  builder: ModuleBuilder,
  wire: WireId,
  width: number,
  signed: boolean,
): Ungated | undefined {
  // What goes on beyond the other end wraps there, where it has not the sign of its sum.
  if (signed && cellAt(builder, wire).width > width) return undefined;
  const hi = (1n << BigInt(signed ? width - 1 : width)) - 1n;
  const above = choiceAt(builder, wire, hi + 1n);
  if (above === undefined || !isConstant(builder, above.yes, hi))
    return notBelow(builder, wire, width, signed);
  const set = bit(above.select);
  const inner = notBelow(builder, above.no, width, signed, above.sum);
  if (inner !== undefined) return { ...inner, set };
  const value = signed
    ? signedBits(builder, above.no, above.sum, width)
    : unsignedBits(builder, above.no, width);
  return value && { value, set };
}

/** A number that is forced to the lower end of `width` bits, as that is where `sum` is too low; of a ReLU, any sum. */
function notBelow(
  builder: ModuleBuilder,
  wire: WireId,
  width: number,
  signed: boolean,
  sum?: WireId,
): Ungated | undefined {
  const lo = signed ? -(1n << BigInt(width - 1)) : 0n;
  const below = choiceAt(builder, behindSlices(builder, wire), lo);
  if (below === undefined || !isConstant(builder, below.no, lo)) return undefined;
  if (signed) {
    const value =
      below.sum === (sum ?? below.sum) ? signedBits(builder, below.yes, below.sum, width) : undefined;
    return value && { value, open: bit(below.select) };
  }
  const value = unsignedBits(builder, below.yes, width);
  return value && { value, shut: builder.slice(bit(below.sum), cellAt(builder, below.sum).width - 1, BIT) };
}

/** A multiplexer by whether a sum is at least a level. */
interface Choice {
  readonly sum: WireId;
  readonly select: WireId;
  readonly yes: WireId;
  readonly no: WireId;
}

const BIT = { lo: 0n, hi: 1n };

function bit(wire: WireId): Signal {
  return { wire, range: BIT };
}

function cellAt(builder: ModuleBuilder, wire: WireId): Wire {
  return builder.wireOf(bit(wire));
}

/** The wire whose lowest bits a number is. */
function behindSlices(builder: ModuleBuilder, wire: WireId): WireId {
  const { cell } = cellAt(builder, wire);
  return cell.op === "slice" && cell.low === 0 ? behindSlices(builder, cell.source) : wire;
}

function isConstant(builder: ModuleBuilder, wire: WireId, value: bigint): boolean {
  const { cell } = cellAt(builder, wire);
  return cell.op === "constant" && cell.value === value;
}

function choiceAt(builder: ModuleBuilder, wire: WireId, level: bigint): Choice | undefined {
  const { cell } = cellAt(builder, wire);
  if (cell.op !== "mux") return undefined;
  const { cell: compared } = cellAt(builder, cell.select);
  return compared.op === "atleast" && compared.level === level ? { ...cell, sum: compared.a } : undefined;
}

/** Bits that no multiplexer makes: behind one a gate saves nothing, as one LUT has both. */
function unsignedBits(builder: ModuleBuilder, kept: WireId, width: number): Signal | undefined {
  const { signed, width: own } = cellAt(builder, kept);
  const { op } = cellAt(builder, behindSlices(builder, kept)).cell;
  if (op === "constant" || op === "mux" || (signed && own < width)) return undefined;
  return { wire: kept, range: { lo: 0n, hi: (1n << BigInt(own)) - 1n } };
}

/** The lowest bits of a sum and its sign, which saturation leaves as it is. */
function signedBits(builder: ModuleBuilder, kept: WireId, sum: WireId, width: number): Signal | undefined {
  const { cell, width: own } = cellAt(builder, kept);
  if (kept !== sum && cell.op === "slice" && cell.low === 0) {
    if (own < width) return undefined;
    return signedBits(builder, cell.source, sum, width);
  }
  const all = cellAt(builder, sum);
  if (kept !== sum || !all.signed || all.width < width || width === 1) return undefined;
  const low = builder.slice(bit(sum), 0, { lo: 0n, hi: (1n << BigInt(width - 1)) - 1n });
  return builder.concat([low, builder.slice(bit(sum), all.width - 1, BIT)]);
}
