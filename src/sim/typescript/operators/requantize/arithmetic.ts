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
  RND_ODD: (plan) => tie(plan, `!(${isOdd("floor", plan.compute)})`),
  CEIL: (plan) => `rest !== ${zero(plan)}`,
  AWAY: (plan) => `k >= ${zero(plan)} && rest !== ${zero(plan)}`,
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
  const { steps, compute, value, divides } = plan;
  const doubles = compute === "float64";
  const lines: string[] = [];
  if (steps.some(({ scale }) => scale > 1n)) {
    lines.push(doubles || divides ? `k *= ${value("scale")};` : `k <<= ${value("left")};`);
  }
  if (steps.every(({ unit }) => unit === 1n)) return lines;
  if (divides) return [...lines, ...divideLines(rounding, plan)];
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

/** Lines that divide `k` and round it. A half of an odd divisor is no integer: the rest is doubled instead. */
function divideLines(rounding: Rounding, plan: WrittenPlan): readonly string[] {
  const { compute, value } = plan;
  const unit = value("unit");
  const up = ROUND_UP[rounding]?.(plan);
  // Division of bigints goes towards zero.
  const floor =
    compute === "float64"
      ? `Math.floor(k / ${unit})`
      : `(k - (((k % ${unit}) + ${unit}) % ${unit})) / ${unit}`;
  if (up === undefined) return [`k = ${floor};`];
  return [
    `const floor = ${floor};`,
    `const rest = ${literal(2n, compute)} * (k - floor * ${unit});`,
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
