import type { Module, WireId } from "../../ir/circuit/circuit.js";
import type { FixedNode } from "../../ir/fixed/fixed.js";
import { type Interval, intervalBits } from "../../ir/fixed-point.js";
import type { AdderGraphFacts, Search } from "../effort.js";
import { CONTROLS, type Control, gatedSignal, withoutGate } from "../gates.js";
import { ModuleBuilder, type Signal } from "../module-builder.js";
import type { Element, Origin } from "./element.js";
import type { ParallelLayer } from "./plan.js";
import type { Root, Slot } from "./site.js";
import { chainOf, resultRanges, type SiteGroup, slotRanges } from "./sites.js";
import { fieldsOf } from "./wiring.js";

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

/**
 * Builds a group's module. A number that several slots carry, the same slots at every copy, comes in once. With `ungated`, a
 * result of a ReLU or of saturation is given in front of that, with the bits that force it (see gates.ts).
 */
export function buildSiteModule(
  name: string,
  layer: ParallelLayer,
  root: Root,
  group: SiteGroup,
  operands: readonly FixedNode[],
  read: (slot: Slot) => Element | undefined,
  split: (module: Module) => Module,
  search: Search,
  ungated = false,
): SiteModule {
  const builder = new ModuleBuilder(search);
  const [copy] = group.copies as [SiteGroup["copies"][number]];
  const slots = copy.flatMap((site) => site.slots);
  const ranges = slotRanges(group, operands);
  const signals: Signal[] = ranges.map(({ lo }) => ({ wire: -1, range: { lo, hi: lo } }));
  const ids = sameSlots(
    group.copies.map((sites) => sites.flatMap((site) => site.slots)),
    ranges,
    read,
  );
  const carried = operands.flatMap((_, operand) => {
    const ports = slotsOfOperand(slots, ranges, operand, ids);
    // One copy's port is that of the whole layer, which has the elements in their order.
    const element = ([slot]: readonly number[]) => slots[slot as number]?.element ?? -1;
    const ordered = group.copies.length === 1 ? ports.toSorted((a, b) => element(a) - element(b)) : ports;
    return ordered.map((same) => ({ operand, same }));
  });
  const ports = carried.map(({ operand, same }, i) => {
    const [slot] = same as [number];
    const range = ranges[slot] as Interval;
    const gate = group.copies.length === 1 ? read(slots[slot])?.gate : undefined;
    const { width, signed } = intervalBits(range);
    const own = gate === undefined ? builder.number(`x${i}`, range) : builder.input(`x${i}`, width);
    const controls = CONTROLS.filter((control) => gate?.[control] !== undefined);
    const bits = controls.map((control) => builder.input(`${control}${i}`, 1));
    const forced = Object.fromEntries(controls.map((control, k) => [control, bits[k]]));
    const signal =
      gate === undefined ? own : builder.wrap(gatedSignal(builder, { value: own, ...forced }, signed), range);
    for (const each of same) signals[each] = signal;
    const named = bits.map((bit, k) => ({ name: builder.wireOf(bit).name, control: controls[k] as Control }));
    return { operand, slot, names: [{ name: builder.wireOf(own).name }, ...named] };
  });
  ranges.forEach(({ lo, hi }, slot) => {
    if (lo === hi) signals[slot] = builder.constant(lo);
  });
  const chain = chainOf(layer, group, operands);
  let start = 0;
  const fed = copy.map((site) => {
    start += site.slots.length;
    return { site, slots: signals.slice(start - site.slots.length, start) };
  });
  const results = root.compute(builder, fed, chain);
  const { fields } = fieldsOf(
    resultRanges(
      layer.result,
      group.copies.map((sites) => sites.flatMap((site) => site.results)),
    ),
  );
  const outputs = results.flatMap((signal, i) => {
    const { width, signed } = fields[i] as (typeof fields)[number];
    if (width === 0) return [];
    const gated =
      ungated && group.copies.length === 1 ? withoutGate(builder, signal, width, signed) : undefined;
    if (gated === undefined) return [{ name: `r${i}`, signal: builder.resize(signal, width, signed) }];
    const controls = CONTROLS.flatMap((control) => {
      const bit = gated[control];
      return bit === undefined ? [] : [{ name: `${control}${i}`, signal: bit }];
    });
    return [{ name: `r${i}`, signal: builder.resize(gated.value, width, signed) }, ...controls];
  });
  const module = split(builder.finish(name, [], outputs));
  const wires = new Map(module.outputs.map((output) => [output.name, output.wire]));
  const inputs = new Map(module.wires.map((wire, id) => [wire.name, id]));
  return {
    module,
    inputs: ports.flatMap(({ operand, slot, names }) =>
      names.map(({ name: port, ...control }) => ({
        ...{ wire: inputs.get(port) as WireId, operand, slot },
        ...control,
      })),
    ),
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
  read: (slot: Slot) => Element | undefined,
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
