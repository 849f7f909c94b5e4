import type { Module } from "../../ir/circuit/circuit.js";
import type { FixedNode } from "../../ir/fixed/fixed.js";
import type { Interval } from "../../ir/fixed-point.js";
import { ModuleBuilder, type Signal } from "../module-builder.js";
import type { ParallelLayer } from "./plan.js";
import type { Root, Slot } from "./site.js";
import { chainOf, resultRanges, type SiteGroup, slotRanges } from "./sites.js";
import { fieldsOf, type WireField } from "./wiring.js";

type Field = Omit<WireField, "wire">;

/** A data port: for one operand of the layer, the numbers that come in through it. */
export interface OperandPort {
  readonly name: string;
  readonly bits: number;
  /** The field of each number, in the port's order. */
  readonly fields: readonly Field[];
}

/** The combinational module of a group of sites, and how its ports are laid out. */
export interface SiteModule {
  readonly module: Module;
  readonly ports: readonly OperandPort[];
  /** Which slots of a copy each port carries, in the port's order. */
  readonly slots: readonly (readonly number[])[];
  /** The fields of the results in the output; no bits when all are constant. */
  readonly results: readonly Field[];
  readonly bits: number;
}

/**
 * Builds a group's module: a port `in_OPERAND` for each operand that has any bits, `out_data` for the results. With one copy
 * only, an element that several slots read comes in once.
 */
export function buildSiteModule(
  name: string,
  layer: ParallelLayer,
  root: Root,
  group: SiteGroup,
  operands: readonly FixedNode[],
  portNames: readonly string[],
): SiteModule {
  const builder = new ModuleBuilder();
  const [copy] = group.copies as [SiteGroup["copies"][number]];
  const slots = copy.flatMap((site) => site.slots);
  const ranges = slotRanges(group, operands);
  const signals: Signal[] = ranges.map(({ lo }) => ({ wire: -1, range: { lo, hi: lo } }));
  const carried = operands.map((_, operand) =>
    slotsOfPort(slots, ranges, operand, group.copies.length === 1),
  );
  const ports = carried.map((own, operand): OperandPort => {
    const { fields, bits } = fieldsOf(own.map(([slot]) => ranges[slot as number] as Interval));
    const port = { name: portNames[operand] as string, bits, fields };
    if (bits === 0) return port;
    const wire = builder.input(port.name, bits);
    own.forEach((same, i) => {
      for (const slot of same)
        signals[slot] = builder.slice(wire, (fields[i] as Field).low, ranges[slot] as Interval, "x");
    });
    return port;
  });
  ranges.forEach(({ lo, hi }, slot) => {
    if (lo === hi) signals[slot] = builder.constant(lo);
  });
  const chain = chainOf(layer, group, operands);
  let start = 0;
  const results = copy.flatMap((site) => {
    const own = signals.slice(start, start + site.slots.length);
    start += site.slots.length;
    return root.compute(builder, own, site, chain);
  });
  const bounds = resultRanges(
    layer.result,
    group.copies.map((sites) => sites.flatMap((site) => site.results)),
  );
  const { fields, bits } = fieldsOf(bounds);
  const packed = results.flatMap((signal, i) => {
    const { width, signed } = fields[i] as Field;
    return width === 0 ? [] : [builder.resize(signal, width, signed)];
  });
  const output = packed.length === 0 ? builder.constant(0n) : builder.concat(packed);
  const module = builder.finish(name, [], [{ name: "out_data", signal: output }]);
  return {
    module,
    ports,
    slots: carried.map((own) => own.map(([slot]) => slot as number)),
    results: fields,
    bits,
  };
}

/** The slots that come through an operand's port; slots of one element together, where they are at every copy. */
function slotsOfPort(
  slots: readonly Slot[],
  ranges: readonly Interval[],
  operand: number,
  together: boolean,
): readonly (readonly number[])[] {
  const groups = new Map<number, number[]>();
  slots.forEach((slot, i) => {
    // A slot that is padding at this copy, and a number at another, belongs to the first operand.
    const { lo, hi } = ranges[i] as Interval;
    if (lo === hi || (slot?.operand ?? 0) !== operand) return;
    const key = together && slot !== undefined ? slot.element : -1 - i;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [i]);
    else known.push(i);
  });
  // One copy's port is that of the whole layer, which has the elements in their order.
  return together ? [...groups].toSorted(([a], [b]) => a - b).map(([, own]) => own) : [...groups.values()];
}
