import { UserError } from "../ir/errors.js";

/** Threads that a command may start: more than any machine has, fewer than would bring one down. */
export const MOST_THREADS = 1024;

/**
 * Checks a whole number that an option gives: at least `least` (1 unless told), at most `most`. Throws a UserError that
 * names the option; `hint` says what to do about a number beyond `most`.
 */
export function checkCount(
  option: string,
  value: number,
  limits: { readonly least?: number; readonly most?: number; readonly hint?: string } = {},
): void {
  const { least = 1, most = Number.MAX_SAFE_INTEGER, hint } = limits;
  const where = `--${option}`;
  if (!Number.isInteger(value) || value < least)
    throw new UserError(`${value} is no whole number of ${least} or more`, { where });
  if (value > most)
    throw new UserError(`${value} is more than ${most}`, { where, ...(hint !== undefined && { hint }) });
}
