import type { TopLevelSpec } from "vega-lite";
import type { TrackerPhysics } from "../data.js";
import { number } from "../format.js";
import { roleName } from "../role-names.js";
import { efficiencyAxis, FRAME, INK, linearTicks, ROLE_DASH } from "./theme.js";

const QUANTITIES = ["efficiency", "purity", "accuracy"] as const;
/** Colours of the colour-blind safe set of Okabe and Ito that are no role's in this plot. */
const COLOURS = { efficiency: "#009e73", purity: "#cc79a7", accuracy: "#56b4e9" } as const;

/** Efficiency, purity and accuracy against the threshold: solid for fixed point, dashed for float. The working point is marked. */
export function edgesAgainstThreshold({ algorithms, working }: TrackerPhysics): TopLevelSpec {
  const curves = algorithms.map(({ role, thresholds }) =>
    thresholds.flatMap((point) =>
      QUANTITIES.flatMap((quantity) => {
        const value = point[quantity]?.value;
        return value === undefined
          ? []
          : [{ role: roleName(role), threshold: point.threshold, quantity, value }];
      }),
    ),
  );
  const { domain, ticks } = efficiencyAxis(Math.min(1, ...curves.flat().map(({ value }) => value)));
  const chosen = algorithms[0].thresholds[working].threshold;
  const x = {
    field: "threshold",
    type: "quantitative" as const,
    title: "threshold on the probability",
    scale: { domain: [0, 1], nice: false },
    axis: { values: linearTicks(0, 1, 0.1), grid: false },
  };
  const color = {
    field: "quantity",
    type: "nominal" as const,
    scale: { domain: [...QUANTITIES], range: QUANTITIES.map((quantity) => COLOURS[quantity]) },
    legend: { orient: "top" as const, title: null, columnPadding: 24 },
  };
  const mark = { threshold: chosen, text: `working point: ${number(chosen)}` };
  return {
    ...FRAME,
    description: "Efficiency, purity and accuracy of the edges against threshold",
    layer: [
      ...algorithms.map(({ role }, i) => ({
        data: { values: curves[i] },
        mark: { type: "line" as const, strokeWidth: 2, strokeDash: [...ROLE_DASH[role]] },
        encoding: {
          x,
          y: {
            field: "value",
            type: "quantitative" as const,
            title: "fraction",
            scale: { domain, nice: false },
            axis: { values: ticks },
          },
          color,
        },
      })),
      {
        data: { values: [mark] },
        mark: { type: "rule", strokeDash: [4, 4], color: INK },
        encoding: { x },
      },
      {
        data: { values: [mark] },
        mark: {
          type: "text",
          align: chosen > 0.7 ? "right" : "left",
          baseline: "bottom",
          dx: chosen > 0.7 ? -6 : 6,
          color: INK,
        },
        encoding: { x, y: { value: FRAME.height - 6 }, text: { field: "text", type: "nominal" } },
      },
    ],
  };
}
