import { LUT_INPUTS } from "../lower/delay.js";
import type { Network } from "./network.js";

/**
 * What a LUT of so many inputs costs a mapper that minimizes area: two small LUTs share the place of one large one.
 * These are the costs that Yosys' `synth_xilinx` gives its mapper (`abc -luts 2:2,3,6:5`).
 */
const COSTS = [0, 2, 2, 3, 5, 5, 5] as const;

/** What a LUT costs more: of two covers of equal cost the one of fewer LUTs is better. */
const EACH = 1e-3;

/** Cuts that are kept of each node. */
const CUTS = 8;

/** Passes that minimize the area flow, then the exact area. */
const FLOW_PASSES = 2;
const EXACT_PASSES = 2;

/** A LUT: the node that it computes from its inputs. */
export interface Lut {
  readonly node: number;
  readonly leaves: readonly number[];
}

interface Cut {
  /** Nodes, ascending. */
  readonly leaves: readonly number[];
  /** One bit for each leaf, by its number modulo 32: what this does not cover, the cut does not. */
  readonly signature: number;
  readonly cost: number;
}

/**
 * A cover of a network by LUTs of up to six inputs: which LUTs a technology mapper makes of it. As in A. Mishchenko,
 * S. Chatterjee, R. Brayton, "Improvements to technology mapping for LUT-based FPGAs" (2007): priority cuts, the least
 * depth first, then as little area as that depth allows, by area flow and by exact local area. Returns the LUTs in the order
 * of their nodes; `roots` are the nodes that something outside reads.
 */
export function coverByLuts(network: Network, roots: readonly number[]): readonly Lut[] {
  const mapper = new Mapper(network, roots);
  mapper.map();
  return mapper.luts();
}

class Mapper {
  /** The nodes that the roots depend on, in order; leaves have no cuts. */
  private readonly order: readonly number[];
  private readonly roots: readonly number[];
  private readonly cuts: (readonly Cut[] | undefined)[];
  private readonly best: (Cut | undefined)[];
  private readonly depth: Float64Array;
  private readonly flow: Float64Array;
  private readonly required: Float64Array;
  /** How many LUTs and roots read the node's LUT now. */
  private readonly reads: Int32Array;
  /** The same, smoothed over the passes, as an estimate of what sharing a node is worth. */
  private readonly shared: Float64Array;

  private readonly network: Network;

  constructor(network: Network, roots: readonly number[]) {
    this.network = network;
    const { size } = network;
    const needed = new Uint8Array(size);
    const readers = new Float64Array(size);
    this.roots = [...new Set(roots)].filter((node) => network.logic(node) !== undefined);
    for (const node of this.roots) needed[node] = 1;
    for (let node = size - 1; node > 0; node--) {
      if (needed[node] === 0) continue;
      for (const input of network.logic(node)?.inputs ?? []) {
        needed[input] = 1;
        readers[input] = (readers[input] as number) + 1;
      }
    }
    for (const node of this.roots) readers[node] = (readers[node] as number) + 1;
    this.order = Array.from({ length: size }, (_, node) => node).filter(
      (node) => needed[node] === 1 && network.logic(node) !== undefined,
    );
    this.cuts = new Array(size);
    this.best = new Array(size);
    this.depth = new Float64Array(size);
    this.flow = new Float64Array(size);
    this.required = new Float64Array(size);
    this.reads = new Int32Array(size);
    this.shared = readers.map((count) => Math.max(1, count));
  }

  map(): void {
    for (const node of this.order) this.enumerate(node);
    this.choose("depth");
    for (let pass = 0; pass < FLOW_PASSES; pass++) this.choose("flow");
    for (let pass = 0; pass < EXACT_PASSES; pass++) this.improve();
  }

  luts(): readonly Lut[] {
    return this.order
      .filter((node) => (this.reads[node] as number) > 0)
      .map((node) => ({ node, leaves: (this.best[node] as Cut).leaves }));
  }

  /** The cuts of a node: one of each of its inputs' cuts or the input itself, together; the best are kept. */
  private enumerate(node: number): void {
    const inputs = this.network.logic(node)?.inputs ?? [];
    let merged: Cut[] = [cutOf([])];
    for (const input of inputs) {
      const own = [cutOf([input]), ...(this.cuts[input] ?? [])];
      const next: Cut[] = [];
      for (const a of merged)
        for (const b of own) {
          if (bits(a.signature | b.signature) > LUT_INPUTS) continue;
          const leaves = union(a.leaves, b.leaves);
          if (leaves !== undefined) next.push(cutOf(leaves));
        }
      merged = this.prune(next, inputs.length > 2 ? 4 * CUTS : CUTS);
    }
    this.cuts[node] = this.prune([...merged, cutOf(inputs)], CUTS);
    const fastest = this.cuts[node]?.[0] as Cut;
    this.best[node] = fastest;
    this.depth[node] = this.depthOf(fastest);
    this.flow[node] = this.flowOf(fastest) / (this.shared[node] as number);
  }

  /** The best few cuts, the shallowest first, then those of least area; none that holds all of another one's leaves. */
  private prune(cuts: readonly Cut[], most: number): Cut[] {
    const rated = cuts.map((cut) => ({ cut, depth: this.depthOf(cut), flow: this.flowOf(cut) }));
    rated.sort((a, b) => a.depth - b.depth || a.flow - b.flow || a.cut.leaves.length - b.cut.leaves.length);
    const kept: Cut[] = [];
    for (const { cut } of rated) {
      if (kept.length === most) break;
      if (!kept.some((other) => contains(cut, other))) kept.push(cut);
    }
    return kept;
  }

  private depthOf({ leaves }: Cut): number {
    let depth = 0;
    for (const leaf of leaves) depth = Math.max(depth, this.depth[leaf] as number);
    return depth + 1;
  }

  private flowOf({ leaves, cost }: Cut): number {
    let flow: number = cost;
    for (const leaf of leaves) flow += this.flow[leaf] as number;
    return flow;
  }

  /** Chooses a cut for each node, by depth or, where the required depth allows it, by area flow. */
  private choose(by: "depth" | "flow"): void {
    for (const node of this.order) {
      if (by === "flow") {
        const allowed = this.required[node] as number;
        let chosen = this.best[node] as Cut;
        let least = this.depthOf(chosen) <= allowed ? this.flowOf(chosen) : Number.POSITIVE_INFINITY;
        for (const cut of this.cuts[node] ?? []) {
          const flow = this.flowOf(cut);
          if (flow < least - 1e-9 && this.depthOf(cut) <= allowed) [chosen, least] = [cut, flow];
        }
        this.best[node] = chosen;
      }
      const chosen = this.best[node] as Cut;
      this.depth[node] = this.depthOf(chosen);
      this.flow[node] = this.flowOf(chosen) / (this.shared[node] as number);
    }
    this.select();
  }

  /** Counts who reads each LUT of the chosen cover, and derives the depth that each node may have. */
  private select(): void {
    this.reads.fill(0);
    let deepest = 0;
    for (const node of this.roots) {
      this.reads[node] = (this.reads[node] as number) + 1;
      deepest = Math.max(deepest, this.depth[node] as number);
    }
    this.required.fill(Number.POSITIVE_INFINITY);
    for (const node of this.roots) this.required[node] = deepest;
    for (let i = this.order.length - 1; i >= 0; i--) {
      const node = this.order[i] as number;
      if (this.reads[node] === 0) continue;
      for (const leaf of (this.best[node] as Cut).leaves) {
        this.reads[leaf] = (this.reads[leaf] as number) + 1;
        this.required[leaf] = Math.min(this.required[leaf] as number, (this.required[node] as number) - 1);
      }
    }
    for (const node of this.order)
      this.shared[node] = Math.max(1, (2 * (this.shared[node] as number) + (this.reads[node] as number)) / 3);
  }

  /** Exchanges the cut of each LUT for the one that adds the least exact area, given all other LUTs. */
  private improve(): void {
    for (const node of this.order) {
      if ((this.reads[node] as number) > 0) {
        const allowed = this.required[node] as number;
        let chosen = this.best[node] as Cut;
        this.release(chosen);
        let least = this.take(chosen);
        this.release(chosen);
        for (const cut of this.cuts[node] ?? []) {
          if (cut === chosen || this.depthOf(cut) > allowed) continue;
          const area = this.take(cut);
          this.release(cut);
          if (area < least) [chosen, least] = [cut, area];
        }
        this.best[node] = chosen;
        this.take(chosen);
      }
      this.depth[node] = this.depthOf(this.best[node] as Cut);
      this.flow[node] = this.flowOf(this.best[node] as Cut) / (this.shared[node] as number);
    }
    this.select();
  }

  /** Adds a reader to each leaf of a cut, and to the leaves of LUTs that nothing read before; returns the area that adds. */
  private take(cut: Cut): number {
    let area: number = cut.cost;
    for (const leaf of cut.leaves) {
      const before = this.reads[leaf] as number;
      this.reads[leaf] = before + 1;
      const own = this.best[leaf];
      if (before === 0 && own !== undefined) area += this.take(own);
    }
    return area;
  }

  private release(cut: Cut): void {
    for (const leaf of cut.leaves) {
      const after = (this.reads[leaf] as number) - 1;
      this.reads[leaf] = after;
      const own = this.best[leaf];
      if (after === 0 && own !== undefined) this.release(own);
    }
  }
}

function cutOf(leaves: readonly number[]): Cut {
  let signature = 0;
  for (const leaf of leaves) signature |= 1 << (leaf & 31);
  return { leaves, signature, cost: (COSTS[leaves.length] as number) + EACH };
}

function bits(signature: number): number {
  let count = 0;
  for (let rest = signature; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** Two ascending lists as one; undefined when it is too long for a LUT. */
function union(a: readonly number[], b: readonly number[]): readonly number[] | undefined {
  const result: number[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (result.length === LUT_INPUTS) return undefined;
    const [x, y] = [a[i] ?? Number.POSITIVE_INFINITY, b[j] ?? Number.POSITIVE_INFINITY];
    result.push(Math.min(x, y));
    if (x <= y) i++;
    if (y <= x) j++;
  }
  return result;
}

/** Whether all leaves of `b` are leaves of `a`. */
function contains(a: Cut, b: Cut): boolean {
  if (b.leaves.length > a.leaves.length || (b.signature & ~a.signature) !== 0) return false;
  return b.leaves.every((leaf) => a.leaves.includes(leaf));
}
