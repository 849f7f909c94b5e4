import type { TopLevelSpec } from "vega-lite";
import { chosenOf, labelOf } from "../algorithm.js";
import type { Physics } from "../data.js";
import { efficiencyAxis, FRAME, linearTicks, roleEncoding } from "./theme.js";

/** Most distance in GeV between the points of different algorithms in one bin: their error bars stand apart. */
const DODGE = 1.2;

/** Efficiency against transverse momentum: one point with its interval for each algorithm and bin with muons. */
export function efficiencyAgainstPt(physics: Physics): TopLevelSpec {
  const { algorithms } = physics;
  const points = algorithms.flatMap((algorithm, i) =>
    chosenOf(algorithm).byPt.flatMap(({ low, high, efficiency }) => {
      if (efficiency === null) return [];
      const dodge = Math.min(DODGE, (high - low) / (algorithms.length + 1));
      const pt = (low + high) / 2 + (i - (algorithms.length - 1) / 2) * dodge;
      return [
        {
          role: labelOf(algorithm),
          pt,
          ptLow: low,
          ptHigh: high,
          efficiency: efficiency.value,
          low: efficiency.low,
          high: efficiency.high,
        },
      ];
    }),
  );
  // Room for the first point beside the axis.
  const left = Math.max(0, Math.min(5, ...points.map(({ ptLow }) => ptLow)) - 2);
  const right = Math.max(100, ...points.map(({ ptHigh }) => ptHigh));
  const axis = efficiencyAxis(Math.min(1, ...points.map(({ low }) => low)));
  const { color, shape } = roleEncoding(algorithms);
  const x = {
    field: "pt",
    type: "quantitative" as const,
    title: "true muon pT (GeV)",
    scale: { domain: [left, right], nice: false },
    axis: { values: linearTicks(left, right, right > 200 ? 50 : 10), grid: false },
  };
  return {
    ...FRAME,
    description: "Efficiency against transverse momentum",
    data: { values: points },
    layer: [
      {
        mark: { type: "rule", strokeWidth: 1.4, clip: true },
        encoding: {
          x,
          y: {
            field: "low",
            type: "quantitative",
            title: "efficiency",
            scale: { domain: axis.domain, nice: false, zero: false },
            axis: { values: axis.ticks },
          },
          y2: { field: "high" },
          color,
        },
      },
      {
        mark: { type: "point", filled: true, size: 36, opacity: 1 },
        encoding: { x, y: { field: "efficiency", type: "quantitative" }, color, shape },
      },
    ],
  };
}
