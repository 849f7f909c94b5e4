import { type Addend, addendsOf } from "../../ir/circuit/addends.js";
import { type Adders, addersOf } from "../../ir/circuit/adders.js";
import {
  type Cell,
  type CellOp,
  cellOperands,
  type Module,
  type Wire,
  type WireId,
} from "../../ir/circuit/circuit.js";
import { allBits, bitLength, demandedBits, type Needs, needsOf } from "../../lower/demanded-bits.js";
import type { Target } from "../../lower/target.js";

/** The additions of a module as a synthesis tool sees them: which ones it merges into sums of more than two operands. */
export interface Sums {
  /** Those that are written as primitives for the target: nothing merges with them. */
  readonly primitives: Adders;
  /** The additions that remain. */
  readonly sums: ReadonlyMap<WireId, Sum>;
  /** How many low bits of each wire anything reads: the bits above are never computed. */
  readonly demanded: readonly number[];
}

/** What is added at once: from bit `low` on, its operands times 2^−low. The bits below are those of one operand, or 0. */
export interface Sum {
  readonly low: number;
  readonly below: Addend | undefined;
  readonly addends: readonly Addend[];
}

/**
 * Finds the additions that Yosys merges (`alumacc`): one whose only reader is another addition that reads it unshifted
 * and whole, in a width that cannot lose a carry between the two. An adder that is an instance of `l1c_add3` adds only the bits
 * where operands meet: it merges with what it reads, or with what reads it, if they begin at the same bit. (A sum of three
 * whose first two need fewer bits than it has may stay apart, by the order in which Yosys looks at them; in large modules
 * nearly all merge.)
 */
export function sumsOf(module: Module, target: Target): Sums {
  const adders = addersOf(module);
  const primitives: Adders = target === "ultrascale" ? adders : new Map();
  const demanded = demandedBits(module, keptBits(module, primitives)).map(bitLength);
  const wire = (id: WireId) => module.wires[id] as Wire;
  const readers = new Array<number>(module.wires.length).fill(0);
  const count = (id: WireId) => {
    readers[id] = (readers[id] as number) + 1;
  };
  module.wires.forEach(({ cell }, id) => {
    if ((demanded[id] as number) > 0) cellOperands(cell).forEach(count);
  });
  module.outputs.forEach(({ wire: id }) => {
    count(id);
  });
  for (const { inputs } of module.instances)
    inputs.forEach(({ wire: id }) => {
      count(id);
    });
  const sums = new Map<WireId, Sum>();
  module.wires.forEach((adder, id) => {
    const own = primitives.has(adder) ? undefined : operandsOf(adder.cell);
    if (own === undefined) return;
    const { low, below } = adders.get(adder)?.layout ?? { low: 0, below: undefined };
    const width = (demanded[id] as number) - low;
    const addends = own.flatMap(({ id: from, shift, negative }) => {
      const addend = { id: from, shift: shift - low, negative };
      const inner = sums.get(from);
      if (inner === undefined || inner.low > 0 || shift !== low || readers[from] !== 1) return [addend];
      const has = demanded[from] as number;
      const fits =
        has === width || (!wire(from).signed && has < width && !overflows(inner.addends, has, module));
      if (!fits) return [addend];
      sums.delete(from);
      return inner.addends.map((other) => ({ ...other, negative: other.negative !== negative }));
    });
    sums.set(id, { low, below, addends });
  });
  return { primitives, sums, demanded };
}

function operandsOf(cell: Cell): readonly Addend[] | undefined {
  return cell.op === "add" || cell.op === "sub" || cell.op === "add3" ? addendsOf(cell) : undefined;
}

/** Whether a sum of unsigned vectors of these widths can need more bits than it has, as far as the widths tell. */
function overflows(addends: readonly Addend[], width: number, module: Module): boolean {
  const most = addends.reduce((sum, { id, shift }) => {
    const { width: own, signed } = module.wires[id] as Wire;
    return sum + (1n << BigInt(signed ? width : Math.min(width, own + shift))) - 1n;
  }, 0n);
  return most >> BigInt(width) !== 0n;
}

/** Cells that pass it on to their operands when nothing reads their highest bits. */
const NARROWED: ReadonlySet<CellOp> = new Set<CellOp>([
  "slice",
  "concat",
  "shift",
  "offset",
  "register",
  "add",
  "sub",
  "mux",
]);

/** What Yosys keeps of the operands of a cell (`wreduce`): it drops high bits only, and those of few kinds of cells. */
function keptBits({ wires }: Module, primitives: Adders): Needs {
  return (wire, bits) => {
    const { cell } = wire;
    if (!NARROWED.has(cell.op) || primitives.has(wire))
      return cellOperands(cell).map((id) => [id, allBits((wires[id] as Wire).width)]);
    return needsOf(cell, bits, wires).map(([id, read]) => [id, allBits(bitLength(read))]);
  };
}
