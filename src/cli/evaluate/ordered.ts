/** Starts the work on items ahead of its results, at most `ahead` at a time, and gives items with results in order. */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item>,
  ahead: number,
  start: (item: Item) => Promise<Result>,
): AsyncGenerator<readonly [Item, Result]> {
  const waiting: (readonly [Item, Promise<Result>])[] = [];
  const settle = async (): Promise<readonly [Item, Result]> => {
    const [item, result] = waiting.shift() as (typeof waiting)[number];
    return [item, await result];
  };
  for await (const item of items) {
    const result = start(item);
    // Awaited in order below; until then a failure must not count as unhandled.
    result.catch(() => {});
    waiting.push([item, result]);
    if (waiting.length > ahead) yield await settle();
  }
  while (waiting.length > 0) yield await settle();
}
