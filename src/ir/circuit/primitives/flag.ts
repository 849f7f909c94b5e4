import { type Primitive, together } from "./primitive.js";

/**
 * Delays a flag of one clock by counting (templates/verilog/l1c_flag.v). Flags come at least `cycles` clocks apart: one
 * that comes sooner takes the place of the one before.
 */
export interface FlagParameters {
  /** At least 2. */
  readonly cycles: number;
}

/** The names of its parameters, in the order in which texts have them. */
export const FLAG_PARAMETERS = ["cycles"] as const satisfies readonly (keyof FlagParameters)[];

/** What a flag is from outside. */
export function describeFlag({ cycles }: FlagParameters): Primitive {
  return {
    problem:
      cycles < 2 || !Number.isSafeInteger(cycles) ? "a flag is delayed by 2 cycles or more" : undefined,
    inputs: [{ port: "in_first", width: 1 }],
    outputs: [{ port: "out_first", width: 1 }],
    cycle: together(["in_first"], cycles),
  };
}
