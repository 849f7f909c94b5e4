import { Tinypool } from "tinypool";
import type { Block, Values } from "../sim/simulator.js";
import { loadSimulator, moduleUrl } from "../sim/typescript/load.js";

/** Blocks that wait per thread, besides the one it works on: enough that no thread ever waits for the reader. */
const AHEAD = 1;

/**
 * Runs blocks of events through a golden model (its JavaScript text) on `threads` worker threads, or on this one. The
 * results come in the blocks' order; blocks are taken only as results are, so that memory holds a few per thread. The
 * golden model needs nothing but itself, so it is the worker's whole program. The blocks' arrays move to the workers:
 * do not use them any more.
 */
export async function* simulateBlocks(
  javascript: string,
  blocks: AsyncIterable<Block> | Iterable<Block>,
  threads: number,
): AsyncGenerator<Values> {
  if (threads <= 1) {
    const simulator = await loadSimulator(javascript);
    for await (const block of blocks) yield simulator.runBlock(block);
    return;
  }
  const pool = new Tinypool({
    filename: moduleUrl(javascript),
    name: "runBlock",
    minThreads: threads,
    maxThreads: threads,
  });
  const running: Promise<Values>[] = [];
  try {
    for await (const block of blocks) {
      const result: Promise<Values> = pool.run(block, { transferList: buffersOf(block) });
      // Awaited in order below; until then a failure must not count as unhandled.
      result.catch(() => {});
      running.push(result);
      if (running.length >= threads * (1 + AHEAD)) yield await (running.shift() as Promise<Values>);
    }
    while (running.length > 0) yield await (running.shift() as Promise<Values>);
  } finally {
    await pool.destroy();
  }
}

/** The memory of the block's typed arrays, where an array has it for itself. */
function buffersOf({ inputs }: Block): ArrayBuffer[] {
  const buffers = Object.values(inputs).flatMap((array) => {
    if (Array.isArray(array) || !(array.buffer instanceof ArrayBuffer)) return [];
    return array.byteLength === array.buffer.byteLength ? [array.buffer] : [];
  });
  return [...new Set(buffers)];
}
