import { countProblem, indexProblem, isPowerOfTwo, rowProblem } from "./counts.js";
import { memory, type Primitive } from "./primitive.js";

/**
 * A table of items that is written row by row and read at indices (templates/verilog/l1c_gather.v). Every in_push writes the
 * next ⌈items / lanes⌉ᵗʰ of the table: lane l of row r is item r · lanes + l. Every in_pop reads, for each port p, item
 * in_index[p] of the oldest table; it is in out_data two clocks later. An index ≥ `items` gives 0. After `reads` pops the
 * next table is read.
 *
 * A row is written at the end of the clock of its push and can be read in the clock after: a table's first pop comes at least
 * one clock after its last push, and a push into a bank at least one clock after the last pop from it. With pushes from
 * cycle w on, pops from cycle r on and a new event every `interval` clocks that means r ≥ w + rows and
 * banks · interval ≥ r − w + reads. `rst` forgets all tables.
 */
export interface GatherParameters {
  /** Bits of an item. */
  readonly bits: number;
  /** Items of a table. */
  readonly items: number;
  /** Items written in a clock: a power of two of at most `items`, or `items`. */
  readonly lanes: number;
  /** Items read in a clock. */
  readonly ports: number;
  readonly indexBits: number;
  /** Clocks in which a table is read. */
  readonly reads: number;
  /** Tables held at once: a power of two. */
  readonly banks: number;
}

/** The names of its parameters, in the order in which texts have them. */
export const GATHER_PARAMETERS = [
  "bits",
  "items",
  "lanes",
  "ports",
  "indexBits",
  "reads",
  "banks",
] as const satisfies readonly (keyof GatherParameters)[];

/** What a gather is from outside. */
export function describeGather(gather: GatherParameters): Primitive {
  const { bits, lanes, ports, indexBits } = gather;
  return {
    problem: gatherProblem(gather),
    inputs: [
      { port: "in_data", width: lanes * bits },
      { port: "in_push", width: 1 },
      { port: "in_index", width: ports * indexBits },
      { port: "in_pop", width: 1 },
    ],
    outputs: [{ port: "out_data", width: ports * bits }],
    cycle: memory({ pushed: ["in_data"], popped: ["in_index"] }, (push, pop) => {
      const complete = push + gatherRows(gather);
      return pop < complete ? `reads a table before cycle ${complete}, in which it is complete` : pop + 2;
    }),
  };
}

/** The clocks of pushes of a table. */
export function gatherRows({ items, lanes }: Pick<GatherParameters, "items" | "lanes">): number {
  return Math.ceil(items / lanes);
}

function gatherProblem(gather: GatherParameters): string | undefined {
  return (
    countProblem(gather, "bits", "items", "lanes", "ports", "indexBits", "reads", "banks") ??
    rowProblem("lanes", gather.lanes, gather.items) ??
    indexProblem(gather.indexBits) ??
    (isPowerOfTwo(gather.banks) ? undefined : "'banks' is no power of two")
  );
}
