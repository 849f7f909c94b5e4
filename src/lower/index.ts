import { verifyCircuit } from "../ir/circuit/verify.js";
import { UserError } from "../ir/errors.js";
import type { Fixed } from "../ir/fixed/fixed.js";
import { type GraphOptions, lowerGraph } from "./graph/index.js";
import { refuseGraphs } from "./graphs.js";
import type { Lowered } from "./lowered.js";
import { lowerParallel, type ParallelOptions } from "./parallel/index.js";
import { lowerRaster, type RasterOptions } from "./raster/index.js";
import { lowerStream, type StreamOptions } from "./stream/index.js";

/** Which firmware to make of a graph, and for which clock. */
export type LowerOptions =
  | ({ readonly architecture: "stream" } & StreamOptions & Bound)
  | ({ readonly architecture: "parallel" } & ParallelOptions & Bound)
  | ({ readonly architecture: "raster" } & RasterOptions & Bound)
  | ({ readonly architecture: "graph" } & GraphOptions & Bound);

interface Bound {
  /** The most cycles of latency; parallel firmware takes as many of them as give the fewest registers. */
  readonly cycles?: number;
}

/** Fixed → Circuit, verified. Throws a UserError when it takes more cycles than are allowed. */
export function lower(fixed: Fixed, options: LowerOptions): Lowered {
  const lowered = lowerAs(fixed, options);
  verifyCircuit(lowered.circuit);
  const { latency } = lowered;
  if (options.cycles !== undefined && latency > options.cycles) {
    const taken = `it takes ${latency} cycles (${(latency * options.period).toFixed(1)} ns) at this clock`;
    throw new UserError(`${taken}, ${options.cycles} are allowed`, {
      where: "latency",
      hint: "Allow more. At a slower clock (clock_mhz) it takes fewer cycles.",
    });
  }
  return lowered;
}

function lowerAs(fixed: Fixed, options: LowerOptions): Lowered {
  switch (options.architecture) {
    case "stream":
      refuseGraphs(fixed, "stream");
      return lowerStream(fixed, options);
    case "parallel":
      return lowerParallel(fixed, options);
    case "raster":
      refuseGraphs(fixed, "raster");
      return lowerRaster(fixed, options);
    case "graph":
      return lowerGraph(fixed, options);
  }
}
