import type { Cell, CellOf, Wire, WireId } from "../ir/circuit/circuit.js";
import { InternalError } from "../ir/errors.js";
import { intervalBits } from "../ir/fixed-point.js";

/** How wide and signed a wire is. */
export type Kind = Pick<Wire, "width" | "signed">;

/** What carries the bits of a wire that matter: all from bit `cut` on, or those below its highest ones. */
export interface Carrier {
  readonly wire: WireId;
  readonly cut: number;
}

/** The wires of a module that is narrowed, and what carries each wire of the one that it comes from. */
export class NarrowedWires {
  readonly wires: Wire[] = [];
  private readonly carriers: (Carrier | undefined)[] = [];
  private readonly names: Set<string>;
  /** Wires that are bits of others, and constants, by what they are. */
  private readonly known = new Map<string, WireId>();

  constructor(source: readonly Wire[]) {
    this.names = new Set(source.map(({ name }) => name));
  }

  /** Says what carries the next wire; nothing where none of its bits matters. */
  carry(carrier: Carrier | undefined): void {
    this.carriers.push(carrier);
  }

  /** Whether bits of wire `id` matter. Of one of which none does, cells read only bits above its highest one or below its lowest. */
  has(id: WireId): boolean {
    return this.carriers[id] !== undefined;
  }

  /** What carries wire `id`. */
  at(id: WireId): Carrier {
    const carrier = this.carriers[id];
    if (carrier === undefined) throw new InternalError("a bit that matters is missing");
    return carrier;
  }

  push(wire: Wire): WireId {
    return this.wires.push(wire) - 1;
  }

  /** True when wires were made that the source has not. */
  get hasOwn(): boolean {
    return this.known.size > 0;
  }

  /** Wire `id` divided by 2^low modulo 2^width, as a wire of a kind. */
  read(id: WireId, low: number, kind: Kind): WireId {
    const wire = this.fitting(id, low, kind);
    const { name, cell, ...own } = this.wires[wire] as Wire;
    if (sameKind(own, kind)) return wire;
    if (cell.op === "constant") return this.shared(cell, kind, "k");
    return this.shared({ op: "shift", a: wire, by: 0 }, kind, name);
  }

  /** The same, or a wire of which every value is one of the kind. */
  fitting(id: WireId, low: number, kind: Kind): WireId {
    if (!this.has(id)) return this.constant(0n);
    const { wire, cut } = this.at(id);
    const { name, cell, width, signed } = this.wires[wire] as Wire;
    const from = low - cut;
    if (cell.op === "constant") {
      const value = inKind(cell.value >> BigInt(from), kind);
      return value === cell.value ? wire : this.constant(value);
    }
    const kept = width - from;
    if (kept >= kind.width) return this.slice(wire, from, kind);
    if (kept <= 0 && !signed) return this.constant(0n);
    const rest = this.slice(wire, Math.min(from, width - 1), { width: Math.max(1, kept), signed });
    // What reads it extends it by its own sign.
    return kind.signed || !signed ? rest : this.shared({ op: "shift", a: rest, by: 0 }, kind, name);
  }

  /** Bits of one of these wires from `low` on, as a number of a kind. */
  slice(source: WireId, low: number, kind: Kind): WireId {
    const wire = this.wires[source] as Wire;
    if (low === 0 && sameKind(wire, kind)) return source;
    if (wire.cell.op === "offset" && !kind.signed) return this.sliceInverted(wire.cell, low, kind, wire.name);
    return this.shared({ op: "slice", source, low }, kind, wire.name);
  }

  /** Bits of an `offset` are inverted after they are taken: an adder of three that reads them inverts them itself. */
  private sliceInverted(cell: CellOf<"offset">, low: number, { width }: Kind, name: string): WireId {
    const source = this.wires[cell.a] as Wire;
    const signed = source.signed && low + width === source.width;
    const a = this.slice(cell.a, low, { width, signed });
    // Of a signed number the highest bit is inverted, or all others are.
    const inverted = signed || cell.negate;
    return inverted ? this.shared({ ...cell, a }, { width, signed: false }, name) : a;
  }

  /** A constant, on the bits that it needs or as a number of a kind. */
  constant(value: bigint, kind: Kind = intervalBits({ lo: value, hi: value })): WireId {
    return this.shared({ op: "constant", value }, { ...kind, width: Math.max(1, kind.width) }, "k");
  }

  private shared(cell: Cell, { width, signed }: Kind, from: string): WireId {
    const key = JSON.stringify([cell, width, signed], (_, value) =>
      typeof value === "bigint" ? value.toString() : value,
    );
    const found = this.known.get(key);
    if (found !== undefined) return found;
    let [count, name] = [0, ""];
    do name = `${from}_${++count}`;
    while (this.names.has(name));
    this.names.add(name);
    const id = this.push({ name, width, signed, cycle: 0, cell });
    this.known.set(key, id);
    return id;
  }
}

export function sameKind(a: Kind, b: Kind): boolean {
  return a.width === b.width && a.signed === b.signed;
}

/** A number as one of a kind, modulo 2^width. */
export function inKind(value: bigint, { width, signed }: Kind): bigint {
  return signed ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value);
}
