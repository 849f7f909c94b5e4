import { fileURLToPath } from "node:url";
import type { EventBlock, EventSource } from "../../events/source.js";
import { inThreads } from "../in-threads.js";
import { limitBlocks } from "../simulate.js";
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
    const filename = fileURLToPath(new URL("./score-worker.js", import.meta.url));
    const program = { filename, workerData: setup };
    yield* inThreads<EventBlock, Scores>(program, threads, blocks, (block) => ({ task: taskOf(block) }));
  }
}
