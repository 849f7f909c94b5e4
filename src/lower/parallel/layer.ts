import { type Module, moduleLatency } from "../../ir/circuit/circuit.js";
import type { FixedNode } from "../../ir/fixed/fixed.js";
import { type Interval, printType } from "../../ir/fixed-point.js";
import { atElement } from "../../ir/granular.js";
import { sizeOf } from "../../ir/tensor.js";
import { identifier } from "../names.js";
import { type Arrival, type PipelineOptions, pipeline } from "../pipeline.js";
import { channelsOf } from "../pointwise.js";
import { buildSiteModule, type SiteModule } from "./module.js";
import type { ParallelLayer } from "./plan.js";
import type { Root } from "./site.js";
import { rangeOfSlot, type SiteGroup } from "./sites.js";
import { fieldsOf, type Part, type WiredElement, type WireField, Wiring } from "./wiring.js";

type Field = Omit<WireField, "wire">;

/** A layer before registers: one module for each group of sites. */
export interface FlatLayer {
  readonly layer: ParallelLayer;
  readonly operands: readonly FixedNode[];
  readonly groups: readonly { readonly group: SiteGroup; readonly site: SiteModule }[];
  /** What the layer's module takes in: of each operand, the elements that are read and not constant. */
  readonly ports: readonly { readonly name: string; readonly elements: readonly number[] }[];
  readonly copies: number;
}

/** A layer with its registers. */
export interface TimedLayer {
  readonly modules: readonly Module[];
  /** The module of the whole layer, the last one. */
  readonly module: Module;
  /** Of each element of the result, its field in `out_data`; none for a constant. */
  readonly results: readonly (Field | undefined)[];
  readonly arrival: Arrival;
  readonly worstPath: number;
  /** Registers in bits. */
  readonly registers: number;
}

/** Builds the modules of a layer, whose names `fresh` makes unique; undefined when every element of its result is constant. */
export function flattenLayer(
  name: string,
  fresh: (name: string) => string,
  layer: ParallelLayer,
  root: Root,
  groups: readonly SiteGroup[],
  operands: readonly FixedNode[],
): FlatLayer | undefined {
  if (layer.result.ranges.items.every(({ lo, hi }) => lo === hi)) return undefined;
  const copies = groups.reduce((sum, group) => sum + group.copies.length, 0);
  const names = portNames(operands);
  const built = groups.map((group, i) => {
    const own = copies === 1 ? name : fresh(`${name}_site${groups.length === 1 ? "" : i + 1}`);
    return { group, site: buildSiteModule(own, layer, root, group, operands, names) };
  });
  const read = operands.map(() => new Set<number>());
  for (const { group } of built) {
    for (const slot of group.copies.flat().flatMap(({ slots }) => slots)) {
      if (slot === undefined) continue;
      const { lo, hi } = rangeOfSlot(operands, slot);
      if (lo !== hi) read[slot.operand]?.add(slot.element);
    }
  }
  const ports = operands.map((_, i) => ({
    name: names[i] as string,
    elements: [...(read[i] as Set<number>)].toSorted((a, b) => a - b),
  }));
  return { layer, operands, groups: built, ports, copies };
}

function portNames(operands: readonly FixedNode[]): readonly string[] {
  const used = new Set<string>(["in_valid", "in_first"]);
  return operands.map(({ name }) => {
    const base = `in_${identifier(name)}`.replace(/_$/, "");
    let candidate = base;
    for (let n = 2; used.has(candidate); n++) candidate = `${base}_${n}`;
    used.add(candidate);
    return candidate;
  });
}

/** Puts registers into a layer whose inputs come at `options.inputDelay`. */
export function timeLayer(name: string, flat: FlatLayer, options: PipelineOptions): TimedLayer {
  const timed = flat.groups.map(({ site }) => pipeline(site.module, options));
  const latency = Math.max(...timed.map(({ arrival }) => arrival.cycle));
  const late = timed.filter(({ arrival }) => arrival.cycle === latency).map(({ arrival }) => arrival.time);
  // A group that is ready earlier waits in registers.
  const arrival = { cycle: latency, time: Math.max(...late) };
  const worstPath = Math.max(...timed.map((group) => group.worstPath));
  const sites = flat.groups.map(({ group, site }, i) => {
    const module = (timed[i] as (typeof timed)[number]).module;
    const comment = commentOf(
      flat,
      moduleLatency(module),
      group.copies.length > 1 ? "One site of layer" : "Layer",
    );
    return { group, site, module: { ...module, comment } };
  });
  if (flat.copies === 1) {
    const [only] = sites as [(typeof sites)[number]];
    const results = resultsOf(flat, [{ ...only, low: 0 }]);
    return {
      modules: [only.module],
      module: only.module,
      results,
      arrival,
      worstPath,
      registers: registersOf(only.module),
    };
  }
  const { module, results, registers } = wrap(name, flat, sites, latency);
  const inside = sites.reduce((sum, site) => sum + site.group.copies.length * registersOf(site.module), 0);
  return {
    modules: [...sites.map((site) => site.module), module],
    module,
    results,
    arrival,
    worstPath,
    registers: registers + inside,
  };
}

interface TimedSite {
  readonly group: SiteGroup;
  readonly site: SiteModule;
  readonly module: Module;
}

/** The module of a layer with several sites: an instance for each, wired to the elements that it reads. */
function wrap(name: string, flat: FlatLayer, sites: readonly TimedSite[], latency: number) {
  const wiring = new Wiring(0);
  const elements = flat.ports.map(({ name: port, elements: read }, operand) => {
    const node = flat.operands[operand] as FixedNode;
    const { fields, bits } = fieldsOf(read.map((element) => rangeAt(node, element)));
    if (bits === 0) return new Map<number, WiredElement>();
    const wire = wiring.input(port, bits, 0);
    return new Map(
      read.map((element, i) => [
        element,
        { range: rangeAt(node, element), at: { wire, ...(fields[i] as Field) } } satisfies WiredElement,
      ]),
    );
  });
  // In the order of the results, so that they come out as they lie in the tensor.
  const placed = sites
    .flatMap((timed) => timed.group.copies.map((copy) => ({ timed, copy })))
    .filter(({ timed }) => timed.site.bits > 0)
    .toSorted((a, b) => (a.copy[0]?.results[0] as number) - (b.copy[0]?.results[0] as number));
  const outputs: Part[] = [];
  let low = 0;
  const offsets = placed.map(({ timed, copy }, i) => {
    const { site, module } = timed;
    const slots = copy.flatMap((own) => own.slots);
    const inputs = site.ports.flatMap((port, operand) => {
      const parts = port.fields.map(({ width }, k): Part => {
        const slot = slots[site.slots[operand]?.[k] as number];
        const zero: WiredElement = { range: { lo: 0n, hi: 0n } };
        if (slot === undefined) return { element: zero, width };
        const known = elements[slot.operand]?.get(slot.element);
        return { element: known ?? { range: rangeOfSlot(flat.operands, slot) }, width };
      });
      const wire = wiring.pack(parts, 0);
      return wire === undefined ? [] : [{ port: port.name, wire }];
    });
    const wire = wiring.place(`site${i}`, module, inputs, 0);
    const at = { wire, low: 0, width: site.bits, signed: false };
    outputs.push({ element: { range: { lo: 0n, hi: 1n }, at }, width: site.bits });
    const offset = { site, group: { copies: [copy] }, low };
    low += site.bits;
    return offset;
  });
  const packed = wiring.pack(outputs, latency) as number;
  const module = wiring.builder.finish(name, commentOf(flat, latency, `${flat.copies} sites of layer`), [
    { name: "out_data", wire: packed },
  ]);
  return { module, results: resultsOf(flat, offsets), registers: registersOf(module) };
}

/** The field of every element in the layer's output. */
function resultsOf(
  { layer }: FlatLayer,
  placed: readonly { readonly site: SiteModule; readonly group: SiteGroup; readonly low: number }[],
): readonly (Field | undefined)[] {
  const fields = new Array<Field | undefined>(sizeOf(layer.result.shape)).fill(undefined);
  for (const { site, group, low } of placed) {
    const elements = (group.copies[0] ?? []).flatMap(({ results }) => results);
    elements.forEach((element, i) => {
      const field = site.results[i] as Field;
      if (field.width > 0) fields[element] = { ...field, low: low + field.low };
    });
  }
  return fields;
}

export function rangeAt(value: FixedNode, element: number): Interval {
  return atElement(value.ranges, element, channelsOf(value));
}

function registersOf({ wires }: Module): number {
  return wires.reduce((sum, { cell, width }) => (cell.op === "register" ? sum + width : sum), 0);
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
