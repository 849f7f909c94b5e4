import { type Addend, addendsOf, additionOf } from "../ir/circuit/addends.js";
import type { Cell, CellOf, Module, Wire, WireId } from "../ir/circuit/circuit.js";
import { InternalError, invariant } from "../ir/errors.js";
import { withoutDead } from "./dead-wires.js";
import {
  allBits,
  type Bits,
  bitLength,
  comparedFrom,
  demandedBits,
  indexBitsThatMatter,
  lowestBit,
  neededSum,
} from "./demanded-bits.js";
import { type Carrier, inKind, type Kind, NarrowedWires, sameKind } from "./narrowed-wires.js";

/**
 * A combinational module that computes the same outputs and, of everything before them, only bits that they need: a wire
 * is cut to those from the first to the last of them. One whose highest bits go is a number modulo 2^n: what reads it needs
 * no more of it. Ports stay. A module all of whose bits are needed comes back as it is.
 */
export function narrowWires(module: Module): Module {
  invariant(module.instances.length === 0, "a module that is narrowed holds no instances");
  const { wires, outputs } = module;
  const demanded = demandedBits(module);
  const narrowed = new NarrowedWires(wires);
  const narrowing = new Narrowing(wires, demanded, narrowed);
  let same = true;
  wires.forEach((wire, id) => {
    const bits = demanded[id] as Bits;
    const carrier = isSource(wire)
      ? { wire: narrowed.push(wire), cut: 0 }
      : bits === 0n
        ? undefined
        : narrowing.carry(wire, bits);
    const width = carrier === undefined ? 0 : (narrowed.wires[carrier.wire] as Wire).width;
    if (width < wire.width) same = false;
    narrowed.carry(carrier);
  });
  const ends = outputs.map(({ name, wire }) => {
    const { width, signed } = wires[wire] as Wire;
    return { name, wire: narrowed.read(wire, 0, { width, signed }) };
  });
  if (same && !narrowed.hasOwn) return module;
  return withoutDead({ ...module, wires: narrowed.wires, outputs: ends });
}

function isSource({ cell }: Wire): boolean {
  return cell.op === "input" || cell.op === "constant";
}

class Narrowing {
  private readonly source: readonly Wire[];
  private readonly demanded: readonly Bits[];
  private readonly wires: NarrowedWires;

  constructor(source: readonly Wire[], demanded: readonly Bits[], wires: NarrowedWires) {
    this.source = source;
    this.demanded = demanded;
    this.wires = wires;
  }

  /** Makes the wire that carries those bits of a wire of the source. */
  carry(wire: Wire, bits: Bits): Carrier {
    const { cell } = wire;
    const end = bitLength(bits);
    const low = lowestBit(bits);
    // What keeps its highest bit keeps its sign.
    const kindFrom = (cut: number): Kind => ({ width: end - cut, signed: end === wire.width && wire.signed });
    const kind = kindFrom(low);
    const made = (own: Cell, cut = low): Carrier => ({
      wire: this.wires.push({ ...wire, ...kindFrom(cut), cell: own }),
      cut,
    });
    switch (cell.op) {
      case "slice": {
        const { wire: source, cut } = this.wires.at(cell.source);
        return made({ op: "slice", source, low: cell.low + low - cut });
      }
      case "concat":
        return made({ op: "concat", parts: this.parts(cell, low, end) });
      case "add":
      case "sub":
      case "add3": {
        const { addends, start } = neededSum(addendsOf(cell), bits, this.source);
        const cut = Math.min(start, low);
        const modulo = end < wire.width ? end : undefined;
        const own = addends.map((addend) => this.addend(addend, cut, modulo));
        return this.sum(own, cell, kindFrom(cut), cut, made);
      }
      case "mul":
        return made({ ...cell, a: this.factor(cell.a, end), b: this.factor(cell.b, end) }, 0);
      case "offset": {
        const { signed } = this.source[cell.a] as Wire;
        const whole = end === wire.width;
        const a = this.wires.read(cell.a, low, { width: kind.width, signed: whole && signed });
        // Below the highest bit of a signed number, all of them are inverted or none.
        return whole || cell.negate ? made({ ...cell, a }) : { wire: a, cut: low };
      }
      case "dspout":
      case "ramout": {
        const { wire: a, cut } = this.wires.at(cell.a);
        const { width, signed, cell: from } = this.wires.wires[a] as Wire;
        // Entries of a table may differ only in bits that nothing reads.
        if (from.op === "constant") return { wire: a, cut };
        return { wire: this.wires.push({ ...wire, width, signed, cell: { ...cell, a } }), cut };
      }
      case "shift": {
        if (!this.wires.has(cell.a)) return made({ op: "constant", value: 0n });
        const { wire: a, cut } = this.wires.at(cell.a);
        const by = cell.by - low + cut;
        const same = by === 0 && sameKind(this.wires.wires[a] as Wire, kind);
        return same ? { wire: a, cut: low } : made({ ...cell, a, by });
      }
      case "atleast":
        return made(this.comparison(cell), 0);
      case "mux": {
        const select = this.wires.read(cell.select, 0, { width: 1, signed: false });
        const [yes, no] = [cell.yes, cell.no].map((id) => this.wires.fitting(id, low, kind));
        return made({ ...cell, select, yes: yes as WireId, no: no as WireId });
      }
      case "choose": {
        const index = this.wires.read(cell.index, 0, { width: 2, signed: false });
        return made({ ...cell, index, options: cell.options.map((id) => this.wires.fitting(id, low, kind)) });
      }
      case "table":
        return made(this.table(cell, bits, kind));
      default:
        throw new InternalError(`'${cell.op}' is not narrowed`);
    }
  }

  /** The parts of a concatenation between two of its bits; zeros where none matters. */
  private parts(cell: CellOf<"concat">, low: number, end: number): readonly WireId[] {
    const zeros = (width: number) => (width > 0 ? [this.wires.constant(0n, { width, signed: false })] : []);
    let start = 0;
    return cell.parts.flatMap((part) => {
      const { width, signed } = this.source[part] as Wire;
      const [first, last] = [Math.max(0, low - start), Math.min(width, end - start)];
      start += width;
      if (first >= last) return [];
      const needed = (this.demanded[part] as Bits) & allBits(last) & ~allBits(first);
      if (needed === 0n) return zeros(last - first);
      const [from, to] = [lowestBit(needed), bitLength(needed)];
      const own = this.wires.read(part, from, { width: to - from, signed: signed && to === width });
      return [...zeros(from - first), own, ...zeros(last - to)];
    });
  }

  private sum(
    own: readonly Addend[],
    cell: CellOf<"add" | "sub"> | CellOf<"add3">,
    kind: Kind,
    cut: number,
    made: (cell: Cell, cut: number) => Carrier,
  ): Carrier {
    const isWhole = own.length === addendsOf(cell).length;
    const [a, b, c] = isWhole ? own : own.toSorted((x, y) => Number(x.negative) - Number(y.negative));
    if (a === undefined) return made({ op: "constant", value: 0n }, cut);
    if (a.negative) {
      const zero = { id: this.wires.constant(0n), shift: 0, negative: false };
      return made(additionOf(zero, a, b), cut);
    }
    if (b !== undefined) return made(additionOf(a, b, c), cut);
    const same = a.shift === 0 && sameKind(this.wires.wires[a.id] as Wire, kind);
    return same ? { wire: a.id, cut } : made({ op: "shift", a: a.id, by: a.shift }, cut);
  }

  /** An operand of a sum whose bits below `cut` and, where it is given, from `end` on do not matter. */
  private addend({ id, shift, negative }: Addend, cut: number, end: number | undefined): Addend {
    const { wire, cut: own } = this.wires.at(id);
    const { cell, width, signed } = this.wires.wires[wire] as Wire;
    const by = shift - cut + own;
    if (cell.op === "constant") {
      const value = by >= 0 ? cell.value : cell.value >> BigInt(-by);
      const rest = Math.max(0, by);
      const needed = end === undefined ? value : BigInt.asUintN(end - cut - rest, value);
      const constant = needed === cell.value ? wire : this.wires.constant(needed);
      return { id: constant, shift: rest, negative };
    }
    if (by >= 0) return { id: wire, shift: by, negative };
    const kept = Math.max(1, width + by);
    return { id: this.wires.slice(wire, width - kept, { width: kept, signed }), shift: 0, negative };
  }

  /** An operand of a product of which only the bits below `end` matter. */
  private factor(id: WireId, end: number): WireId {
    const { wire } = this.wires.at(id);
    const { width } = this.wires.wires[wire] as Wire;
    return width <= end ? wire : this.wires.read(id, 0, { width: end, signed: false });
  }

  private comparison(cell: CellOf<"atleast">): Cell {
    const { wire, cut } = this.wires.at(cell.a);
    const { width, signed } = this.wires.wires[wire] as Wire;
    // A comparison with 0 is the sign, wherever it lies.
    if (cell.level === 0n) return { ...cell, a: wire };
    const from = comparedFrom(cell, (this.source[cell.a] as Wire).width);
    const a = this.wires.slice(wire, from - cut, { width: width - (from - cut), signed });
    return { ...cell, a, level: cell.level >> BigInt(from) };
  }

  private table(cell: CellOf<"table">, bits: Bits, kind: Kind): Cell {
    const low = lowestBit(bits);
    const matter = indexBitsThatMatter(cell, bits);
    const entry = (index: number) => inKind((cell.entries[index] as bigint) >> BigInt(low), kind);
    if (matter === 0n) return { op: "constant", value: entry(0) };
    const first = lowestBit(matter);
    const width = bitLength(matter) - first;
    const index = this.wires.read(cell.index, first, { width, signed: false });
    return { ...cell, index, entries: Array.from({ length: 2 ** width }, (_, i) => entry(i * 2 ** first)) };
  }
}
