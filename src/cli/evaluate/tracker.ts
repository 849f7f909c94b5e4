import { UserError } from "../../ir/errors.js";
import { logit } from "../../quantize/cut-monotonic.js";
import type { TrackerEvaluation, TrackerPoint } from "../../report/data.js";
import type { Build } from "../build-directory.js";
import { graphLayout } from "../graph-layout.js";
import { readGraphPath, takeSome } from "../graphs.js";
import { withEvents } from "../open-events.js";
import { eventCount } from "../simulate.js";
import { percent, table } from "../summary.js";
import { type Score, scoreOf } from "./score.js";
import { scoreGraphs } from "./score-graphs.js";
import type { EvaluationTask } from "./task.js";
import { createTrackerJudge, type TrackerThreshold } from "./tracker-judge.js";

/** Probabilities at which edges are judged, besides that of the working point. */
const PROBABILITIES = [0.001, 0.005, ...Array.from({ length: 39 }, (_, i) => (i + 1) / 40), 0.995, 0.999];
/** The working point of a network without one. */
const MIDDLE = 0.5;

/** Networks that give a score to each edge of a graph. */
export const tracker: EvaluationTask = {
  judges: "graph networks with one score for each edge",
  fits: ({ graph }) => graph !== undefined && graph.scores !== null,

  run: async (build, options, output) => {
    const { manifest } = build;
    const score = await scoreOf(build, manifest.graph?.scores as string);
    const { thresholds, working } = thresholdsOf(score, build, options.threshold);
    const layout = graphLayout(manifest.config.values, manifest.inputs);
    if (layout === undefined) throw new UserError("it is no graph network", { where: build.folder });
    const result = await withEvents(options.events, manifest, async (source) => {
      const count = eventCount(source, options.limit);
      output.progress(`evaluating ${count} graphs on ${options.threads} threads`);
      const judge = createTrackerJudge({
        ...{ form: layout.form, thresholds, working },
        probability: score.scale === "probability" ? (x) => x : sigmoid,
      });
      const graphs = readGraphPath(options.events, layout.form);
      for await (const scores of scoreGraphs(score.setup, source, { count, threads: options.threads })) {
        const [graph] = await takeSome(graphs, 1);
        if (graph.y === undefined) throw noTruth(options.events);
        judge.add(graph, scores);
      }
      const { physics, displays } = judge.result();
      const sample = options.sample ?? options.events;
      return { task: "tracker", events: count, physics: { sample, ...physics }, displays } as const;
    });
    return { result, text: describe(result) };
  },
};

function noTruth(file: string): UserError {
  return new UserError("it has no truth: y missing", {
    where: file,
    hint: "Make graphs with truth: l1c generate tracker --events N -o graphs.npz",
  });
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/**
 * The thresholds at which edges are judged. The firmware decides at its own; where it gives scores, edges are taken from the
 * probability asked for. A score that is no probability is taken for the operand of a sigmoid.
 */
function thresholdsOf(
  { scale, level }: Score,
  { folder, manifest }: Build,
  asked: number | undefined,
): { readonly thresholds: readonly TrackerThreshold[]; readonly working: number } {
  if (asked !== undefined && level !== undefined) {
    throw new UserError("the firmware has a threshold, at which it is judged", {
      where: "--threshold",
      hint: `Leave the option out, or compile ${folder} without output.threshold.`,
    });
  }
  if (asked !== undefined && !(asked > 0 && asked < 1)) {
    throw new UserError(`${asked} is no probability above 0 and below 1`, { where: "--threshold" });
  }
  const at = (probability: number): TrackerThreshold => ({
    probability,
    level: scale === "probability" ? probability : logit(probability),
  });
  const configured = manifest.config.values.output.threshold;
  const own: TrackerThreshold =
    level === undefined || configured === undefined
      ? at(asked ?? MIDDLE)
      : { level, probability: scale === "value" ? sigmoid(level) : configured };
  const others = PROBABILITIES.map(at).filter((one) => one.level !== own.level);
  const thresholds = [...others, own].sort((a, b) => a.level - b.level);
  return { thresholds, working: thresholds.indexOf(own) };
}

function describe({ events, physics }: TrackerEvaluation): string {
  const { edges, trueEdges, cut, algorithms, working, best, flips, particles } = physics;
  const points = [
    ["working point", working],
    ...(best === working ? [] : [["float model's best", best] as const]),
  ] as const;
  const area = (auc: number | null, error: number | null) =>
    auc === null
      ? "-"
      : `${auc.toFixed(5)}${error === null || error === 0 ? "" : ` ± ${error.toPrecision(1)}`}`;
  return [
    `${events} graphs, ${edges} edges, ${trueEdges} of them true`,
    cut.graphs === 0
      ? "no graph was cut"
      : `${cut.graphs} graphs were cut: ${cut.nodes} nodes and ${cut.edges} edges left out, ${cut.trueEdges} of these true; they count as not taken`,
    "",
    table([
      ["", "", "threshold", "AUC", "efficiency", "purity", "accuracy", "decided differently"],
      ...points.flatMap(([title, t]) =>
        algorithms.map(({ role, auc, aucError, thresholds }, i) => {
          const point = thresholds[t];
          return [
            i === 0 ? title : "",
            role,
            String(Number(point.threshold.toPrecision(6))),
            area(auc, aucError),
            percent(point.efficiency?.value),
            percent(point.purity?.value),
            percent(point.accuracy?.value),
            role === "fixed" ? `${flips[t]} edges` : "",
          ];
        }),
      ),
    ]),
    ...(particles === null
      ? ["", "no tracks: the graphs do not say which particles the hits are of (pid)"]
      : [
          "",
          table([
            [`tracks of ${particles} particles`, "", "threshold", "perfect", "double majority", "LHC"],
            ...points.flatMap(([title, t]) =>
              algorithms.map(({ role, thresholds }, i) => [
                i === 0 ? title : "",
                role,
                ...trackCells(thresholds[t]),
              ]),
            ),
          ]),
        ]),
  ].join("\n");
}

function trackCells({ threshold, tracks }: TrackerPoint): readonly string[] {
  return [
    String(Number(threshold.toPrecision(6))),
    percent(tracks?.perfectEfficiency?.value),
    percent(tracks?.doubleMajorityEfficiency?.value),
    percent(tracks?.lhcEfficiency?.value),
  ];
}
