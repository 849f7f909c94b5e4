import { UserError } from "../../src/ir/errors.js";

/** The message of the UserError that `run` throws; any other end is an error. */
export function mistakeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return error.format();
    throw error;
  }
  throw new Error("nothing was thrown");
}
