import type { Argv } from "yargs";
import type { Output } from "./output.js";

/** Exit codes of every command. */
export const EXIT = { good: 0, checkFailed: 1, userMistake: 2, missingTool: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** One command of the command line; each lives in its own file under `commands/`. */
export interface Command<Options> {
  /** yargs' command string: name and positionals. */
  readonly usage: string;
  readonly describe: string;
  /** Declares the options. */
  readonly options: (argv: Argv) => Argv<Options>;
  /** Options that may be given several times. */
  readonly repeatable?: readonly string[];
  /** Does the work; the returned code becomes the exit code. */
  readonly run: (options: Options, output: Output) => Promise<ExitCode>;
}

/** A command with commands of its own, such as `generate muon`. */
export interface CommandGroup {
  /** The first word. */
  readonly usage: string;
  readonly describe: string;
  readonly commands: readonly Command<object>[];
}
