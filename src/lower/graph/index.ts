import { type Module, moduleLatency } from "../../ir/circuit/circuit.js";
import type { Fixed, FixedInput, FixedNode } from "../../ir/fixed/fixed.js";
import type { DelayModel } from "../delay.js";
import type { Effort } from "../effort.js";
import type { LayerFacts, Lowered } from "../lowered.js";
import { TAKEN_MODULES, uniqueIdentifiers } from "../names.js";
import { lowerRegion, narrowFields, narrowType, type RegionCircuit } from "../region.js";
import { scatterCycles } from "./exchange.js";
import type { Membership } from "./families.js";
import { beatsOf, type Parallelism, parallelismOf } from "./pace.js";
import { type GraphPlan, planGraph, type Region } from "./plan.js";
import { scheduleGraph } from "./schedule.js";
import { buildTop } from "./top.js";

export type { Parallelism } from "./pace.js";
export { planGraph } from "./plan.js";

export interface GraphOptions extends Partial<Parallelism> {
  /** The clock period in ns. */
  readonly period: number;
  readonly delays: DelayModel;
  /** How long cheaper adder graphs are looked for. */
  readonly effort?: Effort;
}

/**
 * Fixed → Circuit for graphs: the items of a graph, its edges and its nodes, come a few in each clock. What computes item by item
 * is a region, parallel firmware of its own, with as many copies as items come in a clock. Rows go to other items through
 * memories: one in which an event's rows are written, then read at indices, and accumulators to which rows are added at indices. All
 * is scheduled, so that latency and interval do not depend on the graph. Throws a UserError when the graph or the clock does
 * not fit.
 */
export function lowerGraph(fixed: Fixed, { period, delays, effort, ...asked }: GraphOptions): Lowered {
  // A bound on the cycles is the whole firmware's.
  const regionOptions = { period, delays, ...(effort !== undefined && { effort }) };
  const plan = planGraph(fixed);
  const parallelism = planParallelism(plan, asked);
  const beatsAt = ({ family }: Pick<Membership, "family">) => beatsOf(family, parallelism);
  const interval = mostBeats(plan, parallelism);
  const regions = plan.parts.filter((part) => part.kind === "region");
  const [top, ...names] = uniqueIdentifiers(
    [fixed.name, ...regions.map(({ name }) => `${fixed.name}_${name}`)],
    TAKEN_MODULES,
  ) as [string, ...string[]];
  const modules: Module[] = [];
  const circuits = new Map<string, RegionCircuit>();
  regions.forEach((region, i) => {
    const own = names[i] as string;
    const taken = [top, ...names.filter((name) => name !== own), ...modules.map(({ name }) => name)];
    const graph = {
      name: region.name,
      inputs: region.reads.map((read) => readOf(read, plan)),
      nodes: region.nodes,
      results: region.results.map((result) => plan.forms.get(result) as FixedNode),
    };
    const circuit = lowerRegion(own, graph, commentOf(region), regionOptions, taken);
    circuits.set(region.name, circuit);
    modules.push(...circuit.modules);
  });

  const latencies = new Map([...circuits].map(([name, { latency }]) => [name, latency]));
  for (const { kind, name, reads } of plan.parts) {
    const index = plan.members.get(reads[1] as string);
    if (kind === "scatter" && index !== undefined) latencies.set(name, scatterCycles(beatsAt(index).lanes));
  }
  const outputs = fixed.outputs.map(({ value }) => value);
  const schedule = scheduleGraph(plan, outputs, interval, beatsAt, latencies);
  const {
    module,
    inputs,
    outputs: results,
  } = buildTop({
    ...{ name: top, fixed, plan, schedule, interval, beatsAt, circuits },
  });
  modules.push(module);
  return {
    architecture: "graph",
    circuit: { name: fixed.name, modules },
    latency: moduleLatency(module),
    interval,
    inputs,
    outputs: results,
    layers: regions.map((region): LayerFacts => {
      const circuit = circuits.get(region.name) as RegionCircuit;
      const first = Math.min(...region.reads.map((read) => schedule.cycles.get(read) as number));
      return {
        name: region.name,
        nodes: region.nodes.filter(({ op }) => op !== "constant").map(({ name }) => name),
        module: circuit.module.name,
        copies: beatsAt(region).lanes,
        cycles: {
          window: (schedule.starts.get(region.name) as number) - first,
          arithmetic: circuit.latency,
        },
        worstPath: Math.max(...circuit.stages.map(({ path }) => path)),
      };
    }),
    stages: [...circuits.values()].flatMap(({ stages }) => stages),
  };
}

/** How many edges and nodes of a plan's graph come in a clock. */
export function planParallelism({ members }: GraphPlan, asked: Partial<Parallelism> = {}): Parallelism {
  return parallelismOf(
    [...members.values()].map(({ family }) => family),
    asked,
  );
}

/** The clocks in which the items of an event come. */
export function mostBeats({ members }: GraphPlan, parallelism: Parallelism): number {
  return Math.max(...[...members.values()].map(({ family }) => beatsOf(family, parallelism).beats));
}

/** An item of a value as a region reads it. */
function readOf(name: string, { forms }: GraphPlan): FixedInput {
  const form = forms.get(name) as FixedNode;
  const fields = narrowFields(form);
  const types = fields.map(({ range }, element) => narrowType(form, element, range));
  return {
    op: "input",
    name,
    inputs: [],
    shape: form.shape,
    types: { per: "element", items: types },
    ranges: { per: "element", items: fields.map(({ range }) => range) },
    rounding: "TRN",
    overflow: "WRAP",
  };
}

function commentOf({ name, nodes, reads, family }: Region): readonly string[] {
  const ops = nodes.filter(({ op }) => op !== "constant").map(({ op }) => op);
  const one = { edges: "edge", nodes: "node", event: "event" }[family.role];
  return [
    `One ${one} of '${name}': ${ops.join(", ")}.`,
    `From ${reads.map((read) => `'${read}'`).join(", ")}.`,
  ];
}
