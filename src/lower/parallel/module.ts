import type { Module, WireId } from "../../ir/circuit/circuit.js";
import { type Interval, intervalBits } from "../../ir/fixed-point.js";
import type { AdderGraphFacts, Search } from "../effort.js";
import { CONTROLS, type Control, gatedSignal, withoutGate } from "../gates.js";
import { ModuleBuilder, type Signal } from "../module-builder.js";
import type { Element, Origin } from "./element.js";
import type { FedLayer } from "./fed-layer.js";
import type { Slot } from "./site.js";
import { chainOf, resultRanges, type SiteGroup, slotRanges } from "./sites.js";
import { fieldsOf, type WireField } from "./wiring.js";

/** A number that a site reads. */
export interface SiteInput {
  /** Its wire in the module. */
  readonly wire: WireId;
  /** The operand of the layer through whose ports it comes. */
  readonly operand: number;
  /** The slot of a copy that it carries. */
  readonly slot: number;
  /** Which of the bits that force that slot's element it is, if it is one. */
  readonly control?: Control;
}

/** Where what an input carries comes from. */
export function originAt(
  { control }: Pick<SiteInput, "control">,
  element: Element | undefined,
): Origin | undefined {
  return control === undefined ? element?.origin : element?.gate?.[control];
}

/** A result of a site, on the bits that its bounds need at all copies; no wire where it has none. */
export interface SiteResult {
  readonly wire: WireId | undefined;
  readonly width: number;
  readonly signed: boolean;
  /** Of a bit that forces another result: what it does to which. */
  readonly controls?: { readonly control: Control; readonly result: number };
}

/**
 * The computation of a group of sites: a combinational module with an input for each number that is read and an output for
 * each result. They are packed into ports when their cycles are known (see assemble.ts).
 */
export interface SiteModule {
  readonly module: Module;
  /** Those that something reads, operand by operand. */
  readonly inputs: readonly SiteInput[];
  readonly results: readonly SiteResult[];
  readonly adders: readonly AdderGraphFacts[];
}

/** How the modules of sites are built. */
export interface SiteOptions {
  /** How adder graphs are looked for. */
  readonly search: Search;
  /** Makes a module ready for registers (see split.ts), where it is to have some. */
  readonly ready?: (module: Module) => Module;
  /** Whether a site without copies gives what a ReLU or saturation makes in front of that, with the bits that force it (see gates.ts). */
  readonly ungated?: boolean;
}

/** Builds a group's module. A number that several slots carry, the same slots at every copy, comes in once. */
export function buildSiteModule(
  fed: FedLayer,
  group: SiteGroup,
  name: string,
  { search, ready = (module) => module, ungated = false }: SiteOptions,
): SiteModule {
  const builder = new ModuleBuilder(search);
  const { signals, ports } = addInputs(builder, fed, group);
  const [copy] = group.copies as [SiteGroup["copies"][number]];
  let start = 0;
  const sites = copy.map((site) => {
    start += site.slots.length;
    return { site, slots: signals.slice(start - site.slots.length, start) };
  });
  const results = fed.root.compute(builder, sites, chainOf(fed, group));
  const { fields } = fieldsOf(
    resultRanges(
      fed.layer.result,
      group.copies.map((own) => own.flatMap((site) => site.results)),
    ),
  );
  const gates = ungated && group.copies.length === 1;
  const outputs = results.flatMap((signal, i) =>
    outputsOf(builder, i, signal, fields[i] as ResultField, gates),
  );
  const module = ready(builder.finish(name, [], outputs));
  const wires = new Map(module.outputs.map((output) => [output.name, output.wire]));
  const inputs = new Map(module.wires.map((wire, id) => [wire.name, id]));
  return {
    module,
    inputs: ports.map(({ port, ...input }) => ({ ...input, wire: inputs.get(port) as WireId })),
    results: [
      ...fields.map(({ width, signed }, i): SiteResult => ({ wire: wires.get(`r${i}`), width, signed })),
      ...fields.flatMap((_, result) =>
        CONTROLS.flatMap((control): readonly SiteResult[] => {
          const wire = wires.get(`${control}${result}`);
          const controls = { control, result };
          return wire === undefined ? [] : [{ wire, width: 1, signed: false, controls }];
        }),
      ),
    ],
    adders: builder.adderGraphs,
  };
}

/** An input of a site before its wire has its number in the module. */
interface SitePort extends Omit<SiteInput, "wire"> {
  readonly port: string;
}

/** The inputs of a group's module, and of each slot of a copy the number that it carries. */
function addInputs(
  builder: ModuleBuilder,
  { operands, read }: FedLayer,
  group: SiteGroup,
): { readonly signals: readonly Signal[]; readonly ports: readonly SitePort[] } {
  const copies = group.copies.map((sites) => sites.flatMap((site) => site.slots));
  const slots = copies[0] as readonly Slot[];
  const single = copies.length === 1;
  const ranges = slotRanges(group, operands);
  const signals: Signal[] = [];
  const ids = sameSlots(copies, ranges, read);
  const carried = operands.flatMap((_, operand) => {
    const numbers = slotsOfOperand(slots, ranges, operand, ids);
    // One copy's port is that of the whole layer, which has the elements in their order.
    const element = ([slot]: readonly number[]) => slots[slot as number]?.element ?? -1;
    const ordered = single ? numbers.toSorted((a, b) => element(a) - element(b)) : numbers;
    return ordered.map((same) => ({ operand, same }));
  });
  const ports = carried.flatMap(({ operand, same }, i): readonly SitePort[] => {
    const [slot] = same as [number];
    const range = ranges[slot] as Interval;
    const gate = single ? read(slots[slot])?.gate : undefined;
    const { width, signed } = intervalBits(range);
    const own = gate === undefined ? builder.number(`x${i}`, range) : builder.input(`x${i}`, width);
    const bits = CONTROLS.filter((control) => gate?.[control] !== undefined).map((control) => ({
      control,
      bit: builder.input(`${control}${i}`, 1),
    }));
    const forced = Object.fromEntries(bits.map(({ control, bit }) => [control, bit]));
    const signal =
      gate === undefined ? own : builder.wrap(gatedSignal(builder, { value: own, ...forced }, signed), range);
    for (const each of same) signals[each] = signal;
    const input = { operand, slot };
    return [
      { ...input, port: builder.wireOf(own).name },
      ...bits.map(({ control, bit }) => ({ ...input, port: builder.wireOf(bit).name, control })),
    ];
  });
  ranges.forEach(({ lo, hi }, slot) => {
    if (lo === hi) signals[slot] = builder.constant(lo);
  });
  return { signals, ports };
}

type ResultField = Pick<WireField, "width" | "signed">;

/** The outputs for a result: none where it has no bits; with `gates`, its bits in front of its gate and those that force it. */
function outputsOf(
  builder: ModuleBuilder,
  result: number,
  signal: Signal,
  { width, signed }: ResultField,
  gates: boolean,
): readonly { readonly name: string; readonly signal: Signal }[] {
  if (width === 0) return [];
  const ungated = gates ? withoutGate(builder, signal, width, signed) : undefined;
  const value = { name: `r${result}`, signal: builder.resize(ungated?.value ?? signal, width, signed) };
  const controls = CONTROLS.flatMap((control) => {
    const bit = ungated?.[control];
    return bit === undefined ? [] : [{ name: `${control}${result}`, signal: bit }];
  });
  return [value, ...controls];
}

/** The slots that carry numbers of an operand; those that carry the same number together. */
function slotsOfOperand(
  slots: readonly Slot[],
  ranges: readonly Interval[],
  operand: number,
  ids: readonly number[],
): readonly (readonly number[])[] {
  const groups = new Map<number, number[]>();
  slots.forEach((slot, i) => {
    // A slot that is padding at this copy, and a number at another, belongs to the first operand.
    const { lo, hi } = ranges[i] as Interval;
    if (lo === hi || (slot?.operand ?? 0) !== operand) return;
    const id = ids[i] as number;
    const known = groups.get(id);
    if (known === undefined) groups.set(id, [i]);
    else known.push(i);
  });
  return [...groups.values()];
}

/** For each slot, the first one that carries the same number as it does, at every copy. */
function sameSlots(
  copies: readonly (readonly Slot[])[],
  ranges: readonly Interval[],
  read: FedLayer["read"],
): readonly number[] {
  const origins = new Map<Origin, number>();
  const idOf = (origin: Origin) => {
    const id = origins.get(origin) ?? origins.size;
    origins.set(origin, id);
    return id;
  };
  // What movements state of a number may differ.
  let ids: readonly (number | string)[] = ranges.map(({ lo, hi }) => `${lo}..${hi}`);
  for (const slots of copies) {
    const first = new Map<string, number>();
    ids = slots.map((slot, i) => {
      const origin = read(slot)?.origin;
      const key = origin === undefined ? `-${i}` : `${ids[i]} ${idOf(origin)}`;
      const id = first.get(key) ?? i;
      first.set(key, id);
      return id;
    });
    if (first.size === slots.length) break;
  }
  return ids as readonly number[];
}
