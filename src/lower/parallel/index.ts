import { type Module, moduleLatency, type WireId } from "../../ir/circuit/circuit.js";
import type { Fixed, FixedNode, FixedNodeOf } from "../../ir/fixed/fixed.js";
import { atElement } from "../../ir/granular.js";
import { nodesByName } from "../../ir/graph.js";
import { isMovement, movementSources } from "../../ir/movement.js";
import { sizeOf } from "../../ir/tensor.js";
import type { DelayModel } from "../delay.js";
import type { LayerFacts, Lowered, LoweredPort } from "../lowered.js";
import { identifier, TAKEN_MODULES, uniqueIdentifiers } from "../names.js";
import type { Field } from "../packing.js";
import { channelsOf } from "../pointwise.js";
import { flattenLayer, rangeAt, type TimedLayer, timeLayer } from "./layer.js";
import { type ParallelLayer, planParallel } from "./plan.js";
import { rootOf } from "./root.js";
import { groupSites } from "./sites.js";
import { checkElements, checkSize } from "./size.js";
import { fieldsOf, type WiredElement, Wiring } from "./wiring.js";

export interface ParallelOptions {
  /** The clock period in ns. */
  readonly period: number;
  readonly delays: DelayModel;
}

const CONTROL = ["clk", "rst", "in_valid", "in_first", "out_valid", "out_first"];

/**
 * Fixed → Circuit, the whole event in one clock: a module for each layer, movements as wires between them. The inputs
 * are used as they come, one net after the clock edge; consecutive layers share a clock where they fit into it; the
 * outputs come out of registers. Takes any graph; throws a UserError when it is too large or a cell is slower than the
 * clock.
 */
export function lowerParallel(fixed: Fixed, options: ParallelOptions): Lowered {
  const plan = planParallel(fixed);
  const nodes = nodesByName(fixed);
  const operandsOf = ({ root }: ParallelLayer) => root.inputs.map((name) => nodes.get(name) as FixedNode);
  checkElements(plan.parts.flatMap((part) => ("wiring" in part ? [] : [part])));
  const roots = plan.parts.map((part) =>
    "wiring" in part ? undefined : { name: part.name, root: rootOf(part.root, operandsOf(part)) },
  );
  checkSize(roots.filter((root) => root !== undefined));

  const taken = [...TAKEN_MODULES];
  const fresh = (name: string) => {
    const [unique] = uniqueIdentifiers([name], taken) as [string];
    taken.push(unique);
    return unique;
  };
  const top = fresh(fixed.name);
  const portNames = uniqueIdentifiers(
    [...plan.inputs.map(({ name }) => `in_${name}`), ...fixed.outputs.map(({ name }) => `out_${name}`)],
    CONTROL,
  );
  const wiring = new Wiring(options.delays.net);
  const valid = wiring.builder.input("in_valid", 1);
  // While in_valid is low, in_first is arbitrary.
  const first = wiring.builder.where("first", valid, wiring.builder.input("in_first", 1));
  const values = new Map<string, readonly WiredElement[]>();
  const inputs = plan.inputs.map((node, i): LoweredPort => {
    const port = portNames[i] as string;
    const fields = portFields(node);
    const wire = wiring.input(port, Math.max(1, bitsOf(fields)), options.delays.net);
    values.set(
      node.name,
      fields.map((field, element) => wired(node, element, { wire, ...field })),
    );
    return { name: node.name, port, value: node, packing: { kind: "parallel", fields } };
  });

  const modules: Module[] = [];
  const layers: LayerFacts[] = [];
  plan.parts.forEach((part, i) => {
    if ("wiring" in part) {
      values.set(part.wiring.name, moved(part.wiring, nodes, values));
      return;
    }
    const { root } = roots[i] as NonNullable<(typeof roots)[number]>;
    const operands = operandsOf(part);
    const name = fresh(`${top}_${part.name}`);
    const flat = flattenLayer(name, fresh, part, root, groupSites(part, root, operands), operands);
    if (flat === undefined) {
      values.set(part.result.name, constants(part.result));
      layers.push({
        ...factsOf(part),
        module: "",
        copies: 0,
        cycles: { window: 0, arithmetic: 0 },
        worstPath: 0,
      });
      return;
    }
    const read = flat.ports.map(({ elements }, operand) => {
      const value = values.get((operands[operand] as FixedNode).name) as readonly WiredElement[];
      return elements.map((element) => value[element] as WiredElement);
    });
    const { timed, cycle } = schedule(name, wiring, flat, read.flat(), options);
    modules.push(...timed.modules);
    const placed = flat.ports.flatMap((port, operand) => {
      const own = read[operand] as readonly WiredElement[];
      const node = operands[operand] as FixedNode;
      const { fields } = fieldsOf(port.elements.map((element) => rangeAt(node, element)));
      const wire = wiring.pack(
        own.map((element, k) => ({ element, width: fields[k]?.width as number })),
        cycle,
      );
      return wire === undefined ? [] : [{ port: port.name, wire }];
    });
    const instance = identifier(`layer${layers.length + 1}_${part.name}`).replace(/_$/, "");
    const wire = wiring.place(instance, timed.module, placed, timed.arrival.time);
    values.set(
      part.result.name,
      timed.results.map((field, element) => wired(part.result, element, field && { wire, ...field })),
    );
    layers.push({
      ...factsOf(part),
      module: name,
      copies: flat.copies,
      cycles: { window: 0, arithmetic: timed.arrival.cycle },
      worstPath: timed.worstPath,
    });
  });

  const results = fixed.outputs.map(({ value }) => values.get(value) as readonly WiredElement[]);
  const last = wiring.arrival(results.flat()).cycle;
  const outputs = fixed.outputs.map(({ name, value }, i): LoweredPort & { readonly wire: WireId } => {
    const port = portNames[inputs.length + i] as string;
    const node = nodes.get(value) as FixedNode;
    const fields = portFields(node);
    const own = results[i] as readonly WiredElement[];
    const packed = wiring.pack(
      own.map((element, k) => ({ element, width: fields[k]?.width as number })),
      last,
    );
    const wire = outputRegister(wiring, `result${i}`, packed, own);
    return { name, port, value: node, packing: { kind: "parallel", fields }, wire };
  });
  const module = wiring.builder.finish(
    top,
    [],
    [
      { name: "out_valid", wire: wiring.builder.delay(valid, last + 1, true) },
      { name: "out_first", wire: wiring.builder.delay(first, last + 1, true) },
      ...outputs.map(({ port, wire }) => ({ name: port, wire })),
    ],
  );
  const latency = moduleLatency(module);
  const comment = [
    `Model '${fixed.name}'. An event is one beat, marked by in_valid and in_first; between events in_valid may be low.`,
    `Latency ${latency} cycle${latency === 1 ? "" : "s"}, initiation interval 1 cycle.`,
    "A port holds its tensor's elements side by side, row-major, the first one lowest.",
  ];
  modules.push({ ...module, comment });
  return {
    architecture: "parallel",
    circuit: { name: fixed.name, modules },
    latency,
    interval: 1,
    inputs,
    outputs: outputs.map(({ name, port, value, packing }) => ({ name, port, value, packing })),
    layers: layers.filter(({ copies }) => copies > 0),
  };
}

/** The output's register; a constant needs none. */
function outputRegister(
  wiring: Wiring,
  name: string,
  packed: WireId | undefined,
  elements: readonly WiredElement[],
): WireId {
  if (packed === undefined) return wiring.constant(0n, 1);
  if (elements.every(({ at }) => at === undefined)) return packed;
  return wiring.builder.register(name, packed, false);
}

/**
 * When a layer starts: as soon as its inputs are there, or from registers at the next clock, where its results come no
 * later and it takes no more registers.
 */
function schedule(
  name: string,
  wiring: Wiring,
  flat: Parameters<typeof timeLayer>[1],
  elements: readonly WiredElement[],
  { period, delays }: ParallelOptions,
): { readonly timed: TimedLayer; readonly cycle: number } {
  const { cycle, time } = wiring.arrival(elements);
  const at = (start: number, inputDelay: number) => ({
    timed: timeLayer(name, flat, { period, delays, inputDelay }),
    cycle: start,
  });
  const now = at(cycle, time);
  if (time <= delays.net || now.timed.arrival.cycle === 0) return now;
  const next = at(cycle + 1, delays.net);
  const [early, late] = [now.timed.arrival.cycle, 1 + next.timed.arrival.cycle];
  if (early !== late) return early < late ? now : next;
  const more = wiring.registersUntil(elements, cycle + 1) - wiring.registersUntil(elements, cycle);
  return next.timed.registers + more <= now.timed.registers ? next : now;
}

function factsOf({ name, nodes }: ParallelLayer): Pick<LayerFacts, "name" | "nodes"> {
  return { name, nodes };
}

/** A node's element in a wire, or the constant that it is. */
function wired(node: FixedNode, element: number, at: WiredElement["at"]): WiredElement {
  const range = rangeAt(node, element);
  return at === undefined || at.width === 0 || range.lo === range.hi ? { range } : { range, at };
}

function constants(node: FixedNode): readonly WiredElement[] {
  return Array.from({ length: sizeOf(node.shape) }, (_, element) => wired(node, element, undefined));
}

/** The elements of a constant, or those of a movement's sources under the bounds that the movement states. */
function moved(
  node: FixedNode,
  nodes: ReadonlyMap<string, FixedNode>,
  values: ReadonlyMap<string, readonly WiredElement[]>,
): readonly WiredElement[] {
  if (node.op === "constant") {
    return (node as FixedNodeOf<"constant">).value.data.map((k) => ({ range: { lo: k, hi: k } }));
  }
  if (!isMovement(node)) return [];
  const shapes = node.inputs.map((name) => (nodes.get(name) as FixedNode).shape);
  const { input, element } = movementSources(node, shapes);
  const sources = node.inputs.map((name) => values.get(name) as readonly WiredElement[]);
  return Array.from(input, (from, i) => {
    const source = from < 0 ? undefined : sources[from]?.[element[i] as number];
    if (source === undefined) return { range: { lo: 0n, hi: 0n } };
    return source.at === undefined ? source : wired(node, i, source.at);
  });
}

/** The fields of a port, on the bits of the value's types. */
function portFields(node: FixedNode): readonly Field[] {
  let low = 0;
  return Array.from({ length: sizeOf(node.shape) }, (_, element) => {
    const { width, signed } = atElement(node.types, element, channelsOf(node));
    const field = { low, width, signed };
    low += width;
    return field;
  });
}

function bitsOf(fields: readonly Field[]): number {
  return fields.reduce((sum, { width }) => sum + width, 0);
}
