import { Tinypool } from "tinypool";

/** The program of a worker thread: a module, which of its functions is called, and what it finds as its `workerData`. */
export interface ThreadProgram {
  readonly filename: string;
  readonly name?: string;
  readonly workerData?: unknown;
}

/** Items that wait per thread, besides the one it works on: enough that no thread ever waits for the reader. */
const AHEAD = 1;

/**
 * Items with what worker threads make of the task of each, in order. Items are taken only as results are, so that memory
 * holds a few per thread. What is in `transfer` moves to the threads: do not use it any more.
 */
export async function* inThreads<Item, Result>(
  program: ThreadProgram,
  threads: number,
  items: AsyncIterable<Item> | Iterable<Item>,
  taskOf: (item: Item) => { readonly task: unknown; readonly transfer?: ArrayBuffer[] },
): AsyncGenerator<readonly [Item, Result]> {
  const pool = new Tinypool({ ...program, minThreads: threads, maxThreads: threads });
  const waiting: (readonly [Item, Promise<Result>])[] = [];
  const settle = async (): Promise<readonly [Item, Result]> => {
    const [item, result] = waiting.shift() as (typeof waiting)[number];
    return [item, await result];
  };
  try {
    for await (const item of items) {
      const { task, transfer } = taskOf(item);
      const result: Promise<Result> = pool.run(task, { ...(transfer && { transferList: transfer }) });
      // Awaited in order below; until then a failure must not count as unhandled.
      result.catch(() => {});
      waiting.push([item, result]);
      if (waiting.length >= threads * (1 + AHEAD)) yield await settle();
    }
    while (waiting.length > 0) yield await settle();
  } finally {
    await pool.destroy();
  }
}
