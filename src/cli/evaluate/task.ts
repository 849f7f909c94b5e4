import type { Evaluation } from "../../report/data.js";
import type { Build } from "../build-directory.js";
import type { Manifest } from "../manifest.js";
import type { Output } from "../output.js";

/** What `l1c eval` is told besides the build. */
export interface EvaluationOptions {
  readonly events: string;
  readonly limit: number | undefined;
  readonly threads: number;
  /** The sample in words, for the report. */
  readonly sample: string | undefined;
  /** The working point of a network whose firmware gives scores. */
  readonly threshold: number | undefined;
}

/** A kind of network whose physics can be judged. */
export interface EvaluationTask {
  /** What it judges, in words. */
  readonly judges: string;
  /** Whether a build is one of these. */
  fits(manifest: Manifest): boolean;
  /** Judges a build on events with truth; `text` is the result for people. */
  run(
    build: Build,
    options: EvaluationOptions,
    output: Output,
  ): Promise<{ readonly result: Evaluation; readonly text: string }>;
}
