import { openEvents } from "../../events/open.js";
import type { EventSource } from "../../events/source.js";
import { UserError } from "../../ir/errors.js";
import { LAYERS, PARTITIONS } from "../../physics/muon/geometry.js";
import type { ThresholdMetrics } from "../../physics/muon/metrics.js";
import { atEfficiency, atFakeRate, indexOfThreshold } from "../../physics/muon/working-point.js";
import type { EqualTerms, Evaluated, MuonEvaluation, Role } from "../../report/data.js";
import { roadNames } from "../../report/road-names.js";
import { isChamber } from "../chamber.js";
import { arraysOfInputs } from "../events.js";
import { withFile } from "../files.js";
import { eventCount } from "../simulate.js";
import { fakes, percent, table } from "../summary.js";
import { type Judged, judge, TRUTH } from "./muon-judge.js";
import { scoreOf } from "./score.js";
import type { EvaluationTask } from "./task.js";

/** Networks that mark the hits of muons in chamber images. */
export const muon: EvaluationTask = {
  judges: `chamber images of ${PARTITIONS} partitions × strips × ${LAYERS} layers and masks of the same shape`,
  fits: isChamber,

  run: async (build, options, output) => {
    if (options.threshold !== undefined) {
      throw new UserError("chamber images are judged at the threshold of the build", {
        where: "--threshold",
        hint: "Leave the option out.",
      });
    }
    const { setup, level } = await scoreOf(build, build.manifest.outputs[0].name);
    if (level === undefined) {
      throw new UserError("eval judges masks, but the output of this build is no threshold", {
        where: build.folder,
        hint: "Set output.threshold in l1c.yaml and compile again.",
      });
    }
    const result = await withFile(options.events, async (bytes) => {
      const source = await openEvents(bytes);
      const [[input, array]] = arraysOfInputs(build.manifest, source);
      checkTruth(source);
      const count = eventCount(source, options.limit);
      output.progress(`evaluating ${count} events on ${options.threads} threads`);
      const { threads } = options;
      const { metrics, displays } = await judge(setup, source, { input, array }, { count, threads, level });
      const physics = {
        sample: options.sample ?? `${count} events of ${options.events}`,
        thresholdOf: "logit",
        algorithms: algorithmsOf(metrics, level),
        equalTerms: equalTermsOf(metrics),
      };
      return { task: "muon", events: count, physics, displays } satisfies MuonEvaluation;
    });
    return { result, text: describe(result) };
  },
};

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

function describe({ events, physics }: MuonEvaluation): string {
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
