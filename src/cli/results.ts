import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../ir/errors.js";
import { type Cosim, EDGE_CLASSES, type Evaluation } from "../report/data.js";
import type { Build } from "./build-directory.js";
import { systemError, writeText } from "./files.js";

/** What the report reads of the results that commands leave in a build directory. */
interface Results {
  readonly cosim: Cosim;
  readonly eval: Evaluation;
}
export type ResultName = keyof Results;

export const RESULT_HINT = "Results are kept in the build directory: make it writable.";

const numbers = z.array(z.number());
/** A value with its interval; null where nothing was counted. */
const interval = z.object({ value: z.number(), low: z.number(), high: z.number() }).nullable();
const role = z.enum(["fixed", "float", "baseline"]);
const point = z.object({
  threshold: z.number(),
  muons: z.number(),
  matched: z.number(),
  efficiency: interval,
  plateau: interval,
  fakes: z.number(),
  fakeRate: interval,
  byPt: z.array(z.object({ low: z.number(), high: z.number(), muons: z.number(), efficiency: interval })),
});

const MUON = z.object({
  task: z.literal("muon"),
  physics: z.object({
    sample: z.string(),
    thresholdOf: z.string(),
    algorithms: z
      .array(
        z.object({
          role,
          chosen: z.int(),
          metrics: z.object({
            images: z.number(),
            strips: z.number(),
            definition: z.object({}),
            plateauRange: z.tuple([z.number(), z.number()]),
            level: z.number(),
            thresholds: z.array(point).min(1),
          }),
        }),
      )
      .min(1),
    equalTerms: z
      .array(z.object({ title: z.string(), points: z.array(z.object({ role, point: point.nullable() })) }))
      .optional(),
  }),
  displays: z.array(
    z.object({
      title: z.string(),
      partitions: z.number(),
      strips: z.number(),
      layers: z.number(),
      hits: numbers,
      marked: numbers,
      muons: z.array(
        z.object({
          pt: z.number(),
          eta: z.number(),
          charge: z.number(),
          strip: z.number(),
          slope: z.number(),
          voxels: numbers,
        }),
      ),
    }),
  ),
});

const trackerPoint = z.object({
  threshold: z.number(),
  truePositives: z.number(),
  falsePositives: z.number(),
  trueNegatives: z.number(),
  falseNegatives: z.number(),
  efficiency: interval,
  purity: interval,
  accuracy: interval,
  tracks: z
    .object({
      tracks: z.number(),
      perfect: z.number(),
      perfectEfficiency: interval,
      doubleMajority: z.number(),
      doubleMajorityEfficiency: interval,
      lhc: z.number(),
      lhcEfficiency: interval,
    })
    .nullable(),
});
const TRACKER = z.object({
  task: z.literal("tracker"),
  physics: z.object({
    sample: z.string(),
    edges: z.number(),
    trueEdges: z.number(),
    largest: z.object({ nodes: z.number(), edges: z.number() }),
    cut: z.object({ graphs: z.number(), nodes: z.number(), edges: z.number(), trueEdges: z.number() }),
    leastHits: z.number().nullable(),
    particles: z.number().nullable(),
    algorithms: z
      .array(
        z.object({
          role: z.enum(["fixed", "float"]),
          auc: z.number().nullable(),
          aucError: z.number().nullable(),
          roc: z.array(z.object({ falsePositiveRate: z.number(), truePositiveRate: z.number() })),
          thresholds: z.array(trackerPoint).min(1),
          scores: z.object({ trueEdges: numbers, falseEdges: numbers }),
        }),
      )
      .min(1),
    working: z.int(),
    best: z.int(),
    flips: numbers,
  }),
  displays: z.array(
    z.object({
      title: z.string(),
      hits: z.array(z.object({ r: z.number(), phi: z.number(), z: z.number(), noise: z.boolean() })),
      edges: z.array(z.object({ from: z.int(), to: z.int(), kind: z.enum(EDGE_CLASSES) })),
    }),
  ),
});

/** The same, to check files by; more may be there. */
const SHAPES = {
  cosim: z.object({
    simulator: z.string(),
    events: z.number(),
    bitsCompared: z.number(),
    bitsDiffering: z.number(),
    differences: z.array(
      z.object({
        event: z.number(),
        output: z.string(),
        index: numbers,
        bit: z.number(),
        expected: z.number(),
        found: z.number(),
      }),
    ),
    latencies: numbers,
    intervals: numbers,
    protocol: z.array(z.string()),
    seed: z.number().optional(),
  }),
  eval: z.discriminatedUnion("task", [MUON, TRACKER]),
} satisfies Record<ResultName, z.ZodType>;

const pathOf = ({ folder }: Build, name: ResultName) => join(folder, "results", `${name}.json`);

/** Keeps the result of a command beside the build that it belongs to. */
export async function keepResult<N extends ResultName>(
  build: Build,
  name: N,
  value: Results[N],
): Promise<void> {
  await writeText(pathOf(build, name), `${JSON.stringify(value, null, 2)}\n`, RESULT_HINT);
}

/**
 * The kept result of a command; undefined when it has not run on this build. One that is damaged, or that another
 * version left in another shape, is a UserError.
 */
export async function readResult<N extends ResultName>(
  build: Build,
  name: N,
): Promise<Results[N] | undefined> {
  const path = pathOf(build, name);
  const fail = (message: string) => new UserError(message, { where: path, hint: `Run l1c ${name} again.` });
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw fail(`cannot be read: ${systemError(error)}`);
  });
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw fail("is no JSON");
  }
  const checked = SHAPES[name].safeParse(value);
  const issue = checked.error?.issues[0];
  if (issue !== undefined) throw fail(`${issue.path.join(".") || "(whole file)"}: ${issue.message}`);
  return value as Results[N];
}
