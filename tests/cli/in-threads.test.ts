import { describe, expect, it } from "vitest";
import { inThreads } from "../../src/cli/in-threads.js";
import { moduleUrl } from "../../src/sim/typescript/load.js";

const WORKER = moduleUrl(`
  export default async function (n) {
    if (n === 13) throw new Error("thirteen");
    await new Promise((resolve) => setTimeout(resolve, (7 * n) % 5));
    return n * n;
  }`);

async function squares(items: Iterable<number>): Promise<readonly (readonly [number, number])[]> {
  const pairs: (readonly [number, number])[] = [];
  const all = inThreads<number, number>({ filename: WORKER }, 2, items, (n) => ({ task: n }));
  for await (const pair of all) pairs.push(pair);
  return pairs;
}

describe("worker threads", () => {
  it("give results in the order of the items", async () => {
    const items = Array.from({ length: 12 }, (_, n) => n);
    expect(await squares(items)).toEqual(items.map((n) => [n, n * n]));
    expect(await squares([])).toEqual([]);
  });

  it("are given items only as results are taken", async () => {
    let taken = 0;
    function* endless() {
      for (;;) yield 100 + taken++;
    }
    const all = inThreads<number, number>({ filename: WORKER }, 2, endless(), (n) => ({ task: n }));
    expect((await all.next()).value).toEqual([100, 10000]);
    expect(taken).toBe(4);
    await all.return(undefined);
  });

  it("hand on what a task throws", async () => {
    await expect(squares([12, 13, 14])).rejects.toThrow("thirteen");
  });
});
