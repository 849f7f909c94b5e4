import { type Cycles, exceeds, settle, type TimingGraph, type TimingNode } from "./graph.js";
import { MaxFlow, UNBOUNDED } from "./max-flow.js";

/** For each node the first and last cycle that it may be in. */
export interface Windows {
  readonly first: Cycles;
  readonly last: Cycles;
}

const [SOURCE, SINK] = [0, 1];

/**
 * The schedule with the fewest registers of all that keep to the windows and make every path within a cycle fit the
 * budget: exact.
 *
 * It is a minimum cut. A vertex for each node v and cycle k of its window stands for "v is in cycle k or before"; it is
 * on the source's side where that is true. Another one stands for "all that read v are in cycle k or before": an edge
 * from the first to the second costs the bits that v has in registers behind cycle k. What must not be (a reader before
 * what it reads) is an edge that is never cut. That two nodes must not share a cycle, since the path between them is too
 * long, is added where a cut breaks it, until none does (compare Leiserson and Saxe, "Retiming synchronous circuitry",
 * Algorithmica 6, 1991, whose linear program this is the dual of).
 */
export function minimizeRegisters(
  graph: TimingGraph,
  readers: readonly (readonly number[])[],
  budget: number,
  windows: Windows,
): Cycles {
  const { nodes } = graph;
  const { first, last } = windows;
  const flow = new MaxFlow();
  const starts = new Int32Array(nodes.length);
  nodes.forEach((_, v) => {
    starts[v] = Number.NaN;
    const count = (last[v] as number) - (first[v] as number);
    for (let i = 0; i < count; i++) {
      const vertex = flow.vertex();
      if (i === 0) starts[v] = vertex;
    }
  });
  /** "Node v is in cycle k or before". */
  const by = (v: number, k: number) =>
    k < (first[v] as number)
      ? SINK
      : k >= (last[v] as number)
        ? SOURCE
        : (starts[v] as number) + k - (first[v] as number);
  /** From the statement `a` follows `b`. */
  const implies = (a: number, b: number) => {
    if (a !== SINK && b !== SOURCE && a !== b) flow.edge(a, b, UNBOUNDED);
  };

  nodes.forEach(({ bits, operands, behind }, v) => {
    for (let k = first[v] as number; k < (last[v] as number); k++) {
      if (k + 1 < (last[v] as number)) implies(by(v, k), by(v, k + 1));
      for (const u of new Set(operands)) implies(by(v, k), by(u, k));
    }
    if (behind === true)
      for (let k = first[v] as number; k <= (last[v] as number); k++)
        for (const u of new Set(operands)) implies(by(v, k), by(u, k - 1));
    const own = readers[v] as readonly number[];
    const until = own.reduce((k, w) => Math.max(k, last[w] as number), first[v] as number);
    if (bits === 0) return;
    for (let k = first[v] as number; k < until; k++) {
      if (own.every((w) => by(w, k) === SOURCE)) continue;
      const [only] = own;
      if (own.length === 1 && only !== undefined) {
        charge(flow, by(v, k), by(only, k), bits);
        continue;
      }
      const read = own.some((w) => by(w, k) === SINK) ? SINK : flow.vertex();
      if (read !== SINK) for (const w of own) implies(read, by(w, k));
      charge(flow, by(v, k), read, bits);
    }
  });

  const separated = new Uint8Array(nodes.length);
  const cycles = new Int32Array(nodes.length);
  for (;;) {
    flow.run();
    nodes.forEach((_, v) => {
      let k = first[v] as number;
      while (k < (last[v] as number) && !flow.inSource(by(v, k))) k++;
      cycles[v] = k;
    });
    const times = settle(graph, cycles);
    let broken = false;
    for (let v = 0; v < nodes.length; v++) {
      if (!exceeds(times[v] as number, budget) || separated[v] === 1) continue;
      separated[v] = 1;
      for (const u of tooFar(nodes, v, budget)) {
        for (let k = first[v] as number; k <= (last[v] as number); k++) {
          if (by(v, k) === SINK || by(u, k - 1) === SOURCE) continue;
          implies(by(v, k), by(u, k - 1));
          broken = true;
        }
      }
    }
    if (!broken) return cycles;
  }
}

/** Cutting between two statements costs as many bits. */
function charge(flow: MaxFlow, from: number, to: number, bits: number): void {
  if (from !== SINK && to !== SOURCE && from !== to) flow.edge(from, to, bits);
}

/**
 * The nodes that must be in an earlier cycle than `v`, because a path from them to v is too long, and from which it follows
 * for all others before them.
 */
function tooFar(nodes: readonly TimingNode[], v: number, budget: number): readonly number[] {
  /** The longest path from each node to v, both included, in the order of falling indices. */
  const paths = new Map<number, number>([[v, (nodes[v] as TimingNode).delay]]);
  const heap = [v];
  const found: number[] = [];
  for (;;) {
    // The node that comes last of those left: all its paths to v are known.
    const u = popLargest(heap);
    if (u === undefined) return found;
    const path = paths.get(u) as number;
    if (exceeds(path, budget)) {
      found.push(u);
      continue;
    }
    for (const w of (nodes[u] as TimingNode).operands) {
      const known = paths.get(w);
      const longer = path + (nodes[w] as TimingNode).delay;
      if (known === undefined) pushHeap(heap, w);
      if (known === undefined || longer > known) paths.set(w, longer);
    }
  }
}

function pushHeap(heap: number[], value: number): void {
  let i = heap.push(value) - 1;
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if ((heap[parent] as number) >= value) break;
    heap[i] = heap[parent] as number;
    i = parent;
  }
  heap[i] = value;
}

function popLargest(heap: number[]): number | undefined {
  const top = heap[0];
  const value = heap.pop();
  if (value === undefined || heap.length === 0) return top;
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && (heap[child + 1] as number) > (heap[child] as number)) child++;
    if ((heap[child] as number) <= value) break;
    heap[i] = heap[child] as number;
    i = child;
  }
  heap[i] = value;
  return top;
}
