import { completeNode } from "../../ir/fixed/build.js";
import type { FixedNode, IntegerTable } from "../../ir/fixed/fixed.js";
import { type Interval, printType, sameType } from "../../ir/fixed-point.js";
import { collapse, type Granular, mapGranular, zipGranular } from "../../ir/granular.js";
import { hull } from "../../ir/interval.js";
import type { Quantizer } from "../../ir/model/model.js";
import { type Ratio, ratio } from "../../ir/ratio.js";
import type { FixedBuilder } from "../builder.js";
import type { RealFunction } from "../functions/real-function.js";
import { roundedValue, type Target } from "../functions/round.js";
import { sameRatio, unitsOf, ZERO } from "../units.js";

/** Inputs of at most so many values get a table, others straight lines. */
export const MOST_ENTRIES = 4096n;

/** The unit and the range of each element. */
export function partsOf(input: FixedNode): Granular<readonly [Ratio, Interval]> {
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

export const key = ({ n, d }: Ratio) => `${n}/${d}`;
const fits = ({ lo, hi }: Interval) => hi - lo < MOST_ENTRIES;
/** Whether a value has few enough integers of each unit for a table. */
export const inTable = (input: FixedNode) => [...rangesByUnit(input).values()].every(fits);

/** What indexes a table: the integers k of `node` stand for the arguments base + k · step. */
export interface Index {
  readonly node: FixedNode;
  readonly arguments: Granular<Progression>;
}

interface Progression {
  readonly base: Ratio;
  readonly step: Ratio;
}

const sameProgression = (a: Progression, b: Progression) =>
  sameRatio(a.base, b.base) && sameRatio(a.step, b.step);

/** A value as the index of its own function's table. */
export function itself(node: FixedNode): Index {
  return {
    node,
    arguments: mapGranular(collapse(unitsOf(node), node.shape, sameRatio), (step) => ({ base: ZERO, step })),
  };
}

/**
 * The value by which a table of the function is indexed: its input, or what that is m · k + c of, where only this has few
 * enough values. Undefined where both have too many.
 */
export function indexOf(input: FixedNode, builder: FixedBuilder): Index | undefined {
  if (inTable(input)) return itself(input);
  if (input.op !== "affine") return undefined;
  const node = builder.node(input.inputs[0] as string);
  if (!inTable(node)) return undefined;
  const progressions = zipGranular(
    input.shape,
    [unitsOf(input), input.multiplier, input.offset],
    (unit: Ratio, multiplier: bigint, offset: bigint): Progression => ({
      base: ratio(unit.n * offset, unit.d),
      step: ratio(unit.n * multiplier, unit.d),
    }),
  );
  return { node, arguments: collapse(progressions, input.shape, sameProgression) };
}

/** Every entry is the function's value, rounded once and correctly as the quantizer says. */
export function buildTable(
  f: RealFunction,
  { node: input, arguments: progressions }: Index,
  quantizer: Quantizer,
  name: string,
  builder: FixedBuilder,
): void {
  const id = (unit: Ratio, { base, step }: Progression) => `${key(unit)} ${key(base)} ${key(step)}`;
  const ranges = new Map<string, Interval>();
  zipGranular(
    input.shape,
    [unitsOf(input), progressions, input.ranges],
    (unit: Ratio, progression: Progression, range: Interval) => {
      const known = ranges.get(id(unit, progression));
      ranges.set(id(unit, progression), known === undefined ? range : hull(known, range));
    },
  );
  const known = new Map<string, IntegerTable>();
  const tables = zipGranular(
    input.shape,
    [collapse(unitsOf(input), input.shape, sameRatio), progressions, targets(quantizer)],
    (unit: Ratio, progression: Progression, target: Target) => {
      const own = id(unit, progression);
      const full = `${own} ${targetKey(target)}`;
      const table = known.get(full) ?? tableOf(f, progression, ranges.get(own) as Interval, target);
      known.set(full, table);
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

function tableOf(
  f: RealFunction,
  { base, step }: Progression,
  { lo, hi }: Interval,
  target: Target,
): IntegerTable {
  const entries = Array.from({ length: Number(hi - lo) + 1 }, (_, i) =>
    roundedValue(f, ratio(base.n * step.d + (lo + BigInt(i)) * step.n * base.d, base.d * step.d), target),
  );
  return { low: lo, entries };
}

/** What each element of a result is rounded to. */
export function targets({ types, rounding, overflow, limits }: Quantizer): Granular<Target> {
  // Limits have the granularity of the types, or are one for all.
  return {
    per: types.per,
    items: types.items.map((type, i) => {
      const limit = limits?.items[limits.items.length === 1 ? 0 : i];
      return { type, rounding, overflow, ...(limit !== undefined && { limits: limit }) };
    }),
  };
}

export const targetKey = ({ type, limits }: Target) => `${printType(type)} ${limits?.lo}..${limits?.hi}`;
