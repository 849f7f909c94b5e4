import type { TopLevelSpec } from "vega-lite";
import { chosenOf, labelOf } from "../algorithm.js";
import type { Physics } from "../data.js";
import { number } from "../format.js";
import { FRAME, INK, logAxis, ROLE_DASH, roleEncoding } from "./theme.js";

/**
 * Fake rate against the threshold, for the algorithms that have one: a line through the measured points with the
 * band of their intervals. A point without any fake stands as a hollow triangle at its upper limit. The
 * threshold chosen for the firmware is marked.
 */
export function fakeRateAgainstThreshold(physics: Physics): TopLevelSpec {
  const algorithms = physics.algorithms.filter(({ role }) => role !== "baseline");
  const points = algorithms.flatMap((algorithm) =>
    algorithm.metrics.thresholds.flatMap(({ threshold, fakeRate }) =>
      fakeRate === null
        ? []
        : [
            {
              role: labelOf(algorithm),
              threshold,
              rate: fakeRate.value,
              low: fakeRate.low,
              high: fakeRate.high,
            },
          ],
    ),
  );
  const measured = points.filter(({ rate }) => rate > 0);
  const limits = points.filter(({ rate }) => rate === 0);
  const { domain, ticks } = logAxis([
    ...points.flatMap(({ rate, low }) => [rate, low]),
    ...points.map((p) => p.high),
  ]);
  const bands = measured.map((point) => ({ ...point, low: Math.max(point.low, domain[0]) }));
  const fixed = algorithms.find(({ role }) => role === "fixed");
  const chosen = fixed === undefined ? undefined : chosenOf(fixed).threshold;
  const { color, shape } = roleEncoding(algorithms);
  const settings = points.map(({ threshold }) => threshold);
  const x = {
    field: "threshold",
    type: "quantitative" as const,
    title: `threshold on the ${physics.thresholdOf}`,
    scale: { domain: [Math.min(...settings), Math.max(...settings)], nice: true, zero: false },
    axis: { tickCount: 9, grid: false },
  };
  const y = {
    type: "quantitative" as const,
    title: "fakes per bunch crossing",
    scale: { type: "log" as const, domain, nice: false },
    axis: { values: ticks, format: "~g" },
  };
  const mark =
    chosen === undefined
      ? []
      : [
          {
            data: { values: [{ threshold: chosen, text: `chosen: ${number(chosen)}` }] },
            mark: { type: "rule" as const, strokeDash: [4, 4], color: INK },
            encoding: { x },
          },
          {
            data: { values: [{ threshold: chosen, text: `chosen: ${number(chosen)}` }] },
            mark: {
              type: "text" as const,
              align: "left" as const,
              baseline: "top" as const,
              dx: 6,
              color: INK,
            },
            encoding: { x, y: { value: 2 }, text: { field: "text", type: "nominal" as const } },
          },
        ];
  return {
    ...FRAME,
    description: "Fake rate against threshold",
    layer: [
      {
        data: { values: bands },
        mark: { type: "area", opacity: 0.16, clip: true },
        encoding: { x, y: { field: "low", ...y }, y2: { field: "high" }, color },
      },
      ...algorithms.map((algorithm) => ({
        data: { values: measured.filter(({ role }) => role === labelOf(algorithm)) },
        mark: { type: "line" as const, strokeWidth: 1.8, strokeDash: [...ROLE_DASH[algorithm.role]] },
        encoding: { x, y: { field: "rate", ...y }, color },
      })),
      {
        data: { values: measured },
        mark: { type: "point", filled: true, size: 34, opacity: 1 },
        encoding: { x, y: { field: "rate", ...y }, color, shape },
      },
      {
        data: { values: limits },
        mark: { type: "point", filled: false, shape: "triangle-down", size: 50, opacity: 1 },
        encoding: { x, y: { field: "high", ...y }, color },
      },
      ...mark,
    ],
  };
}
