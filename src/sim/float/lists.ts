/** For each of many elements a list of indices: element e has items[start[e]] … items[start[e + 1] − 1]. */
export interface Lists {
  readonly start: Int32Array;
  readonly items: Int32Array;
}

export function listsOf(lists: readonly (readonly number[])[]): Lists {
  const start = new Int32Array(lists.length + 1);
  for (const [e, list] of lists.entries()) start[e + 1] = start[e] + list.length;
  const items = new Int32Array(start[lists.length]);
  for (const [e, list] of lists.entries()) items.set(list, start[e]);
  return { start, items };
}

/** For each index below `size` the elements in whose lists it is. */
export function inverseOf({ start, items }: Lists, size: number): Lists {
  const first = new Int32Array(size + 1);
  for (const item of items) first[item + 1]++;
  for (let i = 0; i < size; i++) first[i + 1] += first[i];
  const next = first.slice();
  const elements = new Int32Array(items.length);
  for (let e = 0; e + 1 < start.length; e++) {
    for (let n = start[e]; n < start[e + 1]; n++) elements[next[items[n]]++] = e;
  }
  return { start: first, items: elements };
}
