import type { Addend } from "../../ir/circuit/addends.js";
import type { WireId } from "../../ir/circuit/circuit.js";
import type { Arithmetic } from "../arithmetic.js";
import { type Bit, not, ONE, ZERO } from "../network.js";
import type { Sums } from "./sums.js";
import type { WireBits } from "./wire-bits.js";
import { extended } from "./words.js";

/**
 * A sum that is written as one in the Verilog, out of carry chains, with what merges into it: one chain adds two operands and a
 * single bit, or subtracts one operand from another; more of them are brought to two before. Bits that nothing reads are 0.
 */
export function chainSum(
  arithmetic: Arithmetic,
  wires: WireBits,
  { sums, demanded }: Sums,
  id: WireId,
): readonly Bit[] {
  const { width } = wires.wire(id);
  const own = sums.get(id);
  const read = demanded[id] as number;
  // What merged into another sum, and what nothing reads.
  if (own === undefined || read === 0) return new Array<Bit>(width).fill(ZERO);
  const { low, below, addends } = own;
  const added = read > low ? readSum(arithmetic, wires, addends, read - low) : [];
  return extended([...wires.passing(below, low), ...added], width, ZERO);
}

/** The sum modulo 2^width. */
function readSum(
  arithmetic: Arithmetic,
  wires: WireBits,
  addends: readonly Addend[],
  width: number,
): readonly Bit[] {
  const operand = ({ id, shift }: Addend) => wires.scaled(id, shift, width);
  const live = addends.filter((addend) => operand(addend).some((bit) => bit !== ZERO));
  const plus = live.filter(({ negative }) => !negative);
  const minus = live.filter(({ negative }) => negative);
  // A single bit can go into the carry.
  const bit = plus.length > 1 ? plus.find((addend) => isBit(addend, wires)) : undefined;
  const wide = plus.filter((addend) => addend !== bit);
  const zeros = new Array<Bit>(width).fill(ZERO);
  if (minus.length === 0 && wide.length <= 2) {
    const [a, b] = wide.map(operand);
    if (bit === undefined) return arithmetic.add(a ?? zeros, b ?? zeros, ZERO);
    const single = operand(bit);
    return b === undefined
      ? arithmetic.add(a ?? zeros, single, ZERO)
      : arithmetic.add(a ?? zeros, b, single[0] as Bit);
  }
  if (minus.length === 1 && plus.length <= 1) {
    const [a, b] = [plus.map(operand)[0] ?? zeros, operand(minus[0] as Addend).map(not)];
    return arithmetic.add(a, b, ONE);
  }
  return arithmetic.sum(
    addends.map((addend) => ({ bits: operand(addend), negative: addend.negative })),
    width,
  );
}

function isBit({ id, shift }: Addend, wires: WireBits): boolean {
  const { width, signed } = wires.wire(id);
  return width === 1 && !signed && shift === 0;
}
