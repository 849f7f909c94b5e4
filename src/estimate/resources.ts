import {
  type Circuit,
  cellOperands,
  type Instance,
  type Module,
  type WindowParameters,
  type Wire,
  type WireId,
  windowLatency,
} from "../ir/circuit/circuit.js";
import { LUT_INPUTS } from "../lower/delay.js";

/** Look-up tables and flip-flops; l1c's firmware so far uses no DSP and no block RAM. */
export interface Resources {
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  readonly bram: number;
}

const NONE: Resources = { lut: 0, ff: 0, dsp: 0, bram: 0 };

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
    const readers = readersOf(module);
    const own = module.wires.reduce((sum, _, id) => plus(sum, cellResources(id, module, readers)), NONE);
    const inner = module.instances.map((instance) => instanceResources(instance, known));
    known.set(module.name, inner.reduce(plus, own));
  }
  return known;
}

function instanceResources({ of }: Instance, known: ReadonlyMap<string, Resources>): Resources {
  return "window" in of ? windowResources(of.window) : (known.get(of.module) ?? NONE);
}

/** The wires that read each wire. */
function readersOf(module: Module): ReadonlyMap<WireId, readonly WireId[]> {
  const readers = new Map<WireId, WireId[]>();
  module.wires.forEach(({ cell }, id) => {
    for (const operand of cellOperands(cell)) {
      const known = readers.get(operand);
      if (known === undefined) readers.set(operand, [id]);
      else known.push(id);
    }
  });
  return readers;
}

/** A window holds its beats in registers and masks each column that another beat may own. */
function windowResources(window: WindowParameters): Resources {
  const { bits, columns, last, before, after } = window;
  const depth = windowLatency(window) + Math.ceil(before / columns);
  const tail = last < columns && before + after > 0 ? columns - last : 0;
  return { ...NONE, lut: (before + after + tail) * bits, ff: depth * (columns * bits + 2) };
}

function cellResources(
  id: WireId,
  module: Module,
  readers: ReadonlyMap<WireId, readonly WireId[]>,
): Resources {
  const { width, signed, cell } = module.wires[id] as Wire;
  const wire = (id: number) => module.wires[id] as Wire;
  const luts = (lut: number): Resources => ({ ...NONE, lut });
  switch (cell.op) {
    case "add":
    case "sub": {
      // Bits below the shifted operand pass through; those of a subtracted operand must be negated.
      const free =
        cell.op === "add" ? Math.abs(cell.shiftA - cell.shiftB) : Math.max(0, cell.shiftB - cell.shiftA);
      const passing = Math.min(free, cell.shiftA > cell.shiftB ? wire(cell.b).width : wire(cell.a).width);
      // The highest bit of an unsigned sum is the carry out of the chain.
      const carried = cell.op === "add" && !signed ? 1 : 0;
      return luts(Math.max(1, width - passing - carried));
    }
    case "add3":
      // A LUT a bit turns three operands into two, a LUT a bit adds these.
      return luts(2 * width);
    case "mul":
      // One LUT for each bit of the partial products: it holds their AND and the adder of two rows.
      return luts(wire(cell.a).width * wire(cell.b).width);
    case "atleast":
      if (cell.level === 0n) return NONE;
      return luts(Math.max(1, Math.ceil((wire(cell.a).width - 1) / (LUT_INPUTS - 1))));
    case "mux":
      // A mux that only feeds another one shares its LUTs: the clamps of a saturation are one level of logic.
      return luts(readers.get(id)?.every((reader) => wire(reader).cell.op === "mux") ? 0 : width);
    case "table": {
      const inputs = wire(cell.index).width;
      // Above eight inputs, LUTs choose among groups of four; below, multiplexers of the slice do.
      const choosing = Math.ceil((2 ** Math.max(0, inputs - LUT_INPUTS - 2) - 1) / 3);
      return luts(width * (2 ** Math.max(0, inputs - LUT_INPUTS) + choosing));
    }
    case "register":
      return { ...NONE, ff: width };
    case "input":
    case "port":
    case "constant":
    case "slice":
    case "concat":
    case "shift":
      return NONE;
  }
}
