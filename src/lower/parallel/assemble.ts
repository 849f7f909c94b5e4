import type { Module, Wire } from "../../ir/circuit/circuit.js";
import { PlacedWires } from "../placed-wires.js";
import type { SiteInput, SiteModule } from "./module.js";

/** An input port of an assembled module: the numbers of one operand that come in one cycle. */
export interface InputPort<Entry> {
  readonly name: string;
  /** In the cycles of the whole firmware, as all cycles here. */
  readonly cycle: number;
  /** What it holds, the first one lowest. */
  readonly entries: readonly Entry[];
}

/** An output port: the results that come in one cycle, the first one lowest. */
export interface OutputPort {
  readonly name: string;
  readonly cycle: number;
  readonly results: readonly { readonly result: number; readonly low: number }[];
}

/** A site's module with its registers and ports. */
export interface AssembledSite {
  readonly site: SiteModule;
  readonly module: Module;
  /** The cycle of the firmware that is the module's cycle 0. */
  readonly start: number;
  readonly inputs: readonly InputPort<SiteInput & { readonly width: number }>[];
  readonly outputs: readonly OutputPort[];
}

/**
 * Puts registers and ports into a site's module. `cycles` has the cycle of each of its wires, −1 where none needs it,
 * `exported` the cycles in
 * which each result is read outside; a result waits inside for those that read it later. `names` are those of the
 * operands' ports.
 */
export function assembleSite(
  site: SiteModule,
  cycles: ArrayLike<number>,
  exported: readonly (readonly number[])[],
  names: readonly string[],
): AssembledSite {
  const { wires, name } = site.module;
  const used = site.inputs.filter(({ wire }) => (cycles[wire] as number) >= 0);
  const base = used.reduce(
    (first, { wire }) => Math.min(first, cycles[wire] as number),
    used.length === 0 ? 0 : Number.MAX_SAFE_INTEGER,
  );
  const inputs = portsByCycle(
    used.map((input) => ({ ...input, width: (wires[input.wire] as Wire).width })),
    ({ wire }) => cycles[wire] as number,
    base,
    names,
  );
  const placed = new PlacedWires();
  const lows = new Map<number, { readonly port: number; readonly low: number }>();
  for (const { name: port, cycle, entries } of inputs) {
    const width = entries.reduce((sum, entry) => sum + entry.width, 0);
    const id = placed.push({ name: port, width, signed: false, cycle: cycle - base, cell: { op: "input" } });
    let low = 0;
    for (const entry of entries) {
      lows.set(entry.wire, { port: id, low });
      low += entry.width;
    }
  }
  wires.forEach((wire, id) => {
    const cycle = cycles[id] as number;
    const from = lows.get(id);
    // What depends on constants only may be scheduled before all inputs.
    if (from !== undefined) placed.addSlice(wire, cycle - base, from.port, from.low);
    else if (cycle >= 0 || wire.cell.op === "constant") placed.add(wire, Math.max(0, cycle - base));
    else placed.skip();
  });
  const outputs = outputPorts(site, exported, base, placed);
  return {
    site,
    module: {
      name,
      comment: [],
      wires: placed.wires,
      instances: [],
      outputs: outputs.map(({ output }) => output),
    },
    start: base,
    inputs,
    outputs: outputs.map(({ port }) => port),
  };
}

/** Ports for entries of several operands: one for each operand and cycle, named by the cycle where an operand has several. */
export function portsByCycle<Entry extends { readonly operand: number }>(
  entries: readonly Entry[],
  cycleOf: (entry: Entry) => number,
  base: number,
  names: readonly string[],
): readonly InputPort<Entry>[] {
  const taken = new Set(names);
  return names.flatMap((name, operand) => {
    const groups = new Map<number, Entry[]>();
    for (const entry of entries) {
      if (entry.operand !== operand) continue;
      const cycle = cycleOf(entry);
      const known = groups.get(cycle);
      if (known === undefined) groups.set(cycle, [entry]);
      else known.push(entry);
    }
    return [...groups]
      .toSorted(([a], [b]) => a - b)
      .map(([cycle, own]): InputPort<Entry> => {
        if (groups.size === 1) return { name, cycle, entries: own };
        let unique = `${name}_c${cycle - base}`;
        while (taken.has(unique)) unique = `${unique}_`;
        taken.add(unique);
        return { name: unique, cycle, entries: own };
      });
  });
}

/** The cycles in which results are read, in order, and the name of the port of each. */
export function outputCycles(
  exported: readonly (readonly number[])[],
  base: number,
): readonly { readonly cycle: number; readonly name: string }[] {
  const cycles = [...new Set(exported.flat())].toSorted((a, b) => a - b);
  return cycles.map((cycle) => ({
    cycle,
    name: cycles.length === 1 ? "out_data" : `out_data_c${cycle - base}`,
  }));
}

function outputPorts(
  { results }: SiteModule,
  exported: readonly (readonly number[])[],
  base: number,
  placed: PlacedWires,
): readonly { readonly port: OutputPort; readonly output: Module["outputs"][number] }[] {
  return outputCycles(exported, base).map(({ cycle, name }, i) => {
    let width = 0;
    const entries: { readonly result: number; readonly low: number }[] = [];
    const parts = results.flatMap((result, index) => {
      if (result.wire === undefined || !exported[index]?.includes(cycle)) return [];
      entries.push({ result: index, low: width });
      width += result.width;
      return [placed.at(result.wire, cycle - base)];
    });
    const [only] = parts as [number];
    const single = parts.length === 1 && placed.wires[only]?.cell.op !== "constant";
    const wire = single
      ? only
      : placed.push({
          ...{ name: `results${i}`, width, signed: false, cycle: cycle - base },
          cell: { op: "concat", parts },
        });
    return { port: { name, cycle, results: entries }, output: { name, wire } };
  });
}
