/**
 * What is retimed: nodes in an order in which each comes after those it reads. A node is a wire together with what drives
 * it. Constants drive nothing here: they are there in every cycle.
 */
export interface TimingGraph {
  readonly nodes: readonly TimingNode[];
}

export interface TimingNode {
  /** From its inputs to its output, in ns; of an input, when it comes after the clock edge. */
  readonly delay: number;
  /** Registers that it takes to carry the node into the next cycle. */
  readonly bits: number;
  readonly operands: readonly number[];
  /** Whether it comes in a later cycle than its operands: it reads them out of a register. */
  readonly behind?: boolean;
  /** The cycle that it has to be in: of an input of the whole graph, 0. */
  readonly cycle?: number;
}

/** The cycle of each node. */
export type Cycles = Int32Array;

/** The readers of each node. */
export function readersOf({ nodes }: TimingGraph): readonly (readonly number[])[] {
  const readers = nodes.map((): number[] => []);
  nodes.forEach(({ operands }, v) => {
    for (const u of operands) if (readers[u]?.at(-1) !== v) readers[u]?.push(v);
  });
  return readers;
}

/** Two sums of the same delays in another order may differ by rounding. */
const ROUNDING = 1e-9;

/** Whether a path takes longer than a clock has for logic, in ns. */
export function exceeds(path: number, budget: number): boolean {
  return path > budget + ROUNDING;
}

/** The earliest cycle of each node: it starts when its operands are there, or at the next clock where it would not fit. */
export function earliest({ nodes }: TimingGraph, budget: number): Cycles {
  const cycles = new Int32Array(nodes.length);
  const times = new Float64Array(nodes.length);
  nodes.forEach(({ operands, delay, cycle, behind }, v) => {
    const [last, end] = lastOf(operands, cycles, times, cycle ?? 0);
    const [latest, start] = behind === true ? [last + 1, 0] : [last, end];
    const fits = !exceeds(start + delay, budget);
    cycles[v] = fits ? latest : latest + 1;
    times[v] = fits ? start + delay : delay;
  });
  return cycles;
}

/** The latest cycle of each node, when all are to be done in cycle `last`. */
export function latest(
  { nodes }: TimingGraph,
  readers: readonly (readonly number[])[],
  budget: number,
  last: number,
): Cycles {
  const cycles = new Int32Array(nodes.length);
  // From a node's start to the end of what reads it in the same cycle.
  const times = new Float64Array(nodes.length);
  for (let v = nodes.length - 1; v >= 0; v--) {
    const { delay, cycle } = nodes[v] as TimingNode;
    const most = cycle ?? last;
    let first = most;
    const before = (w: number) => (cycles[w] as number) - Number(nodes[w]?.behind === true);
    for (const w of readers[v] as readonly number[]) first = Math.min(first, before(w));
    let rest = 0;
    for (const w of readers[v] as readonly number[])
      if (cycles[w] === first) rest = Math.max(rest, times[w] as number);
    const fits = !exceeds(rest + delay, budget);
    cycles[v] = fits ? first : first - 1;
    times[v] = fits ? rest + delay : delay;
  }
  return cycles;
}

/** When each node settles in its cycle, in ns after the clock edge. */
export function settle({ nodes }: TimingGraph, cycles: Cycles): Float64Array {
  const times = new Float64Array(nodes.length);
  nodes.forEach(({ operands, delay }, v) => {
    let start = 0;
    for (const u of operands) if (cycles[u] === cycles[v]) start = Math.max(start, times[u] as number);
    times[v] = start + delay;
  });
  return times;
}

/** The registers, in bits, that a schedule takes: a node is carried on to the last cycle in which something reads it. */
export function registerBits(
  { nodes }: TimingGraph,
  readers: readonly (readonly number[])[],
  cycles: Cycles,
): number {
  return nodes.reduce((sum, { bits }, u) => {
    const own = cycles[u] as number;
    const until = (readers[u] as readonly number[]).reduce((c, v) => Math.max(c, cycles[v] as number), own);
    return sum + bits * (until - own);
  }, 0);
}

/** The last cycle among operands, `least` at least, and when the last one in it settles. */
function lastOf(
  operands: readonly number[],
  cycles: Cycles,
  times: Float64Array,
  least: number,
): readonly [number, number] {
  let cycle = least;
  for (const u of operands) cycle = Math.max(cycle, cycles[u] as number);
  let time = 0;
  for (const u of operands) if (cycles[u] === cycle) time = Math.max(time, times[u] as number);
  return [cycle, time];
}
