import type { DelayModel } from "../delay.js";
import type { Controls } from "../gates.js";
import { timingNodes } from "../pipeline.js";
import type { TimingNode } from "../retime/index.js";
import { type Element, elementOf, type Origin, originOf, rangeAt } from "./element.js";
import type { FlatLayer } from "./flatten.js";
import { originAt, type SiteModule } from "./module.js";
import type { Slot } from "./site.js";

/** A layer in the timing graph: all copies of a group keep the same schedule, so that they are one module. */
export interface ScheduledLayer {
  readonly flat: FlatLayer;
  /** Its nodes. */
  readonly nodes: { readonly first: number; readonly end: number };
  readonly groups: readonly ScheduledGroup[];
  /** The nodes of the elements that it reads. */
  readonly reads: readonly number[];
  /** The elements of its result, row-major. */
  readonly results: readonly Element[];
}

export interface ScheduledGroup {
  readonly site: SiteModule;
  /** The node of the module's first wire. */
  readonly first: number;
  readonly copies: readonly Copy[];
}

/** One copy of a site: what each of its slots carries, and where its results go. */
export interface Copy {
  readonly slots: readonly Slot[];
  /** The first element of the layer's result that it gives: copies lie in this order. */
  readonly element: number;
  readonly origins: readonly (Origin | undefined)[];
}

/**
 * Adds the cells of a layer to the timing graph, once for all copies of a group: an input reads what it is at any copy,
 * and a register counts as often as there are copies.
 */
export function graphLayer(
  nodes: TimingNode[],
  flat: FlatLayer,
  delays: DelayModel,
  budget: number,
): ScheduledLayer {
  const { layer, read } = flat;
  const start = nodes.length;
  const results: Element[] = [];
  const reads = new Set<number>();
  const groups = flat.groups.map(({ group, site }): ScheduledGroup => {
    const first = nodes.length;
    const slots = group.copies.map((copy) => copy.flatMap((own) => own.slots));
    const inputs = new Map(site.inputs.map((input) => [input.wire, input]));
    timingNodes(site.module, delays, budget).forEach((node, wire) => {
      const input = inputs.get(wire);
      const from =
        input === undefined ? [] : slots.map((own) => originAt(input, read(own[input.slot]))?.node);
      const origins = [...new Set(from)].filter((origin) => origin !== undefined);
      for (const origin of origins) reads.add(origin);
      const operands = [...node.operands.map((operand) => first + operand), ...origins];
      nodes.push({ ...node, bits: node.bits * group.copies.length, operands });
    });
    const copies = group.copies.map((copy, i): Copy => {
      const elements = copy.flatMap((own) => own.results);
      const origins = site.results.map(({ wire, width, signed }) =>
        wire === undefined ? undefined : originOf(first + wire, width, signed),
      );
      const gates = new Map<number, Controls<Origin>>();
      site.results.forEach(({ controls }, k) => {
        if (controls === undefined) return;
        const { control, result: gated } = controls;
        gates.set(gated, { ...gates.get(gated), [control]: origins[k] });
      });
      for (const [k, at] of elements.entries())
        results[at] = elementOf(rangeAt(layer.result, at), origins[k], gates.get(k));
      return { slots: slots[i] as readonly Slot[], element: elements[0] as number, origins };
    });
    return { site, first, copies };
  });
  return { flat, nodes: { first: start, end: nodes.length }, groups, reads: [...reads], results };
}

/** Says of each element in which cycles the layer reads it. */
export function noteReads({ flat: { read }, groups }: ScheduledLayer, cycles: ArrayLike<number>): void {
  for (const { site, first, copies } of groups) {
    for (const { slots } of copies) {
      for (const input of site.inputs) {
        const cycle = cycles[first + input.wire] as number;
        if (cycle >= 0) originAt(input, read(slots[input.slot]))?.needed.add(cycle);
      }
    }
  }
}
