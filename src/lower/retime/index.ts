import { invariant } from "../../ir/errors.js";
import {
  type Cycles,
  earliest,
  exceeds,
  latest,
  readersOf,
  registerBits,
  settle,
  type TimingGraph,
  type TimingNode,
} from "./graph.js";
import { minimizeRegisters, type Windows } from "./minimize.js";

export type { TimingGraph, TimingNode } from "./graph.js";
export { exceeds } from "./graph.js";

/** A schedule: the cycle of each node, and when it settles in it. */
export interface Schedule {
  /** −1 for a node that no output needs. */
  readonly cycles: Cycles;
  /** In ns after the clock edge. */
  readonly times: Float64Array;
  /** The cycle in which all is done. */
  readonly last: number;
  /** Registers in bits. */
  readonly bits: number;
}

/** Up to so many cycles more than needed are tried where they are allowed. */
const MOST_SPARE = 3;
/** Up to so many choices (cycles of all nodes) are decided together; beyond, one cycle border after the other. */
const MOST_CHOICES = 40_000;
/** A graph with more nodes that may move keeps the earliest schedule. */
const MOST_MOVABLE = 50_000;

/**
 * The schedule with the fewest registers that has all of `outputs` in cycle `most` at the latest or, where that is not given
 * or too early for them, as early as can be.
 */
export function scheduleWithin(
  graph: TimingGraph,
  outputs: readonly number[],
  budget: number,
  most: number | undefined,
): Schedule {
  const least = leastCycles(graph, outputs, budget);
  let best = retime(graph, outputs, budget, least);
  // A cycle more takes registers for what crosses it, but lets the others move to where less does.
  for (let last = least + 1; last <= Math.min(most ?? least, least + MOST_SPARE); last++) {
    const next = retime(graph, outputs, budget, last);
    if (next.bits < best.bits) best = next;
  }
  return best;
}

/** The cycle in which all of `outputs` can be there at the earliest. No node's delay may exceed the budget. */
export function leastCycles(graph: TimingGraph, outputs: readonly number[], budget: number): number {
  const cycles = earliest(graph, budget);
  return outputs.reduce((last, v) => Math.max(last, cycles[v] as number), 0);
}

/**
 * The schedule with the fewest registers whose paths fit the budget (ns of a clock that are there for logic) and that has
 * all of `outputs` in cycle `last`: those that are there earlier wait in registers. In graphs of up to 40,000 choices none has
 * fewer; in larger ones, none that differs in one border between two cycles only. Deterministic.
 */
export function retime(
  { nodes }: TimingGraph,
  outputs: readonly number[],
  budget: number,
  last: number,
): Schedule {
  // What no output needs has no cycle. Its place is taken by nodes that read nothing.
  const live = liveNodes(nodes, outputs);
  const graph = {
    nodes: [
      ...nodes.map((node, v) => (live[v] === 1 ? node : { delay: 0, bits: 0, operands: [] })),
      { delay: 0, bits: 0, operands: outputs, cycle: last },
    ],
  };
  const readers = readersOf(graph);
  const first = earliest(graph, budget);
  const bounds = { first, last: latest(graph, readers, budget, last) };
  invariant(
    first.every((cycle, v) => cycle <= (bounds.last[v] as number)),
    "a schedule is as long as the earliest one, at least",
  );
  const choices = first.reduce((sum, cycle, v) => sum + (bounds.last[v] as number) - cycle, 0);
  const movable = first.reduce((sum, cycle, v) => sum + Number((bounds.last[v] as number) > cycle), 0);
  const cycles =
    choices <= MOST_CHOICES
      ? minimizeRegisters(graph, readers, budget, bounds)
      : movable <= MOST_MOVABLE
        ? moveBorders(graph, readers, budget, bounds)
        : first;
  const times = settle(graph, cycles);
  invariant(
    times.every((time) => !exceeds(time, budget)),
    "every path of a schedule fits its clock",
  );
  const bits = registerBits(graph, readers, cycles);
  return {
    cycles: cycles.subarray(0, nodes.length).map((cycle, v) => (live[v] === 1 ? cycle : -1)),
    times: times.subarray(0, nodes.length),
    last,
    bits,
  };
}

/** Which nodes an output needs: 1, others 0. */
function liveNodes(nodes: readonly TimingNode[], outputs: readonly number[]): Uint8Array {
  const live = new Uint8Array(nodes.length);
  for (const v of outputs) live[v] = 1;
  for (let v = nodes.length - 1; v >= 0; v--)
    if (live[v] === 1) for (const u of nodes[v]?.operands ?? []) live[u] = 1;
  return live;
}

/** Moves the border between two cycles to where it takes the fewest registers, from the first one to the last and back. */
export function moveBorders(
  graph: TimingGraph,
  readers: readonly (readonly number[])[],
  budget: number,
  bounds: Windows,
): Cycles {
  let cycles = bounds.first;
  const borders = Array.from({ length: Math.max(0, ...new Set(bounds.last)) }, (_, k) => k);
  for (const k of [...borders, ...borders.toReversed().slice(1)]) {
    const beside = cycles.map((cycle) => Number(cycle === k || cycle === k + 1));
    const windows = {
      first: cycles.map((cycle, v) => (beside[v] === 1 ? Math.max(k, bounds.first[v] as number) : cycle)),
      last: cycles.map((cycle, v) => (beside[v] === 1 ? Math.min(k + 1, bounds.last[v] as number) : cycle)),
    };
    cycles = minimizeRegisters(graph, readers, budget, windows);
  }
  return cycles;
}
