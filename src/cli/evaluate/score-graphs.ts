import { fileURLToPath } from "node:url";
import { Tinypool } from "tinypool";
import type { EventBlock, EventSource } from "../../events/source.js";
import { limitBlocks } from "../simulate.js";
import { inOrder } from "./ordered.js";
import { createScorer, type ScoreSetup, type Scores, type ScoreTask } from "./score.js";

/** Graphs of a block. */
const BLOCK_GRAPHS = 50;

/** The scores of each of the first `count` graphs of a source, in order; worker threads compute them where there are several. */
export async function* scoreGraphs(
  setup: ScoreSetup,
  source: EventSource,
  { count, threads }: { readonly count: number; readonly threads: number },
): AsyncGenerator<Scores> {
  for await (const [{ rows }, { fixed, float }] of scoreBlocks()) {
    const size = fixed.length / rows;
    for (let row = 0; row < rows; row++) {
      const own = (all: Float64Array) => all.subarray(row * size, (row + 1) * size);
      yield { fixed: own(fixed), float: own(float) };
    }
  }

  async function* scoreBlocks(): AsyncGenerator<readonly [EventBlock, Scores]> {
    const blocks = limitBlocks(source.blocks(source.names, BLOCK_GRAPHS), count);
    const taskOf = ({ rows, arrays }: EventBlock): ScoreTask => ({ rows, inputs: arrays });
    if (threads === 1) {
      const score = await createScorer(setup);
      for await (const block of blocks) yield [block, score(taskOf(block))];
      return;
    }
    const pool = new Tinypool({
      filename: fileURLToPath(new URL("./score-worker.js", import.meta.url)),
      workerData: setup,
      minThreads: threads,
      maxThreads: threads,
    });
    try {
      yield* inOrder(blocks, threads, (block): Promise<Scores> => pool.run(taskOf(block)));
    } finally {
      await pool.destroy();
    }
  }
}
