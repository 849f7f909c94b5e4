import {
  type Circuit,
  type Instance,
  type Module,
  type WindowParameters,
  type Wire,
  windowLatency,
} from "../ir/circuit/circuit.js";

/** Look-up tables and flip-flops; l1c's firmware so far uses no DSP and no block RAM. */
export interface Resources {
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  readonly bram: number;
}

const NONE: Resources = { lut: 0, ff: 0, dsp: 0, bram: 0 };
const LUT_INPUTS = 6;

const plus = (a: Resources, b: Resources): Resources => ({
  lut: a.lut + b.lut,
  ff: a.ff + b.ff,
  dsp: a.dsp + b.dsp,
  bram: a.bram + b.bram,
});

/**
 * Estimates the resources of every module of a circuit, instances included, by module name. It counts LUTs cell by cell
 * before any optimization across cells, so that synthesis usually needs fewer.
 */
export function estimateResources(circuit: Circuit): ReadonlyMap<string, Resources> {
  const known = new Map<string, Resources>();
  for (const module of circuit.modules) {
    const own = module.wires.reduce((sum, wire) => plus(sum, cellResources(wire, module)), NONE);
    const inner = module.instances.map((instance) => instanceResources(instance, known));
    known.set(module.name, inner.reduce(plus, own));
  }
  return known;
}

function instanceResources({ of }: Instance, known: ReadonlyMap<string, Resources>): Resources {
  return "window" in of ? windowResources(of.window) : (known.get(of.module) ?? NONE);
}

/** A window holds its beats in registers and masks each column that another beat may own. */
function windowResources(window: WindowParameters): Resources {
  const { bits, columns, last, before, after } = window;
  const depth = windowLatency(window) + Math.ceil(before / columns);
  const tail = last < columns && before + after > 0 ? columns - last : 0;
  return { ...NONE, lut: (before + after + tail) * bits, ff: depth * (columns * bits + 2) };
}

function cellResources({ width, cell }: Wire, module: Module): Resources {
  const wire = (id: number) => module.wires[id] as Wire;
  const luts = (lut: number): Resources => ({ ...NONE, lut });
  switch (cell.op) {
    case "add":
    case "sub": {
      // Bits below the shifted operand pass through; those of a subtracted operand must be negated.
      const free =
        cell.op === "add" ? Math.abs(cell.shiftA - cell.shiftB) : Math.max(0, cell.shiftB - cell.shiftA);
      const passing = Math.min(free, cell.shiftA > cell.shiftB ? wire(cell.b).width : wire(cell.a).width);
      return luts(Math.max(1, width - passing));
    }
    case "atleast":
      if (cell.level === 0n) return NONE;
      return luts(Math.max(1, Math.ceil((wire(cell.a).width - 1) / (LUT_INPUTS - 1))));
    case "mux":
      return luts(width);
    case "table": {
      const inputs = wire(cell.index).width;
      return luts(width * 2 ** Math.max(0, inputs - LUT_INPUTS));
    }
    case "register":
      return { ...NONE, ff: width };
    default:
      return NONE;
  }
}
