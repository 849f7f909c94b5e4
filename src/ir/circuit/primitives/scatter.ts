import { countProblem, countWidth, indexProblem, rowProblem } from "./counts.js";
import { memory, type Primitive } from "./primitive.js";

/**
 * Adds numbers up, or takes their maximum, by the indices that come with them (templates/verilog/l1c_scatter.v). Every
 * in_push adds in_data[l] to item in_index[l] of its event for every lane l, whatever the indices are; an index ≥ `items`
 * goes nowhere. After `beats` pushes the next event begins. Every in_pop gives the next ⌈items / outLanes⌉ᵗʰ of the oldest
 * event, {@link scatterLatency} clocks later in out_data: lane l of row r is item r · outLanes + l, or 0 beyond the last. An
 * item to which nothing came is 0, of maxima, too.
 *
 * A push counts in the second clock after it: an event's first pop comes at least two clocks after its last push. A push into
 * a bank comes at the earliest in the clock of the last pop from it. With pushes from cycle p on, pops from cycle r on and a
 * new event every `interval` clocks that means r ≥ p + beats + 1 and banks · interval ≥ r − p + rows − 1.
 *
 * `rst` forgets all events, if it is high for {@link scatterResetClocks} clocks: the memories are cleared row by row.
 */
export interface ScatterParameters {
  /** Bits of a number that comes. */
  readonly bits: number;
  /** 1: numbers and results are in two's complement; 0: they are unsigned. */
  readonly signed: number;
  /** Bits of the sum of all numbers of an event that come to an item in one lane; at least `bits`. No matter for maxima. */
  readonly sumBits: number;
  /** Bits of a result, at least `sumBits`. */
  readonly outBits: number;
  /** 0: the sum; 1: the maximum. */
  readonly maximum: number;
  /** Numbers that come in a clock. */
  readonly lanes: number;
  /** Clocks of an event in which numbers come. */
  readonly beats: number;
  /** Results of an event. */
  readonly items: number;
  /** Results given in a clock: a power of two of at most `items`, or `items`. */
  readonly outLanes: number;
  readonly indexBits: number;
  /** Events held at once: 1 or 2. */
  readonly banks: number;
}

/** The names of its parameters, in the order in which texts have them. */
export const SCATTER_PARAMETERS = [
  "bits",
  "signed",
  "sumBits",
  "outBits",
  "maximum",
  "lanes",
  "beats",
  "items",
  "outLanes",
  "indexBits",
  "banks",
] as const satisfies readonly (keyof ScatterParameters)[];

/** What a scatter is from outside. */
export function describeScatter(scatter: ScatterParameters): Primitive {
  const { bits, outBits, lanes, outLanes, indexBits } = scatter;
  return {
    problem: scatterProblem(scatter),
    inputs: [
      { port: "in_data", width: lanes * bits },
      { port: "in_index", width: lanes * indexBits },
      { port: "in_push", width: 1 },
      { port: "in_pop", width: 1 },
    ],
    outputs: [{ port: "out_data", width: outLanes * outBits }],
    cycle: memory({ pushed: ["in_data", "in_index"] }, (push, pop) => {
      const complete = push + scatter.beats + 1;
      return pop < complete
        ? `gives an event out before cycle ${complete}, in which it is complete`
        : pop + scatterLatency(scatter);
    }),
  };
}

/** The clocks of pops of an event. */
export function scatterRows({ items, outLanes }: Pick<ScatterParameters, "items" | "outLanes">): number {
  return Math.ceil(items / outLanes);
}

/** The clocks from a pop to its results: a register, and one for each level of the tree that adds up the lanes. */
export function scatterLatency({ lanes }: Pick<ScatterParameters, "lanes">): number {
  return 1 + Math.ceil(Math.log2(lanes));
}

/**
 * The clocks for which `rst` must be high to clear what a scatter holds: one clears what came last, the others a row each. A
 * single row needs no clearing.
 */
export function scatterResetClocks(scatter: Pick<ScatterParameters, "items" | "outLanes">): number {
  const rows = scatterRows(scatter);
  return rows === 1 ? 1 : 1 + 2 ** countWidth(rows);
}

/** Words of the largest memory of one port that both Yosys and Vivado make of LUTs (RAM256X1S). */
const MOST_ROWS = 256;

function scatterProblem(scatter: ScatterParameters): string | undefined {
  const { bits, sumBits, outBits, signed, maximum } = scatter;
  const counts = ["bits", "sumBits", "outBits", "lanes", "beats", "items", "outLanes", "indexBits"] as const;
  return (
    countProblem(scatter, ...counts, "banks") ??
    rowProblem("outLanes", scatter.outLanes, scatter.items) ??
    indexProblem(scatter.indexBits) ??
    (scatterRows(scatter) > MOST_ROWS
      ? `there are more than ${MOST_ROWS} rows of 'outLanes' results`
      : undefined) ??
    (scatter.banks > 2 ? "'banks' is neither 1 nor 2" : undefined) ??
    ([signed, maximum].some((flag) => flag !== 0 && flag !== 1)
      ? "'signed' and 'maximum' are 0 or 1"
      : undefined) ??
    (sumBits < bits || outBits < sumBits ? "'bits', 'sumBits' and 'outBits' fall" : undefined)
  );
}
