/** More than any sum of finite capacities: an edge of this capacity is never cut. */
export const UNBOUNDED = 2 ** 40;

/**
 * Maximum flow and minimum cut (Dinic, "Algorithm for solution of a problem of maximum flow in networks with power
 * estimation", Soviet Math. Doklady 11, 1970). Edges may be added between runs; the flow found so far stays and is
 * augmented. Vertex 0 is the source, vertex 1 the sink.
 */
export class MaxFlow {
  /** Of each edge its end, the capacity left, and the next edge of its start; edge e ^ 1 is its reverse. */
  private readonly ends: number[] = [];
  private readonly left: number[] = [];
  private readonly next: number[] = [];
  private readonly heads: number[] = [-1, -1];
  private levels = new Int32Array(0);

  /** A new vertex. */
  vertex(): number {
    return this.heads.push(-1) - 1;
  }

  /** An edge; cutting it costs its capacity. */
  edge(from: number, to: number, capacity: number): void {
    this.half(from, to, capacity);
    this.half(to, from, 0);
  }

  private half(from: number, to: number, capacity: number): void {
    this.ends.push(to);
    this.left.push(capacity);
    this.next.push(this.heads[from] as number);
    this.heads[from] = this.ends.length - 1;
  }

  /** Augments the flow to a maximum. Afterwards `inSource` tells the sides of a minimum cut. */
  run(): void {
    while (this.layer()) {
      const current = Int32Array.from(this.heads);
      while (this.augment(current)) {}
    }
  }

  /** Whether a vertex is on the source's side of the minimum cut with the fewest vertices there. */
  inSource(vertex: number): boolean {
    return (this.levels[vertex] as number) >= 0;
  }

  /** Distances from the source in edges with capacity left; false when none leads to the sink. */
  private layer(): boolean {
    this.levels = new Int32Array(this.heads.length).fill(-1);
    this.levels[0] = 0;
    const queue = [0];
    for (let first = 0; first < queue.length; first++) {
      const vertex = queue[first] as number;
      for (let e = this.heads[vertex] as number; e >= 0; e = this.next[e] as number) {
        const end = this.ends[e] as number;
        if ((this.left[e] as number) === 0 || (this.levels[end] as number) >= 0) continue;
        this.levels[end] = (this.levels[vertex] as number) + 1;
        queue.push(end);
      }
    }
    return (this.levels[1] as number) >= 0;
  }

  /** Sends flow along one path of growing distance; `current` skips edges that led nowhere. */
  private augment(current: Int32Array): boolean {
    const path: number[] = [];
    let vertex = 0;
    while (vertex !== 1) {
      let e = current[vertex] as number;
      const level = (this.levels[vertex] as number) + 1;
      while (e >= 0 && !((this.left[e] as number) > 0 && this.levels[this.ends[e] as number] === level))
        e = this.next[e] as number;
      current[vertex] = e;
      if (e >= 0) {
        path.push(e);
        vertex = this.ends[e] as number;
        continue;
      }
      const back = path.pop();
      if (back === undefined) return false;
      // A dead end: no path of this layering goes through it.
      this.levels[vertex] = -2;
      vertex = this.ends[back ^ 1] as number;
    }
    const amount = path.reduce((least, e) => Math.min(least, this.left[e] as number), UNBOUNDED);
    for (const e of path) {
      this.left[e] = (this.left[e] as number) - amount;
      this.left[e ^ 1] = (this.left[e ^ 1] as number) + amount;
    }
    return true;
  }
}
