import { countProblem } from "./counts.js";
import { memory, type Primitive } from "./primitive.js";

/**
 * A memory that delays words (templates/verilog/l1c_line.v): in_push takes in_data, in_pop gives the oldest word, which
 * is in out_data two clocks later. At other clocks out_data means nothing. The word in out_data belongs to the beat whose
 * clock it is in, so how long words wait follows from the cycles of in_push and in_pop.
 *
 * A pop must find a word that was pushed in an earlier clock, and a push at most `depth` − 1 words: then no word is
 * written and read in one clock at one address. `rst` forgets all words.
 */
export interface LineParameters {
  /** Bits of a word. */
  readonly bits: number;
  /** Words of the memory. */
  readonly depth: number;
}

/** The names of its parameters, in the order in which texts have them. */
export const LINE_PARAMETERS = ["bits", "depth"] as const satisfies readonly (keyof LineParameters)[];

/** What a line is from outside. */
export function describeLine(line: LineParameters): Primitive {
  const { bits } = line;
  return {
    problem: countProblem(line, "bits", "depth"),
    inputs: [
      { port: "in_data", width: bits },
      { port: "in_push", width: 1 },
      { port: "in_pop", width: 1 },
    ],
    outputs: [{ port: "out_data", width: bits }],
    cycle: memory({ pushed: ["in_data"] }, (push, pop) =>
      pop <= push ? "pops a word before the clock after its push" : pop + 2,
    ),
  };
}
