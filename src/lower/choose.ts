import { UserError } from "../ir/errors.js";
import type { Fixed } from "../ir/fixed/fixed.js";
import type { Lowered } from "./lowered.js";
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
  | { readonly architecture: "parallel" }
);

/** A stream where nothing is said of it. */
const DEFAULT_STREAM = { axis: 1, columns: 1 } as const;

/**
 * The firmware that is asked for; else a stream, one column a beat, for a chain of image convolutions, and the whole
 * event in one clock for any other graph.
 */
export function chooseArchitecture(fixed: Fixed, { architecture, stream }: Asked): Choice {
  const asked = architecture ?? (stream === undefined ? undefined : "stream");
  if (asked === "parallel") return { architecture: "parallel", reason: "asked for" };
  if (asked === "stream")
    return { architecture: "stream", reason: "asked for", ...(stream ?? DEFAULT_STREAM) };
  const obstacle = obstacleOf(fixed);
  if (obstacle !== undefined) return { architecture: "parallel", reason: `no stream: ${obstacle}` };
  return { architecture: "stream", reason: "a chain of image convolutions", ...DEFAULT_STREAM };
}

/** Why a graph does not stream by itself; undefined when it does. */
function obstacleOf(fixed: Fixed): string | undefined {
  try {
    const { layers } = planAlong(fixed, DEFAULT_STREAM.axis);
    return layers.some(({ conv }) => conv !== undefined) ? undefined : "it has no convolution";
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `${error.where === undefined ? "" : `${error.where}: `}${error.message}`;
  }
}
