import { verifyCircuit } from "../ir/circuit/verify.js";
import type { Fixed } from "../ir/fixed/fixed.js";
import { lowerStream, type StreamCircuit, type StreamOptions } from "./stream/index.js";

/** Fixed → Circuit, verified. */
export function lower(fixed: Fixed, options: StreamOptions): StreamCircuit {
  const lowered = lowerStream(fixed, options);
  verifyCircuit(lowered.circuit);
  return lowered;
}
