import { type Addend, addendsOf } from "../../ir/circuit/addends.js";
import { type Adders, addersOf } from "../../ir/circuit/adders.js";
import {
  type Cell,
  cellOperands,
  isFeedback,
  type Module,
  type Wire,
  type WireId,
} from "../../ir/circuit/circuit.js";
import type { Target } from "../../lower/target.js";

/** The additions of a module as a synthesis tool sees them: which ones it merges into sums of more than two operands. */
export interface Sums {
  /** Those that are written as primitives for the target: nothing merges with them. */
  readonly primitives: Adders;
  /** The operands of each addition that remains. */
  readonly addends: ReadonlyMap<WireId, readonly Addend[]>;
  /** How many low bits of each wire anything reads: the bits above are never computed. */
  readonly demanded: readonly number[];
}

/**
 * Finds the additions that Yosys merges (`alumacc`): one whose only reader is another addition that reads it unshifted
 * and whole, in a width that cannot lose a carry between the two.
 */
export function sumsOf(module: Module, target: Target): Sums {
  const primitives: Adders = target === "ultrascale" ? addersOf(module) : new Map();
  const primitive = (id: WireId) => primitives.has(module.wires[id] as Wire);
  const demanded = demandOf(module, primitive);
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
  const addends = new Map<WireId, readonly Addend[]>();
  module.wires.forEach(({ cell }, id) => {
    const own = primitive(id) ? undefined : operandsOf(cell);
    if (own === undefined) return;
    const width = demanded[id] as number;
    const merged = own.flatMap((addend) => {
      const { id: from, shift, negative } = addend;
      const inner = addends.get(from);
      if (inner === undefined || shift > 0 || readers[from] !== 1) return [addend];
      const has = demanded[from] as number;
      const fits = has === width || (!wire(from).signed && has < width && !overflows(inner, has, module));
      if (!fits) return [addend];
      addends.delete(from);
      return inner.map((other) => ({ ...other, negative: other.negative !== negative }));
    });
    addends.set(id, merged);
  });
  return { primitives, addends, demanded };
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

/** The low bits of each wire that something reads, from the outputs back. */
function demandOf(module: Module, primitive: (id: WireId) => boolean): readonly number[] {
  const demanded = new Array<number>(module.wires.length).fill(0);
  const wire = (id: WireId) => module.wires[id] as Wire;
  const demand = (id: WireId, bits: number) => {
    demanded[id] = Math.max(demanded[id] as number, Math.min(wire(id).width, bits));
  };
  const whole = (id: WireId) => demand(id, Number.POSITIVE_INFINITY);
  module.outputs.forEach(({ wire: id }) => {
    whole(id);
  });
  for (const { inputs } of module.instances)
    inputs.forEach(({ wire: id }) => {
      whole(id);
    });
  // What a register takes in from behind itself is not asked of it any more when the register is.
  module.wires.forEach((own, id) => {
    if (isFeedback(own, id)) cellOperands(own.cell).forEach(whole);
  });
  for (let id = module.wires.length - 1; id >= 0; id--) {
    const bits = demanded[id] as number;
    if (bits === 0) continue;
    const { cell } = wire(id);
    switch (cell.op) {
      case "slice":
        demand(cell.source, cell.low + bits);
        break;
      case "concat": {
        let at = 0;
        for (const part of cell.parts) {
          if (at < bits) demand(part, bits - at);
          at += wire(part).width;
        }
        break;
      }
      case "register":
        demand(cell.source, bits);
        break;
      case "offset":
        demand(cell.a, bits);
        break;
      case "add":
      case "sub":
        if (primitive(id)) {
          cellOperands(cell).forEach(whole);
          break;
        }
        demand(cell.a, bits - cell.shiftA);
        demand(cell.b, bits - cell.shiftB);
        break;
      case "shift":
        demand(cell.a, bits - cell.by);
        break;
      case "mux":
        whole(cell.select);
        demand(cell.yes, bits);
        demand(cell.no, bits);
        break;
      default:
        cellOperands(cell).forEach(whole);
    }
  }
  return demanded;
}
