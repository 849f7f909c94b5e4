import { UserError } from "../ir/errors.js";
import type { Dtype, TypedArray } from "./npy.js";

/** Consecutive events: for each array asked for, `rows` × its shape in row-major order. */
export interface EventBlock {
  /** Index of the first event. */
  readonly start: number;
  readonly rows: number;
  readonly arrays: Readonly<Record<string, TypedArray>>;
}

/** A file of events: named arrays whose first axis is the event. */
export interface EventSource {
  /** How to name it in messages: a path. */
  readonly file: string;
  /** Number of events. */
  readonly count: number;
  /** The arrays it holds. */
  readonly names: readonly string[];
  /** True where the file's format knows no names: its one array has a name that no user could know. */
  readonly unnamed?: boolean;
  has(name: string): boolean;
  /** Shape of one event's part of an array (the event axis left out); UserError if there is no such array. */
  shape(name: string): readonly number[];
  /** Element type of an array; UserError if there is no such array. */
  dtype(name: string): Dtype;
  /**
   * The named arrays in blocks of `rows` events (the last may be shorter). The memory needed is that of a block,
   * however many events there are. A damaged file is a UserError, at the latest after the last block.
   */
  blocks(names: readonly string[], rows: number): AsyncGenerator<EventBlock>;
}

/** What a source knows about an array: its element type, and its shape with the event axis first. */
export interface ArrayInfo {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

/** Checks that all arrays have the event axis in common; answers the queries of an EventSource about them. */
export function describeArrays(
  file: string,
  arrays: ReadonlyMap<string, ArrayInfo>,
): Pick<EventSource, "file" | "count" | "names" | "has" | "shape" | "dtype"> {
  const names = [...arrays.keys()];
  if (names.length === 0) throw new UserError("there is no array of events in it", { where: file });
  const count = arrays.get(names[0])!.shape[0];
  for (const [name, { shape }] of arrays) {
    if (shape[0] !== count) {
      throw new UserError(`array '${name}' has ${shape[0]} events, but array '${names[0]}' has ${count}`, {
        where: file,
        hint: "The first axis of every array is the event.",
      });
    }
  }
  const info = (name: string): ArrayInfo => {
    const found = arrays.get(name);
    if (found === undefined) {
      throw new UserError(`there is no array '${name}'`, {
        where: file,
        hint: `There are: ${names.join(", ")}.`,
      });
    }
    return found;
  };
  return {
    file,
    count,
    names,
    has: (name) => arrays.has(name),
    shape: (name) => info(name).shape.slice(1),
    dtype: (name) => info(name).dtype,
  };
}
