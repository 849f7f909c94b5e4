import { UserError } from "../../ir/errors.js";
import { completeNode } from "../../ir/fixed/build.js";
import type { FixedNode, IntegerTable } from "../../ir/fixed/fixed.js";
import { type FixedType, type Interval, printType, sameType, unitOf } from "../../ir/fixed-point.js";
import { collapse, type Granular, perTensor, zipGranular } from "../../ir/granular.js";
import { hull, hullOf, sameInterval } from "../../ir/interval.js";
import type { ModelFunction, Quantizer } from "../../ir/model/model.js";
import { type Ratio, ratio } from "../../ir/ratio.js";
import { alignTensor } from "../align.js";
import type { Converter, FixedBuilder } from "../builder.js";
import { realFunction } from "../functions/functions.js";
import { interpolate } from "../functions/interpolation.js";
import { defaultType } from "../functions/output-type.js";
import type { RealFunction } from "../functions/real-function.js";
import { checkDomain, roundedValue, type Target } from "../functions/round.js";
import { activeRange } from "../functions/saturation.js";
import { sameRatio, typesOfUnits, unitOfAll, unitsOf } from "../units.js";

/** Inputs of at most so many values get a table, others straight lines. */
const MOST_ENTRIES = 4096n;
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
  if (inTable(input)) {
    buildTable(f, input, quantizer, name, builder);
    return;
  }
  const clamped = clampToActive(f, input, quantizer, name, builder);
  if (inTable(clamped)) buildTable(f, clamped, quantizer, name, builder);
  else buildLines(f, clamped, quantizer, name, builder);
}

function partsOf(input: FixedNode): Granular<readonly [Ratio, Interval]> {
  return zipGranular(
    input.shape,
    [unitsOf(input), input.ranges],
    (unit: Ratio, range: Interval) => [unit, range] as const,
  );
}

/** The units of an input, each with all integers that elements of this unit can have: tables are shared by unit. */
function rangesByUnit(input: FixedNode): ReadonlyMap<string, Interval> {
  const ranges = new Map<string, Interval>();
  for (const [unit, range] of partsOf(input).items) {
    const known = ranges.get(key(unit));
    ranges.set(key(unit), known === undefined ? range : hull(known, range));
  }
  return ranges;
}

const key = ({ n, d }: Ratio) => `${n}/${d}`;
const fits = ({ lo, hi }: Interval) => hi - lo < MOST_ENTRIES;
const inTable = (input: FixedNode) => [...rangesByUnit(input).values()].every(fits);

/** Every entry is the function's value, rounded once and correctly as the quantizer says. */
function buildTable(
  f: RealFunction,
  input: FixedNode,
  quantizer: Quantizer,
  name: string,
  builder: FixedBuilder,
): void {
  const ranges = rangesByUnit(input);
  const known = new Map<string, IntegerTable>();
  const tables = zipGranular(
    input.shape,
    [collapse(unitsOf(input), input.shape, sameRatio), targets(quantizer)],
    (unit: Ratio, target: Target) => {
      const id = `${key(unit)} ${targetKey(target)}`;
      const table = known.get(id) ?? tableOf(f, unit, ranges.get(key(unit)) as Interval, target);
      known.set(id, table);
      return table;
    },
  );
  const sketch = {
    op: "table",
    inputs: [input.name],
    tables: collapse(tables, input.shape, (a: IntegerTable, b: IntegerTable) => a === b),
    types: quantizer.types,
  } as const;
  const whole = completeNode({ ...sketch, name }, [input]);
  const asStated = zipGranular(input.shape, [whole.types, quantizer.types], sameType).items.every(Boolean);
  if (asStated) {
    builder.insert(whole);
    return;
  }
  // The entries do not fill the type: a quantizer that changes no value gives the result the type that was asked for.
  const table = builder.add({ ...sketch, name: builder.fresh(`${name}.table`) });
  builder.add({ op: "requantize", name, inputs: [table.name], ...quantizer });
}

function tableOf(f: RealFunction, unit: Ratio, { lo, hi }: Interval, target: Target): IntegerTable {
  const entries = Array.from({ length: Number(hi - lo) + 1 }, (_, i) =>
    roundedValue(f, ratio((lo + BigInt(i)) * unit.n, unit.d), target),
  );
  return { low: lo, entries };
}

function targets({ types, rounding, overflow, limits }: Quantizer): Granular<Target> {
  // Limits have the granularity of the types, or are one for all.
  return {
    per: types.per,
    items: types.items.map((type, i) => {
      const limit = limits?.items[limits.items.length === 1 ? 0 : i];
      return { type, rounding, overflow, ...(limit !== undefined && { limits: limit }) };
    }),
  };
}

const targetKey = ({ type, limits }: Target) => `${printType(type)} ${limits?.lo}..${limits?.hi}`;

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
  const { lines, error } = interpolate(f, unit, range, resultUnit, 2 ** (GUARD_BITS - 1));
  const result = builder.add({
    op: "interpolate",
    name: builder.fresh(`${name}.lines`),
    inputs: [aligned.name],
    ...lines,
    types: typesOfUnits(perTensor(resultUnit)),
  });
  builder.add({ op: "requantize", name, inputs: [result.name], ...quantizer });
  const steps = (error.largest / 2 ** GUARD_BITS).toPrecision(2);
  const scope = error.everywhere ? "measured at every input" : `measured at ${2 ** 20} of its inputs`;
  builder.note(
    name,
    `its input has more than ${MOST_ENTRIES} values: straight lines between ${lines.entries.length} points, ` +
      `at most ${steps} output steps off before the result is rounded (${scope})`,
  );
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
