import { describe, expect, it } from "vitest";
import { simulateBlocks } from "../../src/cli/simulate-pool.js";
import type { Fixed } from "../../src/ir/fixed/fixed.js";
import { fromBigInts, type IntegerArray, toBigInts } from "../../src/sim/elements.js";
import { referenceSimulator } from "../../src/sim/reference.js";
import type { Block } from "../../src/sim/simulator.js";
import { emitTypeScript } from "../../src/sim/typescript/emit.js";
import { loadSimulator } from "../../src/sim/typescript/load.js";
import { transpile } from "../../src/sim/typescript/transpile.js";
import { Random } from "../support/random.js";
import { randomFixed, randomInputs } from "../support/random-fixed.js";

/** A block of random events that asks for the values of all nodes. */
function randomBlock(fixed: Fixed, random: Random, count: number): Block {
  const { inputs, nodes } = referenceSimulator(fixed);
  const events = random.array(count, () => randomInputs(random, fixed));
  return {
    count,
    inputs: Object.fromEntries(
      inputs.map(({ name, elements }) => [
        name,
        fromBigInts(
          elements,
          events.flatMap((event) => event[name]),
        ),
      ]),
    ),
    nodes: nodes.map(({ name }) => name),
  };
}

function integersOf(values: Readonly<Record<string, IntegerArray>>): Record<string, readonly bigint[]> {
  return Object.fromEntries(Object.entries(values).map(([name, array]) => [name, toBigInts(array)]));
}

describe("blocks of events", () => {
  it("give what the events give one by one, in both engines", async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const fixed = randomFixed(seed, seed % 2 === 0 ? { inputBits: 60, weightBits: 20 } : {});
      const block = randomBlock(fixed, new Random(seed), 5);
      const reference = referenceSimulator(fixed);
      const fast = await loadSimulator(transpile(emitTypeScript(fixed)));
      const expected = integersOf(reference.runBlock(block));
      expect(integersOf(fast.runBlock(block)), `seed ${seed}`).toEqual(expected);

      const last = Object.fromEntries(
        reference.inputs.map(({ name }) => {
          const array = block.inputs[name];
          return [name, array.slice((array.length / 5) * 4)];
        }),
      );
      for (const [name, values] of Object.entries(integersOf(reference.trace(last)))) {
        expect(expected[name].slice((expected[name].length / 5) * 4)).toEqual(values);
      }
    }
  });

  it("give only the wanted nodes, in arrays of their own; one that does not exist is an error", async () => {
    const fixed = randomFixed(7);
    const [{ value }] = fixed.outputs;
    const block = { ...randomBlock(fixed, new Random(1), 3), nodes: [value] };
    for (const simulator of [
      referenceSimulator(fixed),
      await loadSimulator(transpile(emitTypeScript(fixed))),
    ]) {
      const first = simulator.runBlock(block);
      expect(Object.keys(first)).toEqual([value]);
      expect(simulator.runBlock(block)[value]).not.toBe(first[value]);
      expect(() => simulator.runBlock({ ...block, nodes: ["logits"] })).toThrow(/there is no node '?logits/);
    }
  });
});

describe("worker threads", () => {
  const fixed = randomFixed(3, { structure: "chain", image: [4, 8, 3] });
  const javascript = transpile(emitTypeScript(fixed));
  const blocks = () => {
    const random = new Random(5);
    return random.array(9, (i) => randomBlock(fixed, random, 1 + (i % 4)));
  };

  it.each([1, 2, 3])("%i of them give the results in order", async (threads) => {
    const reference = referenceSimulator(fixed);
    const expected = blocks().map((block) => integersOf(reference.runBlock(block)));
    const found: unknown[] = [];
    for await (const values of simulateBlocks(javascript, blocks(), threads)) found.push(integersOf(values));
    expect(found).toEqual(expected);
  });

  it("take blocks only as results are taken", async () => {
    let taken = 0;
    function* counted() {
      for (const block of blocks()) {
        taken++;
        yield block;
      }
    }
    const results = simulateBlocks(javascript, counted(), 2);
    await results.next();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(taken).toBe(4);
    await results.return(undefined);
  });

  it("pass an error on and end", async () => {
    const [good, bad] = blocks();
    const broken: Block = { ...bad, count: bad.count + 1 };
    const results = simulateBlocks(javascript, [good, broken], 2);
    await results.next();
    await expect(results.next()).rejects.toThrow(/input input takes \d+ integers, found 0/);
    expect((await results.next()).done).toBe(true);
  });
});
