import { UserError } from "../ir/errors.js";
import type { Fixed } from "../ir/fixed/fixed.js";
import { refuseGraphs, takesRows } from "./graphs.js";
import type { Lowered } from "./lowered.js";
import { planRoots } from "./parallel/roots.js";
import { planRaster } from "./raster/index.js";
import { planAlong } from "./stream/index.js";

/** What the user asked for. */
export interface Asked {
  readonly architecture?: Lowered["architecture"];
  /** How to stream; asks for a stream where no architecture is named. */
  readonly stream?: { readonly axis: 0 | 1; readonly columns: number };
}

/** Which firmware to make, and why. */
export type Choice = { readonly reason: string } & (
  | { readonly architecture: "stream"; readonly axis: 0 | 1; readonly columns: number }
  | { readonly architecture: "parallel" | "raster" }
);

/** A stream where nothing is said of it. */
const DEFAULT_STREAM = { axis: 1, columns: 1 } as const;

/**
 * The firmware that is asked for; else a stream, one column a beat, for a chain of image convolutions; the whole event in
 * one clock for any other graph that is small enough; and an image pixel by pixel for the others. Throws a UserError for
 * a graph that fits none of them.
 */
export function chooseArchitecture(fixed: Fixed, { architecture, stream }: Asked): Choice {
  const asked = architecture ?? (stream === undefined ? undefined : "stream");
  if (asked === "stream")
    return { architecture: "stream", reason: "asked for", ...(stream ?? DEFAULT_STREAM) };
  if (asked !== undefined) return { architecture: asked, reason: "asked for" };
  const noStream = obstacle(() => streamByItself(fixed));
  if (noStream === undefined)
    return { architecture: "stream", reason: "a chain of image convolutions", ...DEFAULT_STREAM };
  const noParallel = obstacle(() => planRoots(fixed));
  if (noParallel === undefined) return { architecture: "parallel", reason: `no stream: ${text(noStream)}` };
  const noRaster = obstacle(() => {
    refuseGraphs(fixed, "raster");
    planRaster(fixed);
  });
  if (noRaster === undefined) return { architecture: "raster", reason: text(noParallel) };
  throw new UserError(
    `it fits no architecture\n  parallel: ${text(noParallel)}\n  raster: ${text(noRaster)}\n  stream: ${text(noStream)}`,
    {
      where: `model '${fixed.name}'`,
      hint:
        noParallel.hint !== undefined && fixed.nodes.some(takesRows)
          ? noParallel.hint
          : "Make the model smaller, or change what the raster does not take.",
    },
  );
}

/** Throws a UserError for a graph that does not stream unless it is asked for. */
function streamByItself(fixed: Fixed): void {
  refuseGraphs(fixed, "stream");
  const { layers } = planAlong(fixed, DEFAULT_STREAM.axis);
  if (!layers.some(({ conv }) => conv !== undefined)) throw new UserError("it has no convolution");
}

/** Why a plan does not fit a graph; undefined when it does. */
function obstacle(plan: () => unknown): UserError | undefined {
  try {
    plan();
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error;
  }
}

const text = ({ where, message }: UserError) => `${where === undefined ? "" : `${where}: `}${message}`;
