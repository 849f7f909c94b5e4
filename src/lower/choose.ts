import { UserError } from "../ir/errors.js";
import type { Fixed } from "../ir/fixed/fixed.js";
import { type Iterations, mostBeats, type Parallelism, planGraph, planParallelism } from "./graph/index.js";
import { takesRows } from "./graphs.js";
import type { Lowered } from "./lowered.js";
import { planRoots } from "./parallel/roots.js";
import { planRaster } from "./raster/index.js";
import { planAlong } from "./stream/index.js";

/** What the user asked for. */
export interface Asked {
  readonly architecture?: Lowered["architecture"];
  /** How to stream; asks for a stream where no architecture is named. */
  readonly stream?: { readonly axis: 0 | 1; readonly columns: number };
  /** How many edges and nodes of a graph come in a clock. */
  readonly itemsPerClock?: Partial<Parallelism>;
  /** Whether iterations of a graph network share hardware; asks for graph firmware where they do. */
  readonly iterations?: Iterations;
}

/** Which firmware to make, and why. */
export type Choice = { readonly reason: string } & (
  | { readonly architecture: "stream"; readonly axis: 0 | 1; readonly columns: number }
  | { readonly architecture: "parallel" | "raster" }
  | ({ readonly architecture: "graph"; readonly iterations?: Iterations } & Parallelism)
);

/** A stream where nothing is said of it. */
const DEFAULT_STREAM = { axis: 1, columns: 1 } as const;

/**
 * The firmware that is asked for; else a stream, one column a beat, for a chain of image convolutions; the whole event in
 * one clock for any other graph that is small enough; and an image pixel by pixel for the others. A network on graphs takes its
 * edges and nodes a few in each clock, or all of them where that many are asked for. Throws a UserError for a graph that fits
 * none of them.
 */
export function chooseArchitecture(fixed: Fixed, asked: Asked): Choice {
  const choice = chooseFor(fixed, asked);
  const { iterations } = asked;
  if (iterations === undefined) return choice;
  if (choice.architecture === "graph") return { ...choice, iterations };
  if (iterations === "unrolled") return choice;
  throw new UserError(`iterations share hardware in graph firmware only, not in '${choice.architecture}'`, {
    where: "graph.iterations",
    hint: "Leave it out, or set architecture: graph.",
  });
}

function chooseFor(fixed: Fixed, { architecture, stream, itemsPerClock, iterations }: Asked): Choice {
  const asked = architecture ?? (stream === undefined ? undefined : "stream");
  const reason = "asked for";
  if (asked === "graph")
    return { architecture: "graph", reason, ...planParallelism(planGraph(fixed), itemsPerClock) };
  if (asked !== undefined) {
    refuseItems(itemsPerClock, asked);
    return asked === "stream"
      ? { architecture: asked, reason, ...(stream ?? DEFAULT_STREAM) }
      : { architecture: asked, reason };
  }
  if (fixed.nodes.some(takesRows)) return chooseForGraphs(fixed, itemsPerClock, iterations === "shared");
  const choice = chooseForTensors(fixed);
  refuseItems(itemsPerClock, choice.architecture);
  return choice;
}

function chooseForGraphs(fixed: Fixed, itemsPerClock: Asked["itemsPerClock"], shared: boolean): Choice {
  const planned = attempt(() => planGraph(fixed));
  if (!(planned instanceof UserError)) {
    const parallelism = planParallelism(planned, itemsPerClock);
    if (shared || itemsPerClock?.edges === undefined || mostBeats(planned, parallelism) > 1)
      return { architecture: "graph", reason: "a network on graphs", ...parallelism };
    return { architecture: "parallel", reason: "all edges in one clock are asked for" };
  }
  const noParallel = obstacle(() => planRoots(fixed));
  if (noParallel === undefined) {
    refuseItems(itemsPerClock, "parallel");
    return { architecture: "parallel", reason: text(planned) };
  }
  throw refusal(fixed, { graph: planned, parallel: noParallel }, noParallel.hint);
}

function chooseForTensors(fixed: Fixed): Choice {
  const noStream = obstacle(() => streamByItself(fixed));
  if (noStream === undefined)
    return { architecture: "stream", reason: "a chain of image convolutions", ...DEFAULT_STREAM };
  const noParallel = obstacle(() => planRoots(fixed));
  if (noParallel === undefined) return { architecture: "parallel", reason: `no stream: ${text(noStream)}` };
  const noRaster = obstacle(() => planRaster(fixed));
  if (noRaster === undefined) return { architecture: "raster", reason: text(noParallel) };
  throw refusal(fixed, { parallel: noParallel, raster: noRaster, stream: noStream });
}

/** The reasons of all architectures why they do not take a model. */
function refusal(
  { name }: Fixed,
  reasons: Readonly<Record<string, UserError>>,
  hint = "Make the model smaller, or change what the raster does not take.",
): UserError {
  const lines = Object.entries(reasons).map(([of, reason]) => `  ${of}: ${text(reason)}`);
  return new UserError(["it fits no architecture", ...lines].join("\n"), { where: `model '${name}'`, hint });
}

/** Throws a UserError for a graph that does not stream unless it is asked for. */
function streamByItself(fixed: Fixed): void {
  const { layers } = planAlong(fixed, DEFAULT_STREAM.axis);
  if (!layers.some(({ conv }) => conv !== undefined)) throw new UserError("it has no convolution");
}

/** Why a plan does not fit a graph; undefined when it does. */
function obstacle(plan: () => unknown): UserError | undefined {
  const planned = attempt(plan);
  return planned instanceof UserError ? planned : undefined;
}

/** A plan, or why there is none. */
function attempt<Plan>(plan: () => Plan): Plan | UserError {
  try {
    return plan();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error;
  }
}

/** Edges and nodes come a few in each clock in graph firmware only. */
function refuseItems(items: Asked["itemsPerClock"], architecture: Lowered["architecture"]): void {
  const given = (["edges", "nodes"] as const).find((role) => items?.[role] !== undefined);
  if (given === undefined) return;
  const message = `${given} come a few in each clock in graph firmware only, not in '${architecture}'`;
  throw new UserError(message, {
    where: `graph.${given}_per_clock`,
    hint: "Leave it out, or set architecture: graph.",
  });
}

const text = ({ where, message }: UserError) => `${where === undefined ? "" : `${where}: `}${message}`;
