import { type Module, moduleLatency } from "../../ir/circuit/circuit.js";
import type { FixedNode } from "../../ir/fixed/fixed.js";
import { type Interval, printType } from "../../ir/fixed-point.js";
import { type AssembledSite, assembleSite, outputCycles, portsByCycle } from "./assemble.js";
import type { Origin } from "./element.js";
import type { FlatLayer } from "./flatten.js";
import type { Copy, ScheduledLayer } from "./layer.js";
import { originAt, type SiteInput, type SiteModule } from "./module.js";
import { type Part, type WireField, Wiring } from "./wiring.js";

/** A layer with its registers. */
export interface TimedLayer {
  readonly modules: readonly Module[];
  /** The module of the whole layer, the last one. */
  readonly module: Module;
}

/** Builds the modules of a layer and places it in the top module; undefined where nothing reads it. */
export function placeLayer(
  wiring: Wiring,
  instance: string,
  { flat, groups }: ScheduledLayer,
  cycles: Int32Array,
): TimedLayer | undefined {
  const sites = groups.flatMap(({ site, first, copies }) => {
    const exported = site.results.map((_, k) => {
      const needed = copies.flatMap(({ origins }) => [...(origins[k]?.needed ?? [])]);
      return [...new Set(needed)].toSorted((a, b) => a - b);
    });
    if (exported.every((own) => own.length === 0)) return [];
    const own = cycles.subarray(first, first + site.module.wires.length);
    return [{ assembled: assembleSite(site, own, exported, flat.ports), copies }];
  });
  if (sites.length === 0) return undefined;
  const modules = sites.map(({ assembled: { module }, copies }) => ({
    ...module,
    comment: commentOf(
      flat,
      moduleLatency(module),
      copies.length === 1 ? "Layer" : flat.blocks ? "Some sites of layer" : "One site of layer",
    ),
  }));
  const [only] = sites as [(typeof sites)[number]];
  if (flat.copies === 1) {
    const { read } = flat;
    const [copy] = only.copies as [Copy];
    const placed = placeSite(wiring, instance, only.assembled, 0, (input, cycle) => {
      const element = read(copy.slots[input.slot]);
      const range = input.control !== undefined ? ANY : (element?.range ?? ZERO);
      return { range, at: originAt(input, element)?.fields.get(cycle) };
    });
    note(copy, placed);
    return { modules, module: modules[0] as Module };
  }
  const { module, start, inputs, place } = wrap(flat, sites);
  const given = inputs.flatMap(({ name, cycle, entries }) => {
    const parts = entries.map(
      ({ origin }): Part => ({
        element: { range: ANY, at: origin.fields.get(cycle) },
        width: origin.width,
      }),
    );
    const wire = wiring.pack(parts);
    return wire === undefined ? [] : [{ port: name, wire }];
  });
  const wires = wiring.builder.place(instance, module, given, start);
  place(wires);
  return { modules: [...modules, module], module };
}

const ZERO: Interval = { lo: 0n, hi: 0n };
/** Bounds of an element that is in a wire. */
const ANY: Interval = { lo: 0n, hi: 1n };

/** By result, its field in each cycle in which it is read. */
type Placed = readonly ReadonlyMap<number, WireField>[];

/** Places a site in a module whose cycle 0 is the firmware's cycle `base`. */
function placeSite(
  wiring: Wiring,
  name: string,
  { site, module, start, inputs, outputs }: AssembledSite,
  base: number,
  at: (input: SiteInput, cycle: number) => Part["element"],
): Placed {
  const given = inputs.flatMap(({ name: port, cycle, entries }) => {
    const wire = wiring.pack(entries.map((entry) => ({ element: at(entry, cycle), width: entry.width })));
    return wire === undefined ? [] : [{ port, wire }];
  });
  const wires = wiring.builder.place(name, module, given, start - base);
  const fields = site.results.map(() => new Map<number, WireField>());
  outputs.forEach(({ cycle, results }, i) => {
    for (const { result, low } of results) {
      const { width, signed } = site.results[result] as SiteModule["results"][number];
      fields[result]?.set(cycle, { wire: wires[i] as number, low, width, signed });
    }
  });
  return fields;
}

function note({ origins }: Copy, placed: Placed): void {
  origins.forEach((origin, k) => {
    for (const [cycle, field] of placed[k] ?? []) origin?.fields.set(cycle, field);
  });
}

/** The module of a layer with several sites: an instance for each, wired to the elements that it reads. */
function wrap(
  flat: FlatLayer,
  sites: readonly { readonly assembled: AssembledSite; readonly copies: readonly Copy[] }[],
) {
  const { read } = flat;
  const base = Math.min(...sites.map(({ assembled }) => assembled.start));
  const wiring = new Wiring();
  // In the order of the results, so that they come out as they lie in the tensor.
  const instances = sites
    .flatMap(({ assembled, copies }) => copies.map((copy) => ({ assembled, copy })))
    .toSorted((a, b) => a.copy.element - b.copy.element);
  const wanted = new Map<string, { operand: number; element: number; origin: Origin; cycle: number }>();
  for (const { assembled, copy } of instances) {
    for (const { cycle, entries } of assembled.inputs) {
      for (const { slot: index } of entries) {
        const slot = copy.slots[index];
        const origin = read(slot)?.origin;
        if (slot === undefined || origin === undefined) continue;
        wanted.set(`${slot.operand}/${slot.element}@${cycle}`, { ...slot, origin, cycle });
      }
    }
  }
  const inputs = portsByCycle(
    [...wanted.values()].toSorted((a, b) => a.element - b.element),
    ({ cycle }) => cycle,
    base,
    flat.ports,
  );
  const fields = new Map<string, WireField>();
  for (const { name, cycle, entries } of inputs) {
    const width = entries.reduce((sum, { origin }) => sum + origin.width, 0);
    const wire = wiring.builder.input(name, width, cycle - base);
    let low = 0;
    for (const { operand, element, origin } of entries) {
      fields.set(`${operand}/${element}@${cycle}`, { wire, low, width: origin.width, signed: origin.signed });
      low += origin.width;
    }
  }
  const placed = instances.map(({ assembled, copy }, i) =>
    placeSite(wiring, `site${i}`, assembled, base, ({ slot: index }, cycle) => {
      const slot = copy.slots[index];
      const element = read(slot);
      const at = slot === undefined ? undefined : fields.get(`${slot.operand}/${slot.element}@${cycle}`);
      return { range: element?.range ?? ZERO, at };
    }),
  );
  const outputs = outputCycles(
    placed.flatMap((own) => own.map((result) => [...result.keys()])),
    base,
  ).map(({ cycle, name }) => {
    let low = 0;
    const entries: { readonly origin: Origin; readonly field: Omit<WireField, "wire"> }[] = [];
    const parts = instances.flatMap(({ copy }, i) =>
      copy.origins.flatMap((origin, k): readonly Part[] => {
        const at = placed[i]?.[k]?.get(cycle);
        if (origin === undefined || at === undefined) return [];
        entries.push({ origin, field: { low, width: at.width, signed: at.signed } });
        low += at.width;
        return [{ element: { range: ANY, at }, width: at.width }];
      }),
    );
    return { cycle, entries, name, wire: wiring.pack(parts) as number };
  });
  const last = Math.max(...outputs.map(({ cycle }) => cycle)) - base;
  const module = wiring.builder.finish(
    flat.name,
    commentOf(flat, last, `${flat.copies} ${flat.blocks ? "blocks of sites" : "sites"} of layer`),
    outputs,
  );
  return {
    module: { ...module, outputs: outputs.map(({ name, wire }) => ({ name, wire })) },
    start: base,
    inputs,
    /** Notes where the results lie, once the module's outputs have wires. */
    place: (wires: readonly number[]) => {
      outputs.forEach(({ cycle, entries }, i) => {
        for (const { origin, field } of entries)
          origin.fields.set(cycle, { ...field, wire: wires[i] as number });
      });
    },
  };
}

function commentOf({ layer, operands }: FlatLayer, cycles: number, what: string): readonly string[] {
  const { root, steps } = layer;
  const ops = steps[0]?.node === root ? steps : [{ node: root }, ...steps];
  return [
    `${what} '${layer.name}': ${ops.map(({ node }) => node.op).join(", ")}.`,
    `Types ${[...new Set(operands.map(types))].join("; ")} -> ${types(layer.result)}.`,
    `Latency ${cycles} cycle${cycles === 1 ? "" : "s"}.`,
  ];
}

function types(node: FixedNode): string {
  const names = [...new Set(node.types.items.map(printType))];
  return names.length <= 4 ? names.join(", ") : `${names.slice(0, 4).join(", ")}, ...`;
}
