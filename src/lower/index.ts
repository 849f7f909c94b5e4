import { verifyCircuit } from "../ir/circuit/verify.js";
import type { Fixed } from "../ir/fixed/fixed.js";
import { refuseGraphs } from "./graphs.js";
import type { Lowered } from "./lowered.js";
import { lowerParallel, type ParallelOptions } from "./parallel/index.js";
import { lowerRaster, type RasterOptions } from "./raster/index.js";
import { lowerStream, type StreamOptions } from "./stream/index.js";

/** Which firmware to make of a graph, and for which clock. */
export type LowerOptions =
  | ({ readonly architecture: "stream" } & StreamOptions)
  | ({ readonly architecture: "parallel" } & ParallelOptions)
  | ({ readonly architecture: "raster" } & RasterOptions);

/** Fixed → Circuit, verified. */
export function lower(fixed: Fixed, options: LowerOptions): Lowered {
  refuseGraphs(fixed);
  const lowered = lowerAs(fixed, options);
  verifyCircuit(lowered.circuit);
  return lowered;
}

function lowerAs(fixed: Fixed, options: LowerOptions): Lowered {
  switch (options.architecture) {
    case "stream":
      return lowerStream(fixed, options);
    case "parallel":
      return lowerParallel(fixed, options);
    case "raster":
      return lowerRaster(fixed, options);
  }
}
