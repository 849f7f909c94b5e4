import { offsetOf } from "../../ir/circuit/circuit.js";
import { type Interval, intervalBits } from "../../ir/fixed-point.js";
import type { ModuleBuilder, Shifted, Signal } from "../module-builder.js";
import type { Term } from "./network.js";
import type { Plan } from "./plan.js";
import type { Tree } from "./tree.js";

/** Σ coefficients[i] · input[i] + constant. */
interface Form {
  readonly coefficients: readonly bigint[];
  readonly constant: bigint;
}

/** A signal and the linear form over the inputs that it is. */
interface Formed {
  readonly signal: Signal;
  readonly form: Form;
}

/** What a row comes to besides its terms, and the bounds of its value. */
export interface RowValue {
  readonly constant: bigint;
  readonly range: Interval;
}

/** Builds the adders of a plan over its inputs; returns the value of each row. */
export function emitPlan(
  builder: ModuleBuilder,
  inputs: readonly Signal[],
  { shared, rows }: Plan,
  values: readonly RowValue[],
): readonly Signal[] {
  const nodes: Formed[] = inputs.map((signal, i) => ({
    signal,
    form: { coefficients: inputs.map((_, j) => (i === j ? 1n : 0n)), constant: 0n },
  }));
  const ranges = inputs.map(({ range }) => range);

  /** The bits of a term's node as an unsigned number, inverted where it is subtracted. */
  const operandOf = ({ node, shift, negative }: Term): Formed & Shifted => {
    const { signal, form } = nodes[node] as Formed;
    const offset = builder.offset(signal, negative);
    const wire = builder.wireOf(signal);
    const added = !wire.signed && !negative ? 0n : offsetOf(wire, negative);
    const sign = negative ? -1n : 1n;
    return {
      signal: offset,
      shift,
      form: {
        coefficients: form.coefficients.map((k) => sign * k),
        constant: sign * form.constant + added,
      },
    };
  };
  const build = (tree: Tree): Formed & Shifted =>
    tree.term === undefined ? joined(tree.parts.map(build)) : operandOf(tree.term);
  const joined = (operands: readonly (Formed & Shifted)[]): Formed & Shifted => {
    const shift = Math.min(...operands.map((operand) => operand.shift));
    const form = formOf(operands, shift);
    const own = operands.map(({ signal, shift: by }) => ({ signal, shift: by - shift }));
    const signal = sideBySide(builder, own) ?? builder.sum(own, rangeOf(form, ranges));
    return { signal, shift, form };
  };

  for (const tree of shared) {
    const { signal, shift, form } = build(tree);
    nodes.push({ signal: builder.shift(signal, shift), form: scaled(form, shift) });
  }
  return rows.map((plan, row) => {
    const { constant, range } = values[row] as RowValue;
    if (plan === undefined) return builder.constant(constant);
    const only = plan.term;
    if (only !== undefined && constant === 0n && !only.negative) {
      const node = nodes[only.node] as Formed;
      if (node.form.constant === 0n) return builder.narrow(builder.shift(node.signal, only.shift), range);
    }
    const parts = plan.term === undefined ? plan.parts.map(build) : [build(plan)];
    const rest = constant - formOf(parts, 0).constant;
    const beside = parts.length === 2 ? sideBySide(builder, parts) : undefined;
    const operands = beside === undefined ? parts : [{ signal: beside, shift: 0 }];
    if (rest === 0n) return builder.sum(operands, range);
    const last = { signal: builder.constant(rest), shift: 0 };
    if (operands.length < 3) return builder.sum([...operands, last], range);
    const sum = joined(parts);
    return builder.sum([sum, last], range);
  });
}

/** Two operands that have no bit in common, side by side; undefined where they overlap. */
function sideBySide(builder: ModuleBuilder, operands: readonly Shifted[]): Signal | undefined {
  if (operands.length !== 2) return undefined;
  const [low, high] = operands.toSorted((a, b) => a.shift - b.shift) as [Shifted, Shifted];
  const top = low.shift + builder.wireOf(low.signal).width;
  if (top > high.shift) return undefined;
  return builder.concat([builder.shift(low.signal, low.shift), builder.shift(high.signal, high.shift - top)]);
}

/** The form of a sum of operands, divided by 2^shift. */
function formOf(operands: readonly (Formed & Shifted)[], shift: number): Form {
  return operands
    .map((operand) => scaled(operand.form, operand.shift - shift))
    .reduce((a, b) => ({
      coefficients: a.coefficients.map((k, i) => k + (b.coefficients[i] as bigint)),
      constant: a.constant + b.constant,
    }));
}

function scaled({ coefficients, constant }: Form, shift: number): Form {
  if (shift === 0) return { coefficients, constant };
  const factor = 1n << BigInt(shift);
  return { coefficients: coefficients.map((k) => k * factor), constant: constant * factor };
}

function rangeOf({ coefficients, constant }: Form, ranges: readonly Interval[]): Interval {
  let [lo, hi] = [constant, constant];
  coefficients.forEach((k, i) => {
    const range = ranges[i] as Interval;
    lo += k > 0n ? k * range.lo : k * range.hi;
    hi += k > 0n ? k * range.hi : k * range.lo;
  });
  return { lo, hi };
}

/** The width of a signal in offset binary. */
export function offsetWidth(range: Interval): number {
  return Math.max(1, intervalBits(range).width);
}
