import { type Module, moduleLatency } from "../../ir/circuit/circuit.js";
import type { Fixed, FixedNode } from "../../ir/fixed/fixed.js";
import { nodesByName } from "../../ir/graph.js";
import { areaOfModules } from "../area.js";
import { type DelayModel, hardBlocksOf } from "../delay.js";
import { DEFAULT_EFFORT, type Search, type SearchOptions, searchOptionsOf } from "../effort.js";
import type { LayerFacts, Lowered } from "../lowered.js";
import { identifier, identifiersBeside, portIdentifiers, TAKEN_MODULES } from "../names.js";
import { checkInputs } from "../pipeline.js";
import { scheduleWithin, type TimingNode } from "../retime/index.js";
import { cheapestSlacks, DEFAULT_SLACK } from "../slack.js";
import { readyForRegisters } from "../split.js";
import { constantElements, type Element } from "./element.js";
import { controlPath, factsOf, stagesOf } from "./facts.js";
import { feedLayer } from "./fed-layer.js";
import { flattenLayer } from "./flatten.js";
import { joinLayers } from "./join.js";
import { graphLayer, noteReads, type ScheduledLayer } from "./layer.js";
import { movedElements } from "./moved.js";
import { placeLayer } from "./place-layer.js";
import { elementPort, graphInput, placeFlags, placeInput, placeOutput } from "./ports.js";
import { givesUngated, planRoots } from "./roots.js";
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
  const { delays, period, within } = options;
  const budget = period - delays.register;
  const plan = planRoots(source.fixed);
  const { fixed, added } = plan;
  const nodes = nodesByName(fixed);
  const fresh = identifiersBeside([...TAKEN_MODULES, ...(within?.taken ?? [])]);
  const top = fresh(fixed.name);
  const portNames = portIdentifiers(plan.inputs, fixed.outputs);

  // The timing graph, and where each element of each tensor comes from.
  const graph: TimingNode[] = [];
  const inputs = plan.inputs.map((node, i) => graphInput(graph, node, portNames[i] as string, delays.net));
  const elements = new Map(inputs.map((input) => [input.port.name, input.elements]));
  const elementsOf = (name: string) => elements.get(name) as readonly Element[];
  const layers = plan.parts.flatMap((part): readonly ScheduledLayer[] => {
    if ("wiring" in part) {
      const operands = part.wiring.inputs.map((name) => ({
        value: nodes.get(name) as FixedNode,
        elements: elementsOf(name),
      }));
      elements.set(part.wiring.name, movedElements(part.wiring, operands));
      return [];
    }
    const { name, result } = part.layer;
    const fed = feedLayer(part, (value) => elementsOf(value.name));
    const flat = flattenLayer(fed, fresh(`${top}_${name}`), {
      search: searchOf(name),
      fresh,
      ready: (module) => readyForRegisters(module, delays, budget),
      ungated: givesUngated(plan, part),
    });
    const layer = flat && graphLayer(graph, flat, delays, budget);
    elements.set(result.name, layer?.results ?? constantElements(result));
    return layer === undefined ? [] : [layer];
  });
  const outputs = fixed.outputs.map(({ name, value }, i) => {
    const port = portNames[inputs.length + i] as string;
    return elementPort({ name, port, value: nodes.get(value) as FixedNode }, elementsOf(value));
  });
  const ends = outputs.flatMap((output) =>
    output.elements.flatMap(({ origin }) => (origin === undefined ? [] : [origin])),
  );
  checkInputs(`module '${top}'`, controlPath(delays), budget);
  const schedule = scheduleWithin(
    { nodes: graph },
    ends.map(({ node }) => node),
    budget,
    options.cycles === undefined ? undefined : options.cycles - 1,
  );
  const { cycles, last } = schedule;

  for (const layer of layers) noteReads(layer, cycles);
  for (const { needed } of ends) needed.add(last);
  const wiring = new Wiring();
  const flags = within === undefined ? placeFlags(wiring.builder) : [];
  for (const input of inputs) placeInput(wiring, input);
  const modules: Module[] = [];
  const facts = layers.flatMap((layer, i): readonly LayerFacts[] => {
    const instance = identifier(`layer${i + 1}_${layer.flat.layer.name}`).replace(/_$/, "");
    const placed = placeLayer(wiring, instance, layer, cycles);
    if (placed === undefined) return [];
    modules.push(...placed.modules);
    return [factsOf(layer, schedule, placed.module.name, delays)];
  });
  const results = outputs.map((output, i) => ({
    name: output.port.port,
    wire: placeOutput(wiring, `result${i}`, output, last),
  }));
  const delayed = flags.map(({ name, wire }) => ({ name, wire: wiring.builder.delay(wire, last + 1, true) }));
  const module = wiring.builder.finish(top, [], [...delayed, ...results]);
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
    inputs: inputs.map(({ port }) => port),
    outputs: outputs.map(({ port }) => port),
    layers: facts,
    added: [...source.added, ...added],
    stages: stagesOf(schedule, layers, delays),
  };
}
