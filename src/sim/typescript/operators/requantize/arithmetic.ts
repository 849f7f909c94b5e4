import type { Overflow, Rounding } from "../../../../ir/fixed-point.js";
import type { Elements } from "../../../elements.js";
import { larger, smaller } from "../../branch-free.js";
import { literal } from "../../expressions.js";
import type { RequantizePlan, Steps } from "./plan.js";

/** A plan together with the text of its constants for the current element. */
export interface WrittenPlan extends RequantizePlan {
  readonly value: (key: keyof Steps) => string;
}

/** When a number with a floor and a rest above it is rounded up; undefined for TRN, which never does. */
const ROUND_UP: Readonly<Record<Rounding, ((plan: WrittenPlan) => string) | undefined>> = {
  TRN: undefined,
  TRN_ZERO: (plan) => `k < ${zero(plan)} && rest !== ${zero(plan)}`,
  RND: ({ value }) => `rest >= ${value("half")}`,
  RND_ZERO: (plan) => tie(plan, `k < ${zero(plan)}`),
  RND_INF: (plan) => tie(plan, `k >= ${zero(plan)}`),
  RND_MIN_INF: ({ value }) => `rest > ${value("half")}`,
  RND_CONV: (plan) => tie(plan, isOdd("floor", plan.compute)),
};

function zero({ compute }: WrittenPlan): string {
  return literal(0n, compute);
}

function tie({ value }: WrittenPlan, up: string): string {
  return `rest > ${value("half")} || (rest === ${value("half")} && ${up})`;
}

function isOdd(k: string, compute: Elements): string {
  if (compute === "int32") return `(${k} & 1) !== 0`;
  return compute === "bigint" ? `(${k} & 1n) !== 0n` : `${k} % 2 !== 0`;
}

/** Lines that shift `k` to the new binary point and round it. */
export function roundLines(rounding: Rounding, plan: WrittenPlan): readonly string[] {
  const { steps, compute, value } = plan;
  const doubles = compute === "float64";
  const lines: string[] = [];
  if (steps.some(({ left }) => left > 0n)) {
    lines.push(doubles ? `k *= ${value("scale")};` : `k <<= ${value("left")};`);
  }
  if (steps.every(({ right }) => right === 0n)) return lines;
  const floor = doubles ? `Math.floor(k / ${value("unit")})` : `k >> ${value("right")}`;
  const up = ROUND_UP[rounding]?.(plan);
  if (up === undefined) return [...lines, `k = ${floor};`];
  return [
    ...lines,
    `const floor = ${floor};`,
    doubles ? `const rest = k - floor * ${value("unit")};` : `const rest = k & ${value("dropped")};`,
    compute === "bigint" ? `k = ${up} ? floor + 1n : floor;` : `k = floor + Number(${up});`,
  ];
}

/** Lines that bring `k` into the range of the type; none where no element may overflow. */
export function overflowLines(overflow: Overflow, plan: WrittenPlan): readonly string[] {
  const { below, above, reach, steps, compute, value } = plan;
  if (!below && !above) return [];
  switch (overflow) {
    case "WRAP":
      return compute === "float64"
        ? [
            `k -= ${value("lo")};`,
            `k += ${value("lo")} - Math.floor(k / ${value("span")}) * ${value("span")};`,
          ]
        : [`k = ((k - ${value("lo")}) & ${value("kept")}) + ${value("lo")};`];
    case "SAT":
    case "SAT_SYM": {
      const bound = steps.reduce(
        (most, { lo, hi }) => (most > hi ? (most > -lo ? most : -lo) : hi > -lo ? hi : -lo),
        0n,
      );
      return [
        ...(plan.above ? [`k = ${smaller("k", value("hi"), reach, bound, compute)};`] : []),
        ...(plan.below ? [`k = ${larger("k", value("lo"), reach, bound, compute)};`] : []),
      ];
    }
    case "SAT_ZERO":
      return [`k = k < ${value("lo")} || k > ${value("hi")} ? ${zero(plan)} : k;`];
  }
}
