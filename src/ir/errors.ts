/**
 * A mistake of the user: bad input, configuration or environment. It is reported as one message without a
 * stack trace; the command line maps it to an exit code.
 */
export class UserError extends Error {
  override readonly name = "UserError";
  /** Where the mistake is: a file, a node of a model, a key of the configuration. */
  readonly where: string | undefined;
  /** What the user can do about it. */
  readonly hint: string | undefined;
  /** Exit code: 2 for the user's mistake, 3 for a missing external tool. */
  readonly exitCode: 2 | 3;

  constructor(message: string, options: { where?: string; hint?: string; exitCode?: 2 | 3 } = {}) {
    super(message);
    this.where = options.where;
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? 2;
  }

  /** The whole message: where, what, what to do. */
  format(): string {
    const where = this.where === undefined ? "" : `${this.where}: `;
    const hint = this.hint === undefined ? "" : `\n  ${this.hint}`;
    return `${where}${this.message}${hint}`;
  }
}

/** An invariant of the compiler does not hold: a bug in l1c, never the user's fault. */
export class InternalError extends Error {
  override readonly name = "InternalError";
}

/** Throws an {@link InternalError} unless `condition` holds. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InternalError(message);
}
