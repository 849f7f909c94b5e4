import type { TopLevelSpec } from "vega-lite";
import type { TrackerPhysics } from "../data.js";
import { roleName } from "../role-names.js";
import { efficiencyAxis, FRAME, logAxis, ROLE_COLOUR, ROLE_DASH } from "./theme.js";

/** Fraction of the true edges that is taken against that of the false ones, which is logarithmic. */
export function rocOfEdges({ algorithms }: TrackerPhysics): TopLevelSpec {
  const labels = algorithms.map(
    ({ role, auc }) => `${roleName(role)}${auc === null ? "" : `, AUC ${auc.toFixed(5)}`}`,
  );
  const curves = algorithms.map(({ roc }, i) =>
    roc
      .filter(({ falsePositiveRate }) => falsePositiveRate > 0)
      .map(({ falsePositiveRate, truePositiveRate }) => ({
        role: labels[i],
        false: falsePositiveRate,
        true: truePositiveRate,
      })),
  );
  const points = curves.flat();
  const { domain, ticks } = logAxis(points.map((point) => point.false));
  const efficiency = efficiencyAxis(Math.min(1, ...points.map((point) => point.true)));
  const color = {
    field: "role",
    type: "nominal" as const,
    scale: { domain: labels, range: algorithms.map(({ role }) => ROLE_COLOUR[role]) },
    legend: { orient: "top" as const, title: null, labelLimit: 320, columnPadding: 24 },
  };
  return {
    ...FRAME,
    description: "Receiver operating characteristic of the edges",
    layer: algorithms.map(({ role }, i) => ({
      data: { values: curves[i] },
      mark: {
        type: "line" as const,
        interpolate: "linear" as const,
        strokeWidth: 2,
        strokeDash: [...ROLE_DASH[role]],
        clip: true,
      },
      encoding: {
        x: {
          field: "false",
          type: "quantitative" as const,
          title: "false edges taken, of all false edges",
          scale: { type: "log" as const, domain, nice: false },
          axis: { values: ticks, format: "~g", grid: false },
        },
        y: {
          field: "true",
          type: "quantitative" as const,
          title: "true edges taken, of all true edges",
          scale: { domain: efficiency.domain, nice: false },
          axis: { values: efficiency.ticks },
        },
        color,
      },
    })),
  };
}
