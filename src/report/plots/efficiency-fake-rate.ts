import type { TopLevelSpec } from "vega-lite";
import { chosenOf, labelOf } from "../algorithm.js";
import type { Physics } from "../data.js";
import { efficiencyAxis, FRAME, INK, logAxis, ROLE_DASH, roleEncoding } from "./theme.js";

/**
 * Efficiency on the plateau against the fake rate: a line through the working points of each algorithm, the
 * chosen one large. Working points without any fake have no place on a logarithmic axis; they stand as hollow
 * triangles at their upper limit.
 */
export function efficiencyAgainstFakeRate(physics: Physics): TopLevelSpec {
  const { algorithms } = physics;
  // The first algorithm is drawn last: its points lie on top.
  const drawn = [...algorithms].reverse();
  const points = drawn.flatMap((algorithm) => {
    const names = new Map(algorithm.names?.filter((n) => n.inPlots).map((n) => [n.threshold, n.name]));
    const chosen = chosenOf(algorithm).threshold;
    return algorithm.metrics.thresholds.flatMap(({ threshold, fakeRate, plateau }) =>
      fakeRate === null || plateau === null
        ? []
        : [
            {
              role: labelOf(algorithm),
              threshold,
              rate: fakeRate.value > 0 ? fakeRate.value : fakeRate.high,
              limit: fakeRate.value === 0,
              efficiency: plateau.value,
              low: plateau.low,
              high: plateau.high,
              text: names.get(threshold) ?? "",
              chosen: threshold === chosen,
            },
          ],
    );
  });
  const [ptLow, ptHigh] = algorithms[0].metrics.plateauRange;
  const { domain, ticks } = logAxis(points.map(({ rate }) => rate));
  const best = Math.max(0, ...points.filter(({ chosen }) => chosen).map(({ efficiency }) => efficiency));
  // The curve falls to zero at high thresholds: only the part within reach of the chosen points is of interest.
  const lows = points.map(({ low }) => low).filter((low) => low > best - 0.3);
  const axis = efficiencyAxis(Math.min(1, ...lows));
  const { color, shape } = roleEncoding(algorithms);
  const shown = points.filter(({ efficiency }) => efficiency >= axis.domain[0]);
  const x = {
    field: "rate",
    type: "quantitative" as const,
    title: "fakes per bunch crossing",
    scale: { type: "log" as const, domain, nice: false },
    axis: { values: ticks, format: "~g", grid: false },
  };
  const y = {
    field: "efficiency",
    type: "quantitative" as const,
    title: `efficiency, pT ${ptLow}–${ptHigh} GeV`,
    scale: { domain: axis.domain, nice: false, zero: false },
    axis: { values: axis.ticks },
  };
  return {
    ...FRAME,
    description: "Efficiency against fake rate",
    layer: [
      ...drawn.map((algorithm) => ({
        data: { values: points.filter(({ role, limit }) => !limit && role === labelOf(algorithm)) },
        mark: {
          type: "line" as const,
          strokeWidth: 1.8,
          strokeDash: [...ROLE_DASH[algorithm.role]],
          clip: true,
        },
        encoding: { x, y, color, order: { field: "threshold", type: "quantitative" as const } },
      })),
      {
        data: { values: shown },
        mark: { type: "rule", strokeWidth: 1, clip: true },
        encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color },
      },
      {
        data: { values: shown.filter(({ limit }) => !limit) },
        mark: { type: "point", filled: true, opacity: 1 },
        encoding: {
          x,
          y,
          color,
          shape,
          size: { condition: { test: "datum.chosen", value: 130 }, value: 34 },
        },
      },
      {
        data: { values: shown.filter(({ limit }) => limit) },
        mark: { type: "point", filled: false, shape: "triangle-left", size: 50, opacity: 1 },
        encoding: { x, y, color },
      },
      {
        data: { values: shown.filter(({ text }) => text !== "") },
        mark: { type: "text", align: "left", baseline: "top", dx: 8, dy: 6, color: INK },
        encoding: { x, y, text: { field: "text", type: "nominal" } },
      },
    ],
  };
}
