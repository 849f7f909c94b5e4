/**
 * A priority queue whose priorities change behind its back: an item is pushed anew when its priority grows, and when it
 * comes up with a priority that has fallen meanwhile it goes back. Equal priorities come out in the order of their
 * first push, so that results do not depend on the history.
 */
export class LazyHeap<Item> {
  private readonly entries: { readonly item: Item; readonly priority: number; readonly order: number }[] = [];
  private readonly orders = new Map<Item, number>();
  private readonly priorityOf: (item: Item) => number;

  /** `priorityOf` tells the priority now; 0 or less means that the item is not wanted any more. */
  constructor(priorityOf: (item: Item) => number) {
    this.priorityOf = priorityOf;
  }

  push(item: Item): void {
    const order = this.orders.get(item) ?? this.orders.size;
    this.orders.set(item, order);
    const entry = { item, priority: this.priorityOf(item), order };
    if (entry.priority <= 0) return;
    let at = this.entries.length;
    this.entries.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(entry, this.entries[parent])) break;
      this.entries[at] = this.entries[parent];
      at = parent;
    }
    this.entries[at] = entry;
  }

  /** The item with the highest priority; undefined when none is wanted. */
  pop(): Item | undefined {
    for (;;) {
      const top = this.entries[0];
      if (top === undefined) return undefined;
      this.dropTop();
      const now = this.priorityOf(top.item);
      if (now === top.priority) return top.item;
      if (now > 0 && now < top.priority) this.push(top.item);
      // With a higher priority it was pushed anew and has come up already, or it is not wanted.
    }
  }

  private dropTop(): void {
    const last = this.entries.pop();
    if (last === undefined || this.entries.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.entries.length) break;
      if (child + 1 < this.entries.length && before(this.entries[child + 1], this.entries[child])) child++;
      if (!before(this.entries[child], last)) break;
      this.entries[at] = this.entries[child];
      at = child;
    }
    this.entries[at] = last;
  }
}

interface Ranked {
  readonly priority: number;
  readonly order: number;
}

function before(a: Ranked, b: Ranked): boolean {
  return a.priority > b.priority || (a.priority === b.priority && a.order < b.order);
}
