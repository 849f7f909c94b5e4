import { UserError } from "../../ir/errors.js";
import type { FixedNode } from "../../ir/fixed/fixed.js";
import { type FixedType, type Interval, printType, typeRange, unitOf } from "../../ir/fixed-point.js";
import { collapse, perTensor, zipGranular } from "../../ir/granular.js";
import { hullOf, sameInterval } from "../../ir/interval.js";
import type { ModelFunction, Quantizer } from "../../ir/model/model.js";
import { over, type Ratio, ratio } from "../../ir/ratio.js";
import { alignTensor } from "../align.js";
import type { Converter, FixedBuilder } from "../builder.js";
import { realFunction } from "../functions/functions.js";
import { interpolate } from "../functions/interpolation.js";
import type { Held } from "../functions/line-error.js";
import { defaultType } from "../functions/output-type.js";
import type { RealFunction } from "../functions/real-function.js";
import { checkDomain, type Target } from "../functions/round.js";
import { activeRange } from "../functions/saturation.js";
import { typesOfUnits, unitOfAll, unitsOf } from "../units.js";
import {
  buildTable,
  indexOf,
  inTable,
  itself,
  key,
  MOST_ENTRIES,
  partsOf,
  targetKey,
  targets,
} from "./function-table.js";

/** Bits that the lines have more than the result, so that rounding them adds little. */
const GUARD_BITS = 4;

/** A function whose type no quantizer fixes: from the configuration, or 16 bits over the proven range. */
export const convertFunction: Converter<"function"> = (node, [input], builder) => {
  buildFunction(node, input, declaredQuantizer(node, input, builder), node.name, builder);
};

/** A function with the quantizer behind it: rounded once. The result takes the quantizer's name. */
export function buildFunction(
  node: ModelFunction,
  input: FixedNode,
  quantizer: Quantizer,
  name: string,
  builder: FixedBuilder,
): void {
  const f = realFunction(node.kind, node.parameters);
  for (const [unit, range] of partsOf(input).items) checkDomain(f, node.kind, unit, range, node.name);
  const index = indexOf(input, builder);
  if (index !== undefined) {
    buildTable(f, index, quantizer, name, builder);
    return;
  }
  const clamped = clampToActive(f, input, quantizer, name, builder);
  if (inTable(clamped)) buildTable(f, itself(clamped), quantizer, name, builder);
  else buildLines(f, clamped, quantizer, name, builder);
}

/** Clamps the input where the rounded result no longer changes. */
function clampToActive(
  f: RealFunction,
  input: FixedNode,
  quantizer: Quantizer,
  name: string,
  builder: FixedBuilder,
): FixedNode {
  const known = new Map<string, Interval>();
  const limits = zipGranular(
    input.shape,
    [unitsOf(input), input.ranges, targets(quantizer)],
    (unit: Ratio, range: Interval, target: Target) => {
      const id = `${key(unit)} ${range.lo}..${range.hi} ${targetKey(target)}`;
      const active = known.get(id) ?? activeRange(f, unit, range, target);
      known.set(id, active);
      return active;
    },
  );
  const unchanged = zipGranular(input.shape, [limits, input.ranges], sameInterval).items.every(Boolean);
  if (unchanged) return input;
  return builder.add({
    op: "clamp",
    name: builder.fresh(`${name}.clamp`),
    inputs: [input.name],
    limits: collapse(limits, input.shape, sameInterval),
  });
}

/** Straight lines to more bits than the result has, then the quantizer. */
function buildLines(
  f: RealFunction,
  input: FixedNode,
  quantizer: Quantizer,
  name: string,
  builder: FixedBuilder,
): void {
  const aligned = alignTensor(builder, input, name);
  const step = unitOfAll(quantizer.types.items.map(unitOf));
  const resultUnit = ratio(step.n, step.d << BigInt(GUARD_BITS));
  const unit = unitOf(aligned.types.items[0] as FixedType);
  const range = hullOf(aligned.ranges);
  const held = heldBy(quantizer, resultUnit);
  const { lines, error } = interpolate(f, unit, range, resultUnit, 2 ** (GUARD_BITS - 1), held);
  const result = builder.add({
    op: "interpolate",
    name: builder.fresh(`${name}.lines`),
    inputs: [aligned.name],
    ...lines,
    types: typesOfUnits(perTensor(resultUnit)),
  });
  builder.add({ op: "requantize", name, inputs: [result.name], ...quantizer });
  const saturated = Number.isFinite(held.hi) ? "saturated and " : "";
  builder.note(
    name,
    `its input has more than ${MOST_ENTRIES} values: straight lines between ${lines.entries.length} points, ` +
      `at most ${roundedUp(error / 2 ** GUARD_BITS)} output steps off when ${saturated}not yet rounded`,
  );
}

/** What a quantizer that saturates holds, in steps of `unit`. */
function heldBy({ types, overflow, limits }: Quantizer, unit: Ratio): Held {
  if (overflow !== "SAT" && overflow !== "SAT_SYM") {
    return { lo: Number.NEGATIVE_INFINITY, hi: Number.POSITIVE_INFINITY };
  }
  const ends = types.items.map((type, i) => {
    const { lo, hi } = limits?.items[limits.items.length === 1 ? 0 : i] ?? typeRange(type);
    const own = over(unitOf(type), unit);
    const steps = (k: bigint) => Number(ratio(k * own.n, own.d).n) / Number(ratio(k * own.n, own.d).d);
    return { lo: steps(lo), hi: steps(hi) };
  });
  return { lo: Math.min(...ends.map(({ lo }) => lo)), hi: Math.max(...ends.map(({ hi }) => hi)) };
}

/** Two significant digits, not below the number. */
function roundedUp(x: number): string {
  const unit = 10 ** (Math.floor(Math.log10(x)) - 1);
  return Number((Math.ceil(x / unit - 1e-9) * unit).toPrecision(2)).toString();
}

/** The type of a function's result from the configuration, or a derived one with a note. */
function declaredQuantizer(node: ModelFunction, input: FixedNode, builder: FixedBuilder): Quantizer {
  const declared = builder.declaredType(node.name);
  const f = realFunction(node.kind, node.parameters);
  const parts = partsOf(input).items.map(([unit, range]) => ({ unit, range }));
  for (const { unit, range } of parts) checkDomain(f, node.kind, unit, range, node.name);
  const type = declared ?? defaultType(f, distinct(parts));
  const example = (text: string) => `types: { ${node.name}: "${text}" }`;
  if (type === undefined) {
    throw new UserError(
      `the values of ${node.kind} over its input need too many integer bits for a type of its own`,
      {
        where: `node '${node.name}'`,
        hint: `Give its type in l1c.yaml: ${example("fixed<16,6>")}.`,
      },
    );
  }
  if (declared === undefined) {
    builder.note(
      node.name,
      `the model does not fix the type of its result; ${printType(type)} covers it, ` +
        `another goes into l1c.yaml as ${example(printType(type))}`,
    );
  }
  return { types: perTensor(type), rounding: "RND", overflow: "SAT" };
}

function distinct<Part extends { readonly unit: Ratio; readonly range: Interval }>(
  parts: readonly Part[],
): readonly Part[] {
  return [
    ...new Map(parts.map((part) => [`${key(part.unit)} ${part.range.lo} ${part.range.hi}`, part])).values(),
  ];
}
