import type { TopLevelSpec } from "vega-lite";
import type { TrackerPhysics } from "../data.js";
import { FRAME, linearTicks, logAxis, ROLE_DASH } from "./theme.js";

const KINDS = [
  { key: "trueEdges", name: "true edges", colour: "#0072b2" },
  { key: "falseEdges", name: "false edges", colour: "#b5468f" },
] as const;

/** How many edges have which score, on a logarithmic axis: solid for fixed point, dashed for float. */
export function scoreDistribution({ algorithms }: TrackerPhysics): TopLevelSpec {
  const all = algorithms.flatMap(({ scores }) => KINDS.flatMap(({ key }) => scores[key]));
  const { domain, ticks } = logAxis(all);
  /** Steps: each bin's count at its lower edge, the last one's at 1 too. Empty bins lie on the axis. */
  const steps = (counts: readonly number[], kind: string) =>
    [...counts, counts.at(-1) ?? 0].map((n, bin) => ({
      ...{ kind, probability: bin / counts.length, edges: Math.max(n, domain[0]) },
    }));
  return {
    ...FRAME,
    description: "Distribution of the scores of true and false edges",
    layer: algorithms.map(({ role, scores }) => ({
      data: { values: KINDS.flatMap(({ key, name }) => steps(scores[key], name)) },
      mark: {
        type: "line" as const,
        interpolate: "step-after" as const,
        strokeWidth: 1.8,
        strokeDash: [...ROLE_DASH[role]],
      },
      encoding: {
        x: {
          field: "probability",
          type: "quantitative" as const,
          title: "score as a probability",
          scale: { domain: [0, 1], nice: false },
          axis: { values: linearTicks(0, 1, 0.1), grid: false },
        },
        y: {
          field: "edges",
          type: "quantitative" as const,
          title: "edges in a bin",
          scale: { type: "log" as const, domain, nice: false },
          axis: { values: ticks.filter((n) => n >= 1), format: "~s" },
        },
        color: {
          field: "kind",
          type: "nominal" as const,
          scale: { domain: KINDS.map(({ name }) => name), range: KINDS.map(({ colour }) => colour) },
          legend: { orient: "top" as const, title: null, columnPadding: 24 },
        },
      },
    })),
  };
}
