import { availableParallelism } from "node:os";
import { join } from "node:path";
import { openEvents } from "../../events/open.js";
import type { EventSource } from "../../events/source.js";
import { UserError } from "../../ir/errors.js";
import { parseFixed } from "../../ir/fixed/text.js";
import { parseModel } from "../../ir/model/text.js";
import { LAYERS, PARTITIONS } from "../../physics/muon/geometry.js";
import type { ThresholdMetrics } from "../../physics/muon/metrics.js";
import { atEfficiency, atFakeRate, indexOfThreshold } from "../../physics/muon/working-point.js";
import { logit } from "../../quantize/cut-monotonic.js";
import type { EqualTerms, Evaluated, EventDisplay, Physics, Role } from "../../report/data.js";
import { renderPlots } from "../../report/plots/index.js";
import { roadNames } from "../../report/road-names.js";
import { type Build, openBuild, readBuildText } from "../build-directory.js";
import { isChamber } from "../chamber.js";
import { type Command, EXIT } from "../command.js";
import { checkCount, MOST_THREADS } from "../count.js";
import type { EvaluationSetup } from "../evaluate-worker.js";
import { arraysOfInputs } from "../events.js";
import { withFile, writeText } from "../files.js";
import { type Judged, judge, TRUTH } from "../judge.js";
import { keepResult, RESULT_HINT } from "../results.js";
import { eventCount } from "../simulate.js";
import { fakes, percent, table } from "../summary.js";

export interface EvalCommandOptions {
  readonly build: string;
  readonly events: string;
  readonly limit: number | undefined;
  readonly threads: number;
  readonly sample: string | undefined;
}

/** What `l1c eval` found out; kept in the build directory for the report. */
export interface EvalResult {
  readonly events: number;
  readonly physics: Physics;
  readonly displays: readonly EventDisplay[];
}

export const evaluate: Command<EvalCommandOptions> = {
  usage: "eval <build>",
  describe: "efficiency and fake rate: firmware, float model and road masks side by side",
  options: (argv) =>
    argv
      .positional("build", { type: "string", demandOption: true, describe: "build directory" })
      .option("events", { type: "string", demandOption: true, describe: "events with truth (.npz, .root)" })
      .option("limit", { type: "number", describe: "use only the first N events" })
      .option("threads", { type: "number", default: availableParallelism(), describe: "worker threads" })
      .option("sample", { type: "string", describe: "the sample in words, for the report" }),

  run: async (options, output) => {
    checkCount("threads", options.threads, { most: MOST_THREADS });
    const build = await openBuild(options.build);
    checkChamber(build);
    const { setup, level } = await setupOf(build);
    const result = await withFile(options.events, async (bytes) => {
      const source = await openEvents(bytes);
      const [array] = arraysOfInputs(build.manifest, source).values() as Iterable<string>;
      checkTruth(source);
      const count = eventCount(source, options.limit);
      output.progress(`evaluating ${count} events on ${options.threads} threads`);
      const { metrics, displays } = await judge(setup, source, array, count, options.threads, level);
      const physics = {
        sample: options.sample ?? `${count} events of ${options.events}`,
        thresholdOf: "logit",
        algorithms: algorithmsOf(metrics, level),
        equalTerms: equalTermsOf(metrics),
      };
      return { events: count, physics, displays } satisfies EvalResult;
    });
    await keepResult(build, "eval", result);
    const plots = join(build.folder, "results", "plots");
    for (const { name, svg } of await renderPlots(result.physics))
      await writeText(join(plots, `${name}.svg`), svg, RESULT_HINT);
    output.result(result, describe(result));
    return EXIT.good;
  },
};

/**
 * The levels of a build as the workers need them, and the configured threshold in units of the score: a probability
 * becomes a logit when the model ends in a sigmoid. Throws a UserError when the build does not end in a threshold.
 */
async function setupOf(build: Build): Promise<{ readonly setup: EvaluationSetup; readonly level: number }> {
  const [modelText, fixedText, golden] = (await Promise.all(
    ["model.l1c", "fixed.l1c", "simulator/golden.js"].map((path) => readBuildText(build, path)),
  )) as [string, string, string];
  const fixed = parseFixed(fixedText, join(build.folder, "fixed.l1c"));
  const model = parseModel(modelText, join(build.folder, "model.l1c"));
  const end = fixed.nodes.find(({ name }) => name === fixed.outputs[0]?.value);
  const last = model.nodes.find(({ name }) => name === model.outputs[0]?.value);
  const threshold = build.manifest.config.values.output.threshold;
  if (end?.op !== "threshold" || last === undefined || threshold === undefined) {
    throw new UserError("eval judges masks, but the output of this build is no threshold", {
      where: build.folder,
      hint: "Set output.threshold in l1c.yaml and compile again.",
    });
  }
  const fixedScore = end.inputs[0] as string;
  return last.op === "function" && last.kind === "sigmoid"
    ? {
        setup: { modelText, fixedText, golden, modelScore: last.inputs[0] as string, fixedScore },
        level: logit(threshold),
      }
    : { setup: { modelText, fixedText, golden, modelScore: last.name, fixedScore }, level: threshold };
}

/** Muon metrics are those of chamber images. */
function checkChamber({ folder, manifest }: Build): void {
  if (isChamber(manifest)) return;
  throw new UserError(
    `eval knows chamber images of ${PARTITIONS} partitions × strips × ${LAYERS} layers and masks of the same shape`,
    {
      where: folder,
      hint: "The physics of other models is beyond it: l1c sim gives their outputs, l1c cosim checks the firmware.",
    },
  );
}

/** Efficiency and fakes need the truth. */
function checkTruth(source: EventSource): void {
  const missing = TRUTH.filter((name) => !source.has(name));
  if (missing.length > 0) {
    throw new UserError(`it has no truth: ${missing.join(", ")} missing`, {
      where: source.file,
      hint: "Make events with truth: l1c generate muon --events N -o events.npz",
    });
  }
}

/** The network and the float model at the configured threshold, the road masks at the least that they ask for. */
function algorithmsOf(metrics: Judged["metrics"], level: number): readonly Evaluated[] {
  const chosen = indexOfThreshold(metrics.fixed, level);
  return [
    { role: "fixed", metrics: metrics.fixed, chosen },
    { role: "float", metrics: metrics.float, chosen },
    { role: "baseline", metrics: metrics.baseline, chosen: 0, names: roadNames() },
  ];
}

/** The network held to the fake rate and to the efficiency of road masks that ask for at least four layers. */
function equalTermsOf({ fixed, baseline }: Judged["metrics"]): readonly EqualTerms[] {
  const reference = baseline.thresholds[0];
  if (reference === undefined) return [];
  const pair = (title: string, point: ThresholdMetrics | undefined): EqualTerms => ({
    title,
    points: [
      { role: "baseline", point: reference },
      { role: "fixed", point: point ?? null },
    ],
  });
  return [
    pair("equal fake rate", atFakeRate(fixed, reference)),
    pair("equal efficiency", atEfficiency(fixed, reference)),
  ];
}

function describe({ events, physics }: EvalResult): string {
  const row = (title: string, role: Role, point: ThresholdMetrics | null | undefined) => {
    const algorithm = physics.algorithms.find((other) => other.role === role);
    const named = algorithm?.names?.find(({ threshold }) => threshold === point?.threshold)?.name;
    return [
      title,
      role,
      point ? (named ?? `${physics.thresholdOf} ≥ ${point.threshold}`) : "not reached",
      percent(point?.plateau?.value),
      percent(point?.efficiency?.value),
      fakes(point),
    ];
  };
  const [low, high] = physics.algorithms[0]?.metrics.plateauRange ?? [0, 0];
  return [
    `${events} events, ${physics.algorithms[0]?.metrics.thresholds[0]?.muons ?? 0} muons`,
    table([
      ["", "", "threshold", `efficiency ${low}-${high} GeV`, "all pT", "fakes per image (fakes)"],
      ...physics.algorithms.map(({ role, metrics, chosen }) => row("", role, metrics.thresholds[chosen])),
      ...(physics.equalTerms ?? []).flatMap(({ title, points }) =>
        points.map(({ role, point }, i) => row(i === 0 ? title : "", role, point)),
      ),
    ]),
  ].join("\n");
}
