import type { Evaluation } from "../../report/data.js";
import type { ExitCode } from "../command.js";
import type { CompileCommandOptions } from "../commands/compile.js";
import type { Output } from "../output.js";

/** What a demonstration can be told. */
export interface DemoOptions {
  /** The folder for everything that it makes. */
  readonly output: string;
  readonly events: number;
  readonly "cosim-events": number;
  readonly seed: number;
  readonly columns: number | undefined;
  readonly background: number | undefined;
  readonly "edges-per-clock": number | undefined;
}

/** A step: its command line, and what runs it. */
export interface Step {
  readonly command: string;
  run(quiet: Output): Promise<ExitCode>;
}

/** An example network with its events, as `l1c demo` shows it. */
export interface DemoExample {
  /** The network in words. */
  readonly describe: string;
  /** The model, in the package. */
  readonly model: string;
  readonly defaults: Pick<DemoOptions, "output" | "events" | "cosim-events">;
  /** The options that are for this example alone. */
  readonly own: readonly (keyof DemoOptions)[];
  /** Makes the events. */
  generate(options: DemoOptions, file: string): Step;
  /** The events in words, for the report. */
  sample(options: DemoOptions): string;
  /** What compiling is told besides model and folder. */
  compile(options: DemoOptions): Partial<CompileCommandOptions>;
  /** What the physics came to, in rows of two cells. */
  physics(evaluation: Evaluation): readonly (readonly [string, string])[];
}
