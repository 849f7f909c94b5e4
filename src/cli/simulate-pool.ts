import type { Block, Values } from "../sim/simulator.js";
import { loadSimulator, moduleUrl } from "../sim/typescript/load.js";
import { inThreads } from "./in-threads.js";

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
  const program = { filename: moduleUrl(javascript), name: "runBlock" };
  const simulated = inThreads<Block, Values>(program, threads, blocks, (block) => ({
    task: block,
    transfer: buffersOf(block),
  }));
  for await (const [, values] of simulated) yield values;
}

/** The memory of the block's typed arrays, where an array has it for itself. */
function buffersOf({ inputs }: Block): ArrayBuffer[] {
  const buffers = Object.values(inputs).flatMap((array) => {
    if (Array.isArray(array) || !(array.buffer instanceof ArrayBuffer)) return [];
    return array.byteLength === array.buffer.byteLength ? [array.buffer] : [];
  });
  return [...new Set(buffers)];
}
