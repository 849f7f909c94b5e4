import { UserError } from "../../ir/errors.js";
import type { Reference } from "./calls.js";

interface Sortable {
  readonly id: string;
  readonly layer: { readonly where: string };
  readonly inputs: readonly Reference[];
}

/** Orders calls so that each comes after its inputs; otherwise in the file's order. Throws a UserError on circles. */
export function sortCalls<Call extends Sortable>(
  calls: readonly Call[],
  known: ReadonlySet<string>,
): readonly Call[] {
  const waiting = new Map<string, number>();
  const readers = new Map<string, Call[]>();
  const sorted: Call[] = [];
  for (const call of calls) {
    for (const { call: input } of call.inputs) {
      if (!known.has(input)) {
        throw new UserError(`its input '${input}' does not exist`, { where: call.layer.where });
      }
      const list = readers.get(input) ?? [];
      list.push(call);
      readers.set(input, list);
    }
    waiting.set(call.id, call.inputs.length);
    if (call.inputs.length === 0) sorted.push(call);
  }
  for (const call of sorted) {
    for (const reader of readers.get(call.id) ?? []) {
      const left = (waiting.get(reader.id) as number) - 1;
      waiting.set(reader.id, left);
      if (left === 0) sorted.push(reader);
    }
  }
  if (sorted.length < calls.length) {
    const done = new Set(sorted);
    const stuck = calls.find((call) => !done.has(call)) as Call;
    throw new UserError("its input depends on its own output", { where: stuck.layer.where });
  }
  return sorted;
}
