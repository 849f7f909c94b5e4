import { type FixedType, type Interval, typeLike, typeOfUnit, unitOf } from "../../fixed-point.js";
import { type Granular, zipGranular } from "../../granular.js";
import { ZERO } from "../../interval.js";
import { times } from "../../ratio.js";
import { equalShapes, typedItems, unitType } from "../check.js";
import type { FixedValue } from "../fixed.js";
import type { FixedOperator } from "../operator.js";

type BinaryOp = "add" | "subtract" | "multiply" | "maximum" | "minimum";

interface Arithmetic {
  readonly integer: (a: bigint, b: bigint) => bigint;
  readonly interval: (a: Interval, b: Interval) => Interval;
}

const min = (...items: readonly bigint[]) => items.reduce((a, b) => (a < b ? a : b));
const max = (...items: readonly bigint[]) => items.reduce((a, b) => (a > b ? a : b));

const ARITHMETIC: { readonly [Op in BinaryOp]: Arithmetic } = {
  add: { integer: (a, b) => a + b, interval: (a, b) => ({ lo: a.lo + b.lo, hi: a.hi + b.hi }) },
  subtract: { integer: (a, b) => a - b, interval: (a, b) => ({ lo: a.lo - b.hi, hi: a.hi - b.lo }) },
  multiply: {
    integer: (a, b) => a * b,
    interval: (a, b) => {
      const corners = [a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi];
      return { lo: min(...corners), hi: max(...corners) };
    },
  },
  maximum: {
    integer: (a, b) => max(a, b),
    interval: (a, b) => ({ lo: max(a.lo, b.lo), hi: max(a.hi, b.hi) }),
  },
  minimum: {
    integer: (a, b) => min(a, b),
    interval: (a, b) => ({ lo: min(a.lo, b.lo), hi: min(a.hi, b.hi) }),
  },
};

/** The interval of one value combined with itself: both operands are equal. */
const TWICE: { readonly [Op in BinaryOp]: (a: Interval) => Interval } = {
  add: ({ lo, hi }) => ({ lo: 2n * lo, hi: 2n * hi }),
  subtract: () => ZERO,
  multiply: ({ lo, hi }) => ({
    lo: lo <= 0n && hi >= 0n ? 0n : min(lo * lo, hi * hi),
    hi: max(lo * lo, hi * hi),
  }),
  maximum: (a) => a,
  minimum: (a) => a,
};

function types(
  op: BinaryOp,
  name: string,
  [a, b]: readonly [FixedValue, FixedValue],
  ranges: Granular<Interval>,
): Granular<FixedType> {
  if (op === "multiply") {
    return zipGranular(a.shape, [ranges, a.types, b.types], (range, x, y) =>
      typeOfUnit(range, times(unitOf(x), unitOf(y))),
    );
  }
  return zipGranular(a.shape, [ranges, typedItems(a), typedItems(b)], (range, x, y) =>
    typeLike(range, unitType([x, y], name)),
  );
}

function binary<Op extends BinaryOp>(op: Op): FixedOperator<BinaryOp> {
  const { integer, interval } = ARITHMETIC[op];
  return {
    arity: 2,
    shape: (node, inputs) => equalShapes(node, inputs),
    ranges: (node, inputs) => {
      const [a, b] = inputs as readonly [FixedValue, FixedValue];
      const twice = node.inputs.length === 2 && node.inputs[0] === node.inputs[1];
      return twice
        ? { per: a.ranges.per, items: a.ranges.items.map(TWICE[op]) }
        : zipGranular(a.shape, [a.ranges, b.ranges], interval);
    },
    types: (node, inputs, ranges) =>
      types(op, node.name, inputs as readonly [FixedValue, FixedValue], ranges),
    evaluate: (_node, _inputs, values) => {
      const [a, b] = values as readonly [readonly bigint[], readonly bigint[]];
      return a.map((k, i) => integer(k, b[i] as bigint));
    },
    write: () => ({}),
    read: () => ({}),
  };
}

export const add = binary("add") as unknown as FixedOperator<"add">;
export const subtract = binary("subtract") as unknown as FixedOperator<"subtract">;
export const multiply = binary("multiply") as unknown as FixedOperator<"multiply">;
export const maximum = binary("maximum") as unknown as FixedOperator<"maximum">;
export const minimum = binary("minimum") as unknown as FixedOperator<"minimum">;
