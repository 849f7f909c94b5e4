import { describe, expect, it } from "vitest";
import {
  earliest,
  exceeds,
  latest,
  readersOf,
  registerBits,
  settle,
  type TimingGraph,
  type TimingNode,
} from "../../../src/lower/retime/graph.js";
import { leastCycles, moveBorders, retime, scheduleWithin } from "../../../src/lower/retime/index.js";
import { MaxFlow } from "../../../src/lower/retime/max-flow.js";
import { Random } from "../../support/random.js";

const BUDGET = 1;

/** A few inputs and nodes that read earlier ones, of which some are outputs. */
function randomGraph(
  seed: number,
  count: number,
): { readonly graph: TimingGraph; readonly outputs: readonly number[] } {
  const random = new Random(seed);
  const nodes: TimingNode[] = [];
  const inputs = random.integer(1, 3);
  for (let v = 0; v < inputs; v++)
    nodes.push({ delay: 0.1 * random.integer(0, 5), bits: random.integer(1, 9), operands: [], cycle: 0 });
  for (let v = inputs; v < count; v++) {
    const operands = random.array(random.integer(1, 3), () => random.integer(Math.max(0, v - 5), v - 1));
    const behind = random.chance(0.15);
    nodes.push({ delay: 0.1 * random.integer(0, 8), bits: random.integer(0, 9), operands, behind });
  }
  const read = new Set(nodes.flatMap(({ operands }) => operands));
  const outputs = nodes.flatMap((_, v) => (!read.has(v) || random.chance(0.1) ? [v] : []));
  return { graph: { nodes }, outputs };
}

/** Every schedule that fits, one after the other. */
function* schedules({ nodes }: TimingGraph, last: number): Generator<Int32Array> {
  const cycles = new Int32Array(nodes.length);
  const graph = { nodes };
  function* from(v: number): Generator<Int32Array> {
    if (v === nodes.length) {
      if (settle(graph, cycles).every((time) => !exceeds(time, BUDGET))) yield cycles;
      return;
    }
    const { operands, cycle, behind } = nodes[v] as TimingNode;
    const after = behind === true ? 1 : 0;
    const least = Math.max(0, ...operands.map((u) => (cycles[u] as number) + after));
    for (let k = cycle ?? least; k <= (cycle ?? last); k++) {
      cycles[v] = k;
      yield* from(v + 1);
    }
  }
  yield* from(0);
}

/** What `retime` minimizes over: with an end that reads the outputs in the last cycle. */
const ended = ({ nodes }: TimingGraph, outputs: readonly number[], last: number): TimingGraph => ({
  nodes: [...nodes, { delay: 0, bits: 0, operands: outputs, cycle: last }],
});

describe("retiming", () => {
  it("finds the fewest registers: none of all schedules has fewer", () => {
    let moved = 0;
    for (let seed = 1; seed <= 250; seed++) {
      const { graph, outputs } = randomGraph(seed, 7);
      const least = leastCycles(graph, outputs, BUDGET);
      for (const last of [least, least + 1]) {
        if (last > 3) continue;
        const whole = ended(graph, outputs, last);
        const readers = readersOf(whole);
        const found = retime(graph, outputs, BUDGET, last);
        let fewest = Number.POSITIVE_INFINITY;
        for (const cycles of schedules(whole, last))
          fewest = Math.min(fewest, registerBits(whole, readers, cycles));
        expect(found.bits, `seed ${seed}, last cycle ${last}`).toBe(fewest);
        if (fewest < registerBits(whole, readers, earliest(whole, BUDGET))) moved++;
      }
    }
    expect(moved).toBeGreaterThan(40);
  });

  it("keeps order, budget and inputs in larger graphs, and border by border takes no more registers than the earliest schedule, and no fewer than the exact one", () => {
    let fewer = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const { graph, outputs } = randomGraph(seed, 120);
      const last = leastCycles(graph, outputs, BUDGET);
      const whole = ended(graph, outputs, last);
      const readers = readersOf(whole);
      const first = earliest(whole, BUDGET);
      const windows = { first, last: latest(whole, readers, BUDGET, last) };
      const { cycles, bits, times } = retime(graph, outputs, BUDGET, last);
      const asap = registerBits(whole, readers, first);
      const moved = moveBorders(whole, readers, BUDGET, windows);
      expect(settle(whole, moved).every((time) => !exceeds(time, BUDGET))).toBe(true);
      const between = registerBits(whole, readers, moved);
      expect(between).toBeLessThanOrEqual(asap);
      expect(bits).toBeLessThanOrEqual(between);
      expect(bits).toBeLessThanOrEqual(registerBits(whole, readers, windows.last));
      if (between < asap) fewer++;
      graph.nodes.forEach(({ operands, cycle }, v) => {
        for (const u of operands) expect(cycles[u]).toBeLessThanOrEqual(cycles[v] as number);
        if (cycle !== undefined) expect(cycles[v]).toBe(cycle);
        expect(exceeds(times[v] as number, BUDGET)).toBe(false);
      });
    }
    expect(fewer).toBeGreaterThan(20);
  });

  it("leaves out what no output needs, however slow it is, and takes no registers for it", () => {
    const nodes: TimingNode[] = [
      { delay: 0.5, bits: 3, operands: [], cycle: 0 },
      { delay: 0.4, bits: 3, operands: [0] },
      ...[1, 2, 3].map((u) => ({ delay: 0.9, bits: 3, operands: [u] })),
    ];
    expect(retime({ nodes }, [1], BUDGET, 0)).toMatchObject({ bits: 0, last: 0 });
    expect([...retime({ nodes }, [1], BUDGET, 0).cycles]).toEqual([0, 0, -1, -1, -1]);
    expect([...retime({ nodes }, [3], BUDGET, 2).cycles]).toEqual([0, 0, 1, 2, -1]);
  });

  it("takes more cycles only where they are allowed and take fewer registers", () => {
    let more = 0;
    for (let seed = 1; seed <= 150; seed++) {
      const { graph, outputs } = randomGraph(seed, 14);
      const least = leastCycles(graph, outputs, BUDGET);
      const tight = scheduleWithin(graph, outputs, BUDGET, undefined);
      const loose = scheduleWithin(graph, outputs, BUDGET, least + 2);
      expect(tight.last).toBe(least);
      expect(loose.last).toBeLessThanOrEqual(least + 2);
      if (loose.last > least) more++;
      expect(loose.bits < tight.bits || loose.last === least).toBe(true);
      expect(scheduleWithin(graph, outputs, BUDGET, least - 1).last).toBe(least);
    }
    expect(more).toBeGreaterThan(0);
  });
});

describe("a minimum cut", () => {
  it("has the capacity of the best of all cuts, also when edges come later", () => {
    for (let seed = 1; seed <= 100; seed++) {
      const random = new Random(seed);
      const flow = new MaxFlow();
      const count = 7;
      while (flow.vertex() < count - 1) {}
      const edges: (readonly [number, number, number])[] = [];
      for (let round = 0; round < 3; round++) {
        for (let i = 0; i < 6; i++) {
          const edge = [
            random.integer(0, count - 1),
            random.integer(0, count - 1),
            random.integer(0, 9),
          ] as const;
          edges.push(edge);
          flow.edge(...edge);
        }
        flow.run();
        const cost = (side: (vertex: number) => boolean) =>
          edges.reduce((sum, [a, b, capacity]) => sum + (side(a) && !side(b) ? capacity : 0), 0);
        let best = Number.POSITIVE_INFINITY;
        for (let sides = 0; sides < 2 ** count; sides++)
          if ((sides & 3) === 1)
            best = Math.min(
              best,
              cost((vertex) => ((sides >> vertex) & 1) === 1),
            );
        expect(
          cost((vertex) => flow.inSource(vertex)),
          `seed ${seed}`,
        ).toBe(best);
        expect([flow.inSource(0), flow.inSource(1)]).toEqual([true, false]);
      }
    }
  });
});
