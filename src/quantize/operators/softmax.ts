import type { FixedNode } from "../../ir/fixed/fixed.js";
import { type FixedType, type Interval, printType, typeOfUnit, unitOf } from "../../ir/fixed-point.js";
import { perTensor } from "../../ir/granular.js";
import { hullOf } from "../../ir/interval.js";
import type { ModelSoftmax, Quantizer } from "../../ir/model/model.js";
import { type Ratio, ratio } from "../../ir/ratio.js";
import { alignPair, alignTensor, rescale } from "../align.js";
import type { Converter, FixedBuilder } from "../builder.js";
import { realFunction } from "../functions/functions.js";
import { roundedInteger } from "../functions/round.js";
import { binaryUnit, fractionOf, planSoftmax, type SoftmaxPlan } from "../softmax-plan.js";
import { unitOfAll } from "../units.js";

/** 15 fractional bits and the 1, which a single large logit reaches. */
const DEFAULT_TYPE: FixedType = { signed: false, width: 16, integer: 1 };

/** A softmax whose type no quantizer fixes: from the configuration, or ufixed<16,1> with a note. */
export const convertSoftmax: Converter<"softmax"> = (node, [input], builder) => {
  const declared = builder.declaredType(node.name);
  if (declared === undefined) {
    const type = printType(DEFAULT_TYPE);
    builder.note(
      node.name,
      `the model does not fix the type of its result; it is ${type}, another goes into l1c.yaml as types: { ${node.name}: "${type}" }`,
    );
  }
  const types = perTensor(declared ?? DEFAULT_TYPE);
  buildSoftmax(node, input, { types, rounding: "RND", overflow: "SAT" }, node.name, builder);
};

/**
 * e^(x − max x) by a table or lines, its sum, the sum's reciprocal, their product, and the quantizer. Each step is
 * monotonic and the reciprocal is common to a row, so the order of the logits is kept: different results never lie the
 * other way round. What the grids of the parts add to the error is in {@link planSoftmax}.
 */
export function buildSoftmax(
  node: ModelSoftmax,
  input: FixedNode,
  quantizer: Quantizer,
  name: string,
  builder: FixedBuilder,
): void {
  const aligned = alignTensor(builder, input, name);
  const { shape } = aligned;
  const count = shape.at(-1) ?? 1;
  const unit = unitOf(aligned.types.items[0] as FixedType);
  const fraction = fractionOf(unitOfAll(quantizer.types.items.map(unitOf)));
  const plan = planSoftmax(fraction, count, unit, hullOf(aligned.ranges));
  const part = (suffix: string) => builder.fresh(`${name}.${suffix}`);

  const difference = buildDifference(aligned, plan, part, builder);
  const exp = buildCurve(
    "exp",
    difference,
    { lo: plan.difference.low, hi: 0n },
    plan.difference.unit,
    plan.exp,
    part("exp"),
    builder,
  );
  const axes = [shape.length - 1];
  const sum = builder.add({ op: "reduce", kind: "sum", name: part("sum"), inputs: [exp.name], axes });
  const reciprocal = overRow(buildReciprocal(sum, plan, part, builder), shape, part, builder);
  const product = builder.add({
    op: "multiply",
    name: part("product"),
    inputs: [exp.name, reciprocal.name],
  });
  builder.add({ op: "requantize", name, inputs: [product.name], ...quantizer });
  if (plan.error >= 0.5) {
    builder.note(
      node.name,
      `is up to ${plan.error.toPrecision(2)} steps of its output off before it is rounded: fewer fractional bits than ${fraction} get it under half a step`,
    );
  }
}

type NameOfPart = (suffix: string) => string;

/** x − max x, on the grid and down to the bound that matter. */
function buildDifference(
  input: FixedNode,
  { difference }: SoftmaxPlan,
  part: NameOfPart,
  builder: FixedBuilder,
): FixedNode {
  const axes = [input.shape.length - 1];
  const largest = builder.add({
    op: "reduce",
    kind: "max",
    name: part("max"),
    inputs: [input.name],
    axes,
  });
  const common = overRow(largest, input.shape, part, builder);
  const exact = builder.add({
    op: "subtract",
    name: part("difference"),
    inputs: [input.name, common.name],
  });
  const limits: Interval = { lo: difference.low, hi: 0n };
  if (!difference.rounded) {
    return builder.add({
      op: "clamp",
      name: part("clamp"),
      inputs: [exact.name],
      limits: perTensor(limits),
    });
  }
  return builder.add({
    op: "requantize",
    name: part("rounded"),
    inputs: [exact.name],
    types: perTensor(typeOfUnit(limits, difference.unit)),
    rounding: "RND",
    overflow: "SAT",
    limits: perTensor(limits),
  });
}

/** A function on integers of `unit` in a range that begins or ends at a node, as a table or as lines. */
function buildCurve(
  kind: "exp" | "reciprocal",
  input: FixedNode,
  { lo, hi }: Interval,
  unit: Ratio,
  { fraction, step }: { readonly fraction: number; readonly step: number | undefined },
  name: string,
  builder: FixedBuilder,
): FixedNode {
  const f = realFunction(kind, {});
  const size = 1n << BigInt(step ?? 0);
  // There is a node at the end of the range (that of e^x is 0, whose value is exact), and another behind it.
  const count = Number((hi - lo + size - 1n) / size);
  const low = hi - BigInt(count) * size;
  const result = binaryUnit(fraction);
  const entries = Array.from({ length: count + 1 }, (_, i) => {
    const k = low + BigInt(i) * size;
    return roundedInteger(f, ratio(k * unit.n, unit.d), result, "RND");
  });
  const largest = entries.reduce((a, b) => (a > b ? a : b));
  const types = perTensor(typeOfUnit({ lo: 0n, hi: largest }, result));
  const inputs = [input.name];
  if (step === undefined) {
    return builder.add({ op: "table", name, inputs, tables: perTensor({ low, entries }), types });
  }
  const nodes = [...entries, entries.at(-1) as bigint];
  return builder.add({ op: "interpolate", name, inputs, low, step, drop: 0, entries: nodes, types });
}

/**
 * The reciprocal of a sum from 1 on: the sum is brought into 1…2 by powers of two, which come back into the
 * reciprocal.
 */
function buildReciprocal(
  sum: FixedNode,
  plan: SoftmaxPlan,
  part: NameOfPart,
  builder: FixedBuilder,
): FixedNode {
  const halve = (value: FixedNode, bit: FixedNode, shift: number, name: string) => {
    const own = unitOf(value.types.items[0] as FixedType);
    const less = perTensor(ratio(own.n, own.d << BigInt(shift)));
    const shifted = rescale(builder, value, less, part(`${name}.shifted`));
    const full = part(name);
    const [yes, no] = alignPair(builder, shifted, value, full);
    return builder.add({ op: "select", name: full, inputs: [bit.name, yes.name, no.name] });
  };
  let scaled = sum;
  const bits = plan.shifts.map((shift) => {
    const unit = unitOf(scaled.types.items[0] as FixedType);
    const level = (unit.d << BigInt(shift)) / unit.n;
    const levels = Array.from({ length: scaled.shape.at(-1) ?? 1 }, () => level);
    const bit = builder.add({
      op: "threshold",
      name: part(`sum.from${2 ** shift}`),
      inputs: [scaled.name],
      levels,
    });
    scaled = halve(scaled, bit, shift, `sum.over${2 ** shift}`);
    return bit;
  });
  const one = 1n << BigInt(plan.sum.fraction);
  const range: Interval = { lo: one, hi: 2n * one };
  const unit = binaryUnit(plan.sum.fraction);
  const mantissa = builder.add({
    op: "requantize",
    name: part("mantissa"),
    inputs: [scaled.name],
    types: perTensor(typeOfUnit(range, unit)),
    rounding: "RND",
    overflow: "SAT",
    limits: perTensor(range),
  });
  let result = buildCurve("reciprocal", mantissa, range, unit, plan.reciprocal, part("reciprocal"), builder);
  for (const [i, shift] of plan.shifts.entries()) {
    result = halve(result, bits[i] as FixedNode, shift, `reciprocal.over${2 ** shift}`);
  }
  return result;
}

/** One value for each row becomes one for each of its elements. */
function overRow(
  value: FixedNode,
  shape: readonly number[],
  part: NameOfPart,
  builder: FixedBuilder,
): FixedNode {
  const last = value.name.split(".").at(-1);
  const column = builder.add({
    op: "reshape",
    name: part(`${last}.row`),
    inputs: [value.name],
    shape: [...shape.slice(0, -1), 1],
  });
  return builder.add({ op: "expand", name: part(`${last}.all`), inputs: [column.name], shape });
}
