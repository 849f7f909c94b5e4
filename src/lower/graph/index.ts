import { type Module, moduleLatency } from "../../ir/circuit/circuit.js";
import { scatterLatency } from "../../ir/circuit/primitives/scatter.js";
import type { Fixed } from "../../ir/fixed/fixed.js";
import type { DelayModel } from "../delay.js";
import { type SearchOptions, searchOptionsOf } from "../effort.js";
import type { LayerFacts, Lowered } from "../lowered.js";
import { TAKEN_MODULES, uniqueIdentifiers } from "../names.js";
import { lowerRegion, type RegionCircuit } from "../region.js";
import type { Membership } from "./families.js";
import { beatsOf, type Parallelism, parallelismOf } from "./pace.js";
import { type GraphPlan, planGraph } from "./plan.js";
import { type Hardware, scheduleGraph } from "./schedule.js";
import { storesOf } from "./stores.js";
import { exchangeStages } from "./timing.js";
import { buildTop } from "./top.js";
import { type Iterations, isShared, type Unit, unitsOf } from "./units.js";

export type { Parallelism } from "./pace.js";
export { planGraph } from "./plan.js";
export { ITERATIONS, type Iterations } from "./units.js";

export interface GraphOptions extends Partial<Parallelism>, SearchOptions {
  /** The clock period in ns. */
  readonly period: number;
  readonly delays: DelayModel;
  /** Whether iterations with the same weights share hardware; by default they do not. */
  readonly iterations?: Iterations;
}

/**
 * Fixed → Circuit for graphs: the items of a graph, its edges and its nodes, come a few in each clock. What computes item by item
 * is a region, parallel firmware of its own, with as many copies as items come in a clock. Rows go to other items through
 * memories: one in which an event's rows are written, then read at indices, and accumulators to which rows are added at indices. All
 * is scheduled, so that latency and interval do not depend on the graph. Throws a UserError when the graph or the clock does
 * not fit.
 */
export function lowerGraph(
  fixed: Fixed,
  { period, delays, iterations = "unrolled", ...asked }: GraphOptions,
): Lowered {
  // A bound on the cycles is the whole firmware's.
  const regionOptions = { period, delays, ...searchOptionsOf(asked) };
  const plan = planGraph(fixed);
  const parallelism = planParallelism(plan, asked);
  const beatsAt = ({ family }: Pick<Membership, "family">) => beatsOf(family, parallelism);
  const { units, notes } = unitsOf(plan, iterations);
  const stores = storesOf(plan, units);
  const interval = intervalOf(plan, parallelism, { units, stores });
  const [top, ...names] = uniqueIdentifiers(
    [fixed.name, ...units.map(({ graph }) => `${fixed.name}_${graph.name}`)],
    TAKEN_MODULES,
  ) as [string, ...string[]];
  const modules: Module[] = [];
  const circuits = new Map<Unit, RegionCircuit>();
  units.forEach((unit, i) => {
    const own = names[i] as string;
    const taken = [top, ...names.filter((name) => name !== own), ...modules.map(({ name }) => name)];
    const circuit = lowerRegion(own, unit.graph, commentOf(unit), regionOptions, taken);
    circuits.set(unit, circuit);
    modules.push(...circuit.modules);
  });

  const latencies = new Map(
    [...circuits].flatMap(([{ members }, { latency }]) =>
      members.map(({ region }) => [region.name, latency]),
    ),
  );
  for (const { kind, name, reads } of plan.parts) {
    const index = plan.members.get(reads[1] as string);
    if (kind === "scatter" && index !== undefined) latencies.set(name, scatterLatency(beatsAt(index)));
  }
  const outputs = fixed.outputs.map(({ value }) => value);
  const schedule = scheduleGraph(plan, { units, stores }, outputs, interval, beatsAt, latencies);
  const {
    module,
    inputs,
    outputs: results,
  } = buildTop({
    ...{ name: top, fixed, plan, schedule, interval, beatsAt, units, stores, circuits },
  });
  modules.push(module);
  const exchanges = exchangeStages(module, delays, period);
  return {
    architecture: "graph",
    circuit: { name: fixed.name, modules },
    latency: moduleLatency(module),
    interval,
    ...(units.some(isShared) && { grid: interval }),
    inputs,
    outputs: results,
    layers: units.map((unit): LayerFacts => {
      const circuit = circuits.get(unit) as RegionCircuit;
      const [{ region }] = unit.members as readonly [Unit["members"][number]];
      const first = Math.min(...region.reads.map((read) => schedule.cycles.get(read) as number));
      return {
        name: unit.graph.name,
        nodes: unit.graph.nodes.filter(({ op }) => op !== "constant").map(({ name }) => name),
        module: circuit.module.name,
        copies: beatsAt(region).lanes,
        cycles: {
          window: (schedule.starts.get(region.name) as number) - first,
          arithmetic: circuit.latency,
        },
        worstPath: Math.max(...circuit.stages.map(({ path }) => path)),
      };
    }),
    notes,
    stages: [...[...circuits.values()].flatMap(({ stages }) => stages), ...exchanges],
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

/** The clocks of an event: those in which its items come, or those in which all that share a unit or a store have their turns. */
function intervalOf(plan: GraphPlan, parallelism: Parallelism, { units, stores }: Hardware): number {
  const turns = units.map(({ members }) => {
    const [{ region }] = members as readonly [Unit["members"][number]];
    return members.length * beatsOf(region.family, parallelism).beats;
  });
  const visits = stores.map(({ members }) => {
    const values = members.flatMap(({ name, reads }) => [name, ...reads]);
    const families = values.flatMap((value) => plan.members.get(value)?.family ?? []);
    return members.length * Math.max(...families.map((family) => beatsOf(family, parallelism).beats));
  });
  return Math.max(mostBeats(plan, parallelism), ...turns, ...visits);
}

function commentOf({ graph: { nodes }, members }: Unit): readonly string[] {
  const [
    {
      region: { name, reads, family },
    },
  ] = members as readonly [Unit["members"][number]];
  const others = members.slice(1).map(({ region }) => `'${region.name}'`);
  const ops = nodes.filter(({ op }) => op !== "constant").map(({ op }) => op);
  const one = { edges: "edge", nodes: "node", event: "event" }[family.role];
  return [
    `One ${one} of '${name}': ${ops.join(", ")}.`,
    `From ${reads.map((read) => `'${read}'`).join(", ")}.`,
    ...(others.length === 0 ? [] : [`It takes turns with ${others.join(", ")}.`]),
  ];
}
