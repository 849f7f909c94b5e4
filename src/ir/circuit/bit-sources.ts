import type { Module, Wire, WireId } from "./circuit.js";

/** Bit `bit` of a wire, or its inverse. */
export interface WireBit {
  readonly wire: WireId;
  readonly bit: number;
  readonly inverted: boolean;
}

/** A bit that others force to 0 or to 1: of a multiplexer with a constant on one side, or of one for 1 behind one for 0. */
export interface GatedBit {
  /** The last multiplexer, and which of its bits it is. */
  readonly mux: WireId;
  readonly bit: number;
  /** What it is where nothing forces it; never an inverse. */
  readonly source: WireBit;
  /** The bit that forces it to 0, as the sign does behind a ReLU. */
  readonly shut?: WireBit;
  /** The bit that forces it to 1, whatever `shut` is, as saturation from above does. */
  readonly set?: WireBit;
}

/** The bits that force a gated bit, one or two. */
export function controlsOf({ shut, set }: GatedBit): readonly WireBit[] {
  return [shut, set].filter((control) => control !== undefined);
}

/** Where a bit comes from: behind all that only moves or inverts bits. `gate` is there for a bit that is gated. */
export type BitSource = 0 | 1 | (WireBit & { readonly gate?: GatedBit });

/**
 * The source of bit `bit` of a wire times 2^shift, sign- or zero-extended. The source of a gated bit is the bit of the
 * multiplexer; nothing is followed through another cell that computes, or a register.
 */
export function bitSource(module: Module, id: WireId, shift: number, bit: number): BitSource {
  const wire = module.wires[id] as Wire;
  const at = bit - shift;
  if (at < 0) return 0;
  if (wire.cell.op === "constant") return ((wire.cell.value >> BigInt(at)) & 1n) === 1n ? 1 : 0;
  if (at < wire.width) return sourceOf(module, id, at);
  return wire.signed ? sourceOf(module, id, wire.width - 1) : 0;
}

function sourceOf(module: Module, id: WireId, bit: number): BitSource {
  const { cell, width } = module.wires[id] as Wire;
  switch (cell.op) {
    case "constant":
      return ((cell.value >> BigInt(bit)) & 1n) === 1n ? 1 : 0;
    case "slice":
      return sourceOf(module, cell.source, cell.low + bit);
    case "concat": {
      let low = bit;
      for (const part of cell.parts) {
        const own = (module.wires[part] as Wire).width;
        if (low < own) return sourceOf(module, part, low);
        low -= own;
      }
      return 0;
    }
    case "shift":
      return bitSource(module, cell.a, cell.by, bit);
    case "offset": {
      const source = sourceOf(module, cell.a, bit);
      const sign = (module.wires[cell.a] as Wire).signed && bit === width - 1;
      return sign === cell.negate ? source : inverse(source);
    }
    case "mux":
      return { wire: id, bit, inverted: false, ...gateOf(module, id, bit) };
    default:
      return { wire: id, bit, inverted: false };
  }
}

function gateOf(module: Module, id: WireId, bit: number): { readonly gate?: GatedBit } {
  const { cell } = module.wires[id] as Wire;
  if (cell.op !== "mux") return {};
  const select = conditionOf(module, cell.select);
  if (select === undefined) return {};
  const [yes, no] = [bitSource(module, cell.yes, 0, bit), bitSource(module, cell.no, 0, bit)];
  const [value, source, control] = typeof yes === "number" ? [yes, no, select] : [no, yes, invert(select)];
  if (typeof value !== "number" || typeof source === "number" || source.inverted) return {};
  if (value === 0) return { gate: { mux: id, bit, source, shut: control } };
  const { gate } = source;
  const behind = gate !== undefined && gate.set === undefined ? gate : { source };
  return { gate: { ...behind, mux: id, bit, set: control } };
}

/** The bit that selects; of a comparison with 0 the sign. */
function conditionOf(module: Module, id: WireId): WireBit | undefined {
  const source = sourceOf(module, id, 0);
  if (source === 0 || source === 1) return undefined;
  const { cell } = module.wires[source.wire] as Wire;
  if (cell.op !== "atleast" || cell.level !== 0n) return source;
  const compared = module.wires[cell.a] as Wire;
  if (!compared.signed) return source;
  const sign = sourceOf(module, cell.a, compared.width - 1);
  return sign === 0 || sign === 1 ? undefined : { ...sign, inverted: sign.inverted === source.inverted };
}

function invert({ wire, bit, inverted }: WireBit): WireBit {
  return { wire, bit, inverted: !inverted };
}

function inverse(source: BitSource): BitSource {
  if (source === 0) return 1;
  return source === 1 ? 0 : { ...source, inverted: !source.inverted };
}
