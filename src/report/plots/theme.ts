import type { TopLevelSpec } from "vega-lite";
import { labelOf } from "../algorithm.js";
import type { Evaluated, Role } from "../data.js";

/** Colour of each role in every plot: blue, vermilion and green of the colour-blind safe set of Okabe and Ito. */
export const ROLE_COLOUR: Readonly<Record<Role, string>> = {
  fixed: "#0072b2",
  float: "#d55e00",
  baseline: "#009e73",
};

/** Shape of each role's points: roles differ by more than their colour. */
const ROLE_SHAPE: Readonly<Record<Role, string>> = {
  fixed: "circle",
  float: "square",
  baseline: "triangle-up",
};

/** Dashes of each role's line; they stand in the mark, because a legend would dash its symbols too. */
export const ROLE_DASH: Readonly<Record<Role, readonly number[]>> = {
  fixed: [],
  float: [6, 3],
  baseline: [2, 3],
};

/** Ink of axes and of what belongs to no role. */
export const INK = "#3c4043";

/** Colour and shape of the field `role` (an algorithm's label), with one legend above the plot. */
export function roleEncoding(algorithms: readonly Evaluated[]) {
  const domain = algorithms.map(labelOf);
  const scale = <T>(table: Readonly<Record<Role, T>>) => ({
    domain,
    range: algorithms.map(({ role }) => table[role]),
  });
  const legend = {
    orient: "top" as const,
    title: null,
    labelLimit: 320,
    symbolSize: 70,
    symbolOpacity: 1,
    columnPadding: 24,
  };
  return {
    color: { field: "role", type: "nominal" as const, scale: scale(ROLE_COLOUR), legend },
    shape: { field: "role", type: "nominal" as const, scale: scale(ROLE_SHAPE), legend },
  };
}

/** Size, fonts and axes of every plot. */
export const FRAME: Pick<TopLevelSpec, "$schema" | "background" | "padding" | "config"> & {
  readonly width: number;
  readonly height: number;
} = {
  width: 780,
  height: 320,
  background: "white",
  padding: 8,
  config: {
    font: "system-ui, sans-serif",
    view: { stroke: null },
    axis: {
      labelFontSize: 13,
      titleFontSize: 14,
      titleFontWeight: "normal",
      titlePadding: 10,
      labelColor: INK,
      titleColor: INK,
      gridColor: "#e3e6e8",
      domainColor: "#8a9095",
      tickColor: "#8a9095",
      labelFlush: false,
    },
    legend: { labelFontSize: 13, labelColor: INK, offset: 12 },
    text: { fontSize: 12 },
  },
};

/** Ticks 0, step, 2·step… of a linear axis between two values, both included up to rounding. */
export function linearTicks(low: number, high: number, step: number): number[] {
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(last - first + 1, 0) }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

/** Axis of an efficiency: from a round number below everything shown, at most 0.8, up to 1. */
export function efficiencyAxis(lowest: number): { domain: [number, number]; ticks: number[] } {
  const bottom = Math.max(0, Math.min(0.8, Math.floor(lowest * 10 + 1e-9) / 10));
  const step = bottom >= 0.8 ? 0.05 : bottom >= 0.5 ? 0.1 : 0.2;
  return { domain: [bottom, 1], ticks: linearTicks(bottom, 1, step) };
}

/** Logarithmic axis around positive values, with room below: whole decades, or 1-2-5 steps where there are few. */
export function logAxis(values: readonly number[]): { domain: [number, number]; ticks: number[] } {
  const positive = values.filter((x) => x > 0);
  const low = positive.length === 0 ? 0.01 : Math.min(...positive);
  const high = positive.length === 0 ? 1 : Math.max(...positive);
  const ladder = Array.from({ length: 40 }, (_, i) => i - 30).flatMap((e) =>
    [1, 2, 5].map((m) => Number(`${m}e${e}`)),
  );
  const bottom = ladder.findLast((x) => x < low * (1 - 1e-9)) ?? ladder[0];
  const top = ladder.find((x) => x >= high * (1 - 1e-9) && x > bottom) ?? ladder[ladder.length - 1];
  const inside = ladder.filter((x) => x >= bottom && x <= top);
  const decades = inside.filter((x) => Number.isInteger(Math.round(Math.log10(x) * 1e6) / 1e6));
  return { domain: [bottom, top], ticks: decades.length >= 3 ? decades : inside };
}
