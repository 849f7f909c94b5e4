import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { SearchRunner } from "../lower/effort.js";
import type { Plan } from "../lower/linear/plan.js";
import { planBy } from "../lower/linear/search.js";
import type { SearchMessage } from "./search-worker.js";
import {
  type Answer,
  answersIn,
  awaitAnswer,
  newState,
  type SharedSearch,
  takePart,
} from "./shared-search.js";

const WORKER = fileURLToPath(new URL("./search-worker.js", import.meta.url));

/**
 * Terms of a network times strategies from which on worker threads help. Of fewer, this thread has tried all before a new thread
 * has read its program or, where threads run already, the network. Measured, some 0.1 ms a term.
 */
const PAYS = { first: 1500, later: 150 } as const;
/** Answers that take so many times as long as all of this thread's own took are not waited for: their thread may have died. */
const PATIENCE = { times: 2, leastMs: 10_000 } as const;

/**
 * Tries strategies in `threads` threads, of which this one is one: it takes strategies as the others do, and waits for their last
 * answers. The answers are those of a plain loop. The threads do not keep the program from ending, and end with it. Where one
 * cannot work, which `say` gets a line about, the others do its share.
 */
export function searchThreads(threads: number, say: (line: string) => void): SearchRunner {
  let workers: readonly Worker[] = [];
  const startUpTo = (count: number) => {
    // Run from the sources, as tests do, there is no program for a thread.
    if (!existsSync(WORKER)) return;
    const more = Array.from({ length: Math.max(0, count - workers.length) }, () => {
      const worker = new Worker(WORKER);
      worker.unref();
      worker.on("error", (error) =>
        say(`note: a thread that looked for adder graphs ended: ${error.message}`),
      );
      return worker;
    });
    workers = [...workers, ...more];
  };

  return {
    run(network, effort, count) {
      const work = count * network.rows.reduce((sum, { terms }) => sum + terms.length, 0);
      const helpers = Math.min(threads, count) - 1;
      if (work >= PAYS.first) startUpTo(helpers);
      const search = { network, effort, count, state: newState() };
      return planAll(search, work >= PAYS.later ? workers.slice(0, helpers) : []);
    },
  };
}

function planAll(search: SharedSearch, workers: readonly Worker[]): readonly (Plan | undefined)[] {
  const { network, effort, count, state } = search;
  const ports = workers.map((worker) => {
    const { port1, port2 } = new MessageChannel();
    worker.postMessage({ search, port: port2 } satisfies SearchMessage, [port2]);
    return port1;
  });
  const answers = new Map<number, Answer>();
  const keep = (answer: Answer) => void answers.set(answer.strategy, answer);
  const start = performance.now();
  takePart(search, keep);
  const patience = Math.max(PATIENCE.leastMs, PATIENCE.times * (performance.now() - start));
  for (;;) {
    const known = answersIn(state);
    for (const port of ports) {
      for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port))
        keep(next.message as Answer);
    }
    if (answers.size === count || !awaitAnswer(state, known, patience)) break;
  }
  for (const port of ports) port.close();
  // What is missing or failed is tried here, in order, so that an error is the one of a plain loop.
  return Array.from({ length: count }, (_, strategy) => {
    const answer = answers.get(strategy);
    return answer === undefined || answer.failed ? planBy(network, effort, strategy) : answer.plan;
  });
}
