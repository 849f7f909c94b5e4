import { verifyCircuit } from "../ir/circuit/verify.js";
import type { Fixed } from "../ir/fixed/fixed.js";
import type { Lowered } from "./lowered.js";
import { lowerParallel, type ParallelOptions } from "./parallel/index.js";
import { lowerStream, type StreamOptions } from "./stream/index.js";

/** Which firmware to make of a graph, and for which clock. */
export type LowerOptions =
  | ({ readonly architecture: "stream" } & StreamOptions)
  | ({ readonly architecture: "parallel" } & ParallelOptions);

/** Fixed → Circuit, verified. */
export function lower(fixed: Fixed, options: LowerOptions): Lowered {
  const lowered =
    options.architecture === "stream" ? lowerStream(fixed, options) : lowerParallel(fixed, options);
  verifyCircuit(lowered.circuit);
  return lowered;
}
