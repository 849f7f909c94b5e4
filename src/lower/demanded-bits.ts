import { type Addend, addendsOf } from "../ir/circuit/addends.js";
import {
  type Cell,
  type CellOf,
  cellOperands,
  isFeedback,
  type Module,
  type Wire,
  type WireId,
} from "../ir/circuit/circuit.js";

/** A set of a wire's bits, as a mask; the lowest one is bit 0. */
export type Bits = bigint;

/** What of a sum is needed for some of its bits. */
export interface NeededSum {
  /** Those that reach below the highest bit that is needed. */
  readonly addends: readonly Addend[];
  /** Bits below this one are bits of one of them, or 0: no carry comes out of them. */
  readonly start: number;
}

/** A wire and which of its bits a cell reads that matter. */
export type Need = readonly [wire: WireId, bits: Bits];

/** What a wire's cell needs for some of the wire's bits. */
export type Needs = (wire: Wire, bits: Bits) => readonly Need[];

/**
 * Which bits of each wire matter to what leaves a module, its outputs and the inputs of its instances, and to what comes back to
 * a register from behind it: these need all of theirs. `needs` tells of each cell what it needs of those before it; by default
 * that is no more than it must, {@link needsOf}.
 */
export function demandedBits(
  { wires, outputs, instances }: Module,
  needs: Needs = ({ cell }, bits) => needsOf(cell, bits, wires),
): readonly Bits[] {
  const demanded = wires.map(() => 0n);
  const demand = ([id, bits]: Need) => {
    const { width, signed } = wires[id] as Wire;
    // Bits above a signed wire's highest one are that one again.
    const sign = signed && bits >> BigInt(width) !== 0n ? 1n << BigInt(width - 1) : 0n;
    demanded[id] = (demanded[id] as Bits) | (bits & allBits(width)) | sign;
  };
  const demandAll = (id: WireId) => demand([id, allBits((wires[id] as Wire).width)]);
  for (const { wire } of outputs) demandAll(wire);
  for (const { inputs } of instances) for (const { wire } of inputs) demandAll(wire);
  wires.forEach((wire, id) => {
    if (isFeedback(wire, id)) cellOperands(wire.cell).forEach(demandAll);
  });
  for (let id = wires.length - 1; id >= 0; id--) {
    const bits = demanded[id] as Bits;
    if (bits !== 0n) for (const need of needs(wires[id] as Wire, bits)) demand(need);
  }
  return demanded;
}

/**
 * What a cell needs for some of its bits: sums and products need their operands up to their own highest bit that is needed,
 * everything else bit for bit. Bits above a wire's highest one are those that extend it.
 */
export function needsOf(cell: Cell, bits: Bits, wires: readonly Wire[]): readonly Need[] {
  switch (cell.op) {
    case "input":
    case "constant":
    case "port":
      return [];
    case "ahead":
    case "register":
      return [[cell.source, bits]];
    case "slice":
      return [[cell.source, bits << BigInt(cell.low)]];
    case "concat": {
      let low = 0;
      return cell.parts.map((part): Need => {
        const { width } = wires[part] as Wire;
        const own = (bits >> BigInt(low)) & allBits(width);
        low += width;
        return [part, own];
      });
    }
    case "add":
    case "sub":
    case "add3": {
      const { addends, start } = neededSum(addendsOf(cell), bits, wires);
      return addends.map(({ id, shift }) => [id, bitsOfAddends(bits, start) >> BigInt(shift)]);
    }
    case "mul": {
      const low = allBits(bitLength(bits));
      return [
        [cell.a, low],
        [cell.b, low],
      ];
    }
    case "offset":
    case "dspout":
    case "ramout":
      return [[cell.a, bits]];
    case "shift":
      return [[cell.a, cell.by >= 0 ? bits >> BigInt(cell.by) : bits << BigInt(-cell.by)]];
    case "atleast": {
      const { width } = wires[cell.a] as Wire;
      return [[cell.a, allBits(width) & ~allBits(comparedFrom(cell, width))]];
    }
    case "mux":
      return [
        [cell.select, 1n],
        [cell.yes, bits],
        [cell.no, bits],
      ];
    case "choose":
      return [[cell.index, 3n], ...cell.options.map((option): Need => [option, bits])];
    case "table":
      return [[cell.index, indexBitsThatMatter(cell, bits)]];
  }
}

/** The bits of a sum's addends that matter: each one below `start`, and from there on all up to the highest, for their carries. */
function bitsOfAddends(bits: Bits, start: number): Bits {
  return (bits & allBits(start)) | (allBits(bitLength(bits)) & ~allBits(start));
}

/** What of a sum is needed for some of its bits. */
export function neededSum(all: readonly Addend[], bits: Bits, wires: readonly Wire[]): NeededSum {
  const end = bitLength(bits);
  const lowOf = ({ id, shift }: Addend) => shift + trailingZeros(wires[id] as Wire);
  const addends = all.filter((addend) => lowOf(addend) < end);
  const [first, second] = addends.toSorted((x, y) => lowOf(x) - lowOf(y));
  if (first === undefined) return { addends, start: end };
  // A negation carries from the operand's lowest bit on.
  if (first.negative) return { addends, start: lowOf(first) };
  const start = second === undefined ? end : lowOf(second);
  const { width, signed } = wires[first.id] as Wire;
  const own = (bitsOfAddends(bits, start) >> BigInt(first.shift)) & allBits(width);
  // One that lies below all that is needed, and below the others.
  if (own === 0n && !signed)
    return neededSum(
      addends.filter((addend) => addend !== first),
      bits,
      wires,
    );
  return { addends, start };
}

/** Bits at the bottom of a wire that are always 0: of a constant they are known. */
function trailingZeros({ cell }: Wire): number {
  if (cell.op !== "constant") return 0;
  return cell.value === 0n ? Number.POSITIVE_INFINITY : lowestBit(cell.value);
}

/** The lowest bit that a comparison looks at: a ≥ l·2^n compares a's bits from n on with l. */
export function comparedFrom({ level }: CellOf<"atleast">, width: number): number {
  return level === 0n ? width - 1 : Math.min(width - 1, lowestBit(level));
}

/** The bits of a table's index that change bits of its entries. */
export function indexBitsThatMatter({ entries }: CellOf<"table">, bits: Bits): Bits {
  let matter = 0n;
  for (let bit = 1; bit < entries.length; bit *= 2) {
    const differs = entries.some(
      (entry, i) => (i & bit) === 0 && ((entry ^ (entries[i + bit] as bigint)) & bits) !== 0n,
    );
    if (differs) matter |= BigInt(bit);
  }
  return matter;
}

/** The lowest `count` bits. */
export function allBits(count: number): Bits {
  return (1n << BigInt(count)) - 1n;
}

/** The place above the highest bit. */
export function bitLength(bits: Bits): number {
  return bits === 0n ? 0 : bits.toString(2).length;
}

/** The place of the lowest bit of a number that is not 0. */
export function lowestBit(bits: bigint): number {
  return bitLength(bits & -bits) - 1;
}
