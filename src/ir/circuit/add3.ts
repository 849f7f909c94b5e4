import { type Addend, type Addition, addendsOf } from "./addends.js";
import type { Module, Wire } from "./circuit.js";

/** How an adder of three operands, or of two, lies on its result: which bits are added at all. */
export interface Add3Layout {
  readonly operands: readonly Addend[];
  /** The lowest bit at which operands meet; those below are of `below`, or 0. */
  readonly low: number;
  readonly below: Addend | undefined;
  /** The bits that are added, from `low` to the top. */
  readonly width: number;
  /** The highest of them is the carry out of the others: it takes no LUT. */
  readonly topIsCarry: boolean;
  /** For each operand, the bits of these that may be 1; of a negated operand all. */
  readonly live: readonly bigint[];
  /** LUTs: one for each bit at which two or more come together, what the bit below saves counted in. */
  readonly luts: number;
}

/** Bits that one operand has for itself pass by the adder, and a highest bit that is a carry takes no LUT. */
export function add3Layout(cell: Addition, wire: Wire, module: Module): Add3Layout {
  const operands = addendsOf(cell);
  const [first, second] = operands.toSorted((x, y) => x.shift - y.shift) as [Addend, Addend];
  // One that is negated has no bits for itself, since a negation carries upwards.
  const below = first.negative || first.shift === second.shift ? undefined : first;
  const low = Math.min(below === undefined ? first.shift : second.shift, wire.width - 1);
  const width = wire.width - low;
  const topIsCarry = isCarry(operands, low, width, module);
  const live = operands.map((operand) => liveBits(operand, low, width, module));
  return { operands, low, below, width, topIsCarry, live, luts: lutsOf(live, operands, width) };
}

function liveBits({ id, shift, negative }: Addend, low: number, width: number, module: Module): bigint {
  const { cell, signed, width: bits } = module.wires[id] as Wire;
  const ones = (count: number) => (1n << BigInt(Math.max(0, count))) - 1n;
  if (negative) return ones(width);
  const moved = (value: bigint) =>
    shift >= low ? value << BigInt(shift - low) : value >> BigInt(low - shift);
  if (cell.op === "constant") return BigInt.asUintN(width, moved(cell.value));
  const end = signed ? width : Math.min(width, bits + shift - low);
  return ones(end) & ~ones(Math.min(end, shift - low));
}

function lutsOf(live: readonly bigint[], operands: readonly Addend[], width: number): number {
  let luts = 0;
  let saved = operands.filter(({ negative }) => negative).length === 2 ? 1 : 0;
  for (let bit = 0; bit < width; bit++) {
    const count = live.reduce((sum, bits) => sum + Number((bits >> BigInt(bit)) & 1n), saved);
    if (count >= 2) luts++;
    saved = count >= 3 ? 1 : 0;
  }
  return luts;
}

/**
 * Whether the highest bit is the carry out of the others alone: nothing is negative, no operand reaches the highest bit
 * and at most one the bit below, so that nothing is saved into the highest bit either.
 */
function isCarry(operands: readonly Addend[], low: number, width: number, module: Module): boolean {
  if (width < 2) return false;
  const ends = operands.map(({ id, shift, negative }) => {
    const { cell, signed, width: bits } = module.wires[id] as Wire;
    const own = cell.op === "constant" ? cell.value : undefined;
    if (negative || (own === undefined ? signed : own < 0n)) return Number.POSITIVE_INFINITY;
    return (own === undefined ? bits : own.toString(2).length) + shift - low;
  });
  return ends.every((end) => end < width) && ends.filter((end) => end === width - 1).length <= 1;
}
