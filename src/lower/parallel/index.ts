import { type Module, moduleLatency, type WireId } from "../../ir/circuit/circuit.js";
import type { Fixed, FixedNode, FixedNodeOf } from "../../ir/fixed/fixed.js";
import { nodesByName } from "../../ir/graph.js";
import { isMovement, movementSources } from "../../ir/movement.js";
import { sizeOf } from "../../ir/tensor.js";
import { areaOfModules } from "../area.js";
import { type DelayModel, hardBlocksOf } from "../delay.js";
import { DEFAULT_EFFORT, type Search, type SearchOptions, searchOptionsOf } from "../effort.js";
import { fieldBits, typeFields } from "../fields.js";
import type { LayerFacts, Lowered, LoweredPort, Stage } from "../lowered.js";
import { identifier, portIdentifiers, TAKEN_MODULES, uniqueIdentifiers } from "../names.js";
import type { Field } from "../packing.js";
import { checkInputs } from "../pipeline.js";
import { type Schedule, scheduleWithin, type TimingNode } from "../retime/index.js";
import { cheapestSlacks, DEFAULT_SLACK } from "../slack.js";
import { readyForRegisters } from "../split.js";
import type { StructureBuilder } from "../structure-builder.js";
import { type Element, elementOf, type Origin, originOf, rangeAt } from "./element.js";
import { feedLayer } from "./fed-layer.js";
import { flattenLayer } from "./flatten.js";
import { joinLayers } from "./join.js";
import { graphLayer, noteReads, placeLayer, type ScheduledLayer } from "./layer.js";
import { layersOf, planRoots, type RootedLayer, type RootedPlan } from "./roots.js";
import type { Joined } from "./siblings.js";
import { Wiring } from "./wiring.js";

export interface ParallelOptions extends SearchOptions {
  /** The clock period in ns. */
  readonly period: number;
  readonly delays: DelayModel;
  /** The most cycles of latency; by default the fewest that the clock allows. */
  readonly cycles?: number;
  /** For a part of other firmware: names of modules that are taken, and no valid and first flags. */
  readonly within?: { readonly taken: readonly string[] };
}

/**
 * Fixed → Circuit, the whole event in one clock: a module for each layer, movements as wires between them. The inputs
 * are used as they come, one net after the clock edge; the outputs come out of registers. Between them, all cells of all
 * layers are retimed together: each has a cycle of its own, so that clocks begin where it takes the fewest registers.
 * Takes any graph; throws a UserError when it is too large, when a cell is slower than the clock, or when it takes more
 * cycles than are allowed.
 */
export function lowerParallel(source: Fixed, options: ParallelOptions): Lowered {
  const { effort = DEFAULT_EFFORT, cycles: allowed } = options;
  const searchWith = (slack: number): Search => ({
    ...searchOptionsOf(options),
    ...{ effort, slack },
    ...hardBlocksOf(options.delays),
  });
  const joined = joinLayers(source, searchWith(DEFAULT_SLACK));
  return cheapestSlacks(effort, allowed, (slackOf) => {
    const result = lowerWith(joined, options, (layer) => searchWith(slackOf(layer)));
    const layers = new Map(result.layers.map(({ name, adders }) => [name, adders?.lut ?? 0]));
    return { result, cycles: result.latency, layers, area: areaOfModules(result.circuit.modules) };
  });
}

function lowerWith(source: Joined, options: ParallelOptions, searchOf: (layer: string) => Search): Lowered {
  const { delays, period } = options;
  const budget = period - delays.register;
  const plan = planRoots(source.fixed);
  const { fixed, added, parts } = plan;
  const nodes = nodesByName(fixed);

  const taken = [...TAKEN_MODULES, ...(options.within?.taken ?? [])];
  const fresh = (name: string) => {
    const [unique] = uniqueIdentifiers([name], taken) as [string];
    taken.push(unique);
    return unique;
  };
  const top = fresh(fixed.name);
  const portNames = portIdentifiers(plan.inputs, fixed.outputs);

  // The timing graph, and where each element of each tensor comes from.
  const graph: TimingNode[] = [];
  const elements = new Map<string, readonly Element[]>();
  const inputs = plan.inputs.map((node, i): LoweredPort => {
    const fields = typeFields(node);
    const own = fields.map(({ width, signed }, element) => {
      graph.push({ delay: delays.net, bits: width, operands: [], cycle: 0 });
      return elementOf(rangeAt(node, element), originOf(graph.length - 1, width, signed));
    });
    elements.set(node.name, own);
    return {
      name: node.name,
      port: portNames[i] as string,
      value: node,
      packing: { kind: "parallel", fields },
    };
  });
  const layers = parts.flatMap((part): readonly PlannedLayer[] => {
    if ("wiring" in part) {
      elements.set(part.wiring.name, moved(part.wiring, nodes, elements));
      return [];
    }
    const { name, result } = part.layer;
    const fed = feedLayer(part, (value) => elements.get(value.name) as readonly Element[]);
    const flat = flattenLayer(fed, fresh(`${top}_${name}`), {
      search: searchOf(name),
      fresh,
      ready: (module) => readyForRegisters(module, delays, budget),
      ungated: givesUngated(plan, part),
    });
    if (flat === undefined) {
      elements.set(result.name, constants(result));
      return [];
    }
    const first = graph.length;
    const { scheduled, results } = graphLayer(graph, flat, delays, budget);
    elements.set(result.name, results);
    return [{ scheduled, nodes: { first, end: graph.length } }];
  });
  const results = fixed.outputs.map(({ value }) => elements.get(value) as readonly Element[]);
  const ends = results.flat().flatMap(({ origin }) => (origin === undefined ? [] : [origin]));
  checkInputs(`module '${top}'`, controlPath(delays), budget);
  const schedule = scheduleWithin(
    { nodes: graph },
    ends.map(({ node }) => node),
    budget,
    options.cycles === undefined ? undefined : options.cycles - 1,
  );
  const { cycles, last } = schedule;

  for (const { scheduled } of layers) noteReads(scheduled, cycles);
  for (const { needed } of ends) needed.add(last);
  const wiring = new Wiring();
  const flags = options.within === undefined ? flagInputs(wiring.builder) : [];
  for (const input of inputs) placeInput(wiring, input, elements.get(input.name) as readonly Element[]);
  const modules: Module[] = [];
  const facts = layers.flatMap((layer, i): readonly LayerFacts[] => {
    const { scheduled } = layer;
    const instance = identifier(`layer${i + 1}_${scheduled.flat.layer.name}`).replace(/_$/, "");
    const placed = placeLayer(wiring, instance, scheduled, cycles);
    if (placed === undefined) return [];
    modules.push(...placed.modules);
    return [factsOf(layer, schedule, placed.module.name, delays)];
  });

  const outputs = fixed.outputs.map(({ name, value }, i): LoweredPort & { readonly wire: WireId } => {
    const port = portNames[inputs.length + i] as string;
    const node = nodes.get(value) as FixedNode;
    const fields = typeFields(node);
    const own = results[i] as readonly Element[];
    const packed = wiring.packFields(
      own.map(({ range, origin }) => ({ range, at: origin?.fields.get(last) })),
      fields,
    );
    const wire = outputRegister(wiring, `result${i}`, packed, own);
    return { name, port, value: node, packing: { kind: "parallel", fields }, wire };
  });
  const module = wiring.builder.finish(
    top,
    [],
    [
      ...flags.map(({ name, wire }) => ({ name, wire: wiring.builder.delay(wire, last + 1, true) })),
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
    layers: facts,
    added: [...source.added, ...added],
    stages: stagesOf(schedule, layers, delays),
  };
}

/**
 * Whether a layer gives numbers without the gate of their ReLU, which the layer that reads them applies: its adders have gates
 * in their LUTs (see adders.ts of the circuit). So it is between two matrices of one site each.
 */
function givesUngated({ fixed, parts }: RootedPlan, { layer: { result } }: RootedLayer): boolean {
  if (fixed.outputs.some(({ value }) => value === result.name)) return false;
  const readers = fixed.nodes.filter(({ inputs }) => inputs.includes(result.name));
  return (
    readers.length === 1 &&
    layersOf(parts).some(
      ({ layer, root }) => layer.root === readers[0] && root.weighted && root.sites.length === 1,
    )
  );
}

/** A layer with its nodes in the timing graph. */
interface PlannedLayer {
  readonly scheduled: ScheduledLayer;
  readonly nodes: { readonly first: number; readonly end: number };
}

/** A port of the firmware: its elements in cycle 0, and in registers for as long as something reads them. */
function placeInput(wiring: Wiring, { port, packing }: LoweredPort, elements: readonly Element[]): void {
  const fields = packing.kind === "parallel" ? packing.fields : [];
  const wire = wiring.builder.input(port, Math.max(1, fieldBits(fields)));
  const origins = elements.flatMap(({ origin }, i) => {
    origin?.fields.set(0, { wire, ...(fields[i] as Field) });
    return origin === undefined ? [] : [origin];
  });
  const until = (origin: Origin) => Math.max(0, ...origin.needed);
  const last = origins.reduce((cycle, origin) => Math.max(cycle, until(origin)), 0);
  for (let cycle = 1; cycle <= last; cycle++) {
    const waiting = origins.filter((origin) => until(origin) >= cycle);
    const packed = wiring.pack(
      waiting.map((origin) => ({
        element: { range: { lo: 0n, hi: 1n }, at: origin.fields.get(cycle - 1) },
        width: origin.width,
      })),
    );
    const register = wiring.builder.register(`late${cycle}_${port}`, packed as WireId, false);
    let low = 0;
    for (const origin of waiting) {
      const { width, signed } = origin;
      origin.fields.set(cycle, { wire: register, low, width, signed });
      low += width;
    }
  }
}

/** From the inputs to the first registers of the flags: in_first counts with in_valid only. */
function controlPath({ lut, net }: DelayModel): number {
  return net + lut + net;
}

/** The longest path of each cycle, and the layer that it ends in. */
function stagesOf(
  { cycles, times, last }: Schedule,
  layers: readonly PlannedLayer[],
  delays: DelayModel,
): readonly Stage[] {
  const stages = Array.from({ length: last + 1 }, (_, cycle) => ({
    cycle,
    path: cycle === 0 ? controlPath(delays) : 0,
    layer: "",
  }));
  for (const { scheduled, nodes } of layers) {
    for (let v = nodes.first; v < nodes.end; v++) {
      const stage = stages[cycles[v] as number];
      if (stage !== undefined && (times[v] as number) > stage.path) {
        stage.path = times[v] as number;
        stage.layer = scheduled.flat.layer.name;
      }
    }
  }
  return stages.map(({ path, ...stage }) => ({ ...stage, path: path + delays.register }));
}

/** A layer's cycles are those from the last of what it reads to its last result. */
function factsOf(
  { scheduled, nodes }: PlannedLayer,
  { cycles, times }: Schedule,
  module: string,
  delays: DelayModel,
): LayerFacts {
  const lastOf = (all: Iterable<number>) =>
    [...all].reduce((most, v) => Math.max(most, cycles[v] as number), 0);
  const results = scheduled.groups.flatMap(({ copies }) =>
    copies.flatMap(({ origins }) => origins.flatMap((origin) => (origin === undefined ? [] : [origin.node]))),
  );
  const { layer, adders, copies } = scheduled.flat;
  return {
    name: layer.name,
    nodes: layer.nodes,
    module,
    ...(adders !== undefined && { adders }),
    copies,
    cycles: { window: 0, arithmetic: Math.max(0, lastOf(results) - lastOf(scheduled.reads)) },
    worstPath:
      delays.register +
      times.subarray(nodes.first, nodes.end).reduce((most, time) => Math.max(most, time), 0),
  };
}

/** The flags of an event, by the names that they leave the module with. */
function flagInputs(builder: StructureBuilder): readonly { readonly name: string; readonly wire: WireId }[] {
  const { valid, first } = builder.eventFlags();
  return [
    { name: "out_valid", wire: valid },
    { name: "out_first", wire: first },
  ];
}

/** The output's register; a constant needs none. */
function outputRegister(
  wiring: Wiring,
  name: string,
  packed: WireId | undefined,
  elements: readonly Element[],
): WireId {
  if (packed === undefined) return wiring.constant(0n, 1);
  if (elements.every(({ origin }) => origin === undefined)) return packed;
  return wiring.builder.register(name, packed, false);
}

function constants(node: FixedNode): readonly Element[] {
  return Array.from({ length: sizeOf(node.shape) }, (_, element) => ({ range: rangeAt(node, element) }));
}

/** The elements of a constant, or those of a movement's sources under the bounds that the movement states. */
function moved(
  node: FixedNode,
  nodes: ReadonlyMap<string, FixedNode>,
  values: ReadonlyMap<string, readonly Element[]>,
): readonly Element[] {
  if (node.op === "constant") {
    return (node as FixedNodeOf<"constant">).value.data.map((k) => ({ range: { lo: k, hi: k } }));
  }
  if (!isMovement(node)) return [];
  const shapes = node.inputs.map((name) => (nodes.get(name) as FixedNode).shape);
  const { input, element } = movementSources(node, shapes);
  const sources = node.inputs.map((name) => values.get(name) as readonly Element[]);
  return Array.from(input, (from, i) => {
    const source = from < 0 ? undefined : sources[from]?.[element[i] as number];
    if (source === undefined) return { range: { lo: 0n, hi: 0n } };
    return source.origin === undefined ? source : elementOf(rangeAt(node, i), source.origin);
  });
}
